// Package datasets provides examples with classes or values to predict, in memory, and cuts them into mini-batches.
//
// A [Dataset] holds a training and a test [Split]: X is Len()×features, row-major float32, and Labels gives the class of
// each row or, for a regression, Targets its Outputs values. It comes from one of
//
//   - [MNIST] and [FashionMNIST], read from disk or downloaded, checked against the published checksums;
//   - [CIFAR10] and [CIFAR100], likewise: photographs in colour, as rows × columns × 3;
//   - [Digits], built in: digits drawn from the outlines of fonts under random distortion, for a machine without a network;
//   - [Shapes], built in: ten shapes in colour, on which a convolutional network is far better than a dense one;
//   - [IllConditioned], built in: a regression whose inputs vary a thousand times more in one direction than in another;
//   - [ReadIDX], [ReadCIFAR], [ReadImages], [ReadNPZ] and [ReadCSV], one's own data;
//   - [Open], which picks among these by name or path.
//
// Images are scaled to [0,1]; Dataset.Pixels is then true. [Dataset.Standardize] gives a data set mean 0 and deviation 1,
// with the statistics of its training split; [Dataset.StandardizeChannels] does so for each channel of images. Dataset.Scaling
// has all changes of the inputs since they were read, and its
// Apply scales a new example in the same way. Dataset.ClassNames has the file's name of each class.
//
// A file of one's own becomes a data set for one of three tasks, [Classify], [Regress] or [Reconstruct], as [ReadOptions] say. A
// table is split by a fixed seed, stratified by class; [Dataset.HoldOut] takes a validation part out of any training split.
//
// A [Loader] deals out a split as batches x of shape (B, Shape...) and y of shape (B), or (B, Outputs) where there are
// targets, reshuffled every epoch:
//
//	for x, y := range loader.Batches() {
//		// one step; x and y are overwritten by the next one
//	}
//
// # Several processes
//
// With LoaderOptions.Share, a loader deals one process its share of every batch. The shares of all processes are the batches
// that one process deals.
//
// # Data that do not fit in memory
//
// Package datasets/stream deals out examples that come one at a time from a sequence, and needs no network.
//
// # Augmentation
//
// With LoaderOptions.Augmentation, images are shifted, cropped, mirrored, turned, covered in part or mixed with others while
// the step before is taken. A loader without it, as for evaluation, deals examples out as they are.
//
// # Reproducibility
//
// All randomness is PCG-DXSM of math/rand/v2 with an explicit seed. Every digit, every picture of a shape and every example of
// the regression has a generator of its own, which is seeded with the seed and the example's index. The data thus do not depend on the number
// of goroutines. A loader's state is the generator at the start of its epoch and the number of batches dealt. The
// generator determines the epoch's order. An augmented example has a generator of its own, seeded with the loader's seed, the
// epoch's number and the example's index: the state has the first two.
//
// # Errors
//
// Reading any file ends in a Dataset, or in an error of one line that names the file and its fault. Nothing panics, and
// no header can make a reader allocate much more memory than the file's content needs. Headers are
// compared with each other, and sizes with the memory that may be used, before values are read. Only regular files are
// read. [Open] ends with its context.
package datasets
