package datasets

import (
	"context"
	"fmt"
	"slices"
)

// The images of CIFAR are of 32×32 pixels in three colours.
const (
	cifarSide   = 32
	cifarPlane  = cifarSide * cifarSide
	cifarPixels = 3 * cifarPlane
)

// CIFAR10 is Krizhevsky's CIFAR-10 ("Learning Multiple Layers of Features from Tiny Images", 2009): 50000 training and
// 10000 test images of 32×32 in 10 classes. A row of X is an image as rows × columns × (red, green, blue): Shape is
// {32, 32, 3}. In float32 the data set takes 737 MB.
//
// It is read from the binary version: the files data_batch_1.bin to data_batch_5.bin, test_batch.bin and
// batches.meta.txt in Options.Dir or in cifar-10-batches-bin below it, or the archive cifar-10-binary.tar.gz as it is
// published; also from the directory cifar10 in Options.Dir. Otherwise the archive is downloaded to that directory, if
// Options.Download is set. The SHA-256 of the archive is verified. No digest of its unpacked files is published: they are
// held to their sizes and to 5000 and 1000 images of each class. Without batches.meta.txt the classes have the names of
// the published one.
func CIFAR10(ctx context.Context, opt Options) (*Dataset, error) {
	d, _, err := cifar10().load(ctx, opt)
	return d, err
}

// CIFAR100 is Krizhevsky's CIFAR-100: images like those of [CIFAR10], in 100 classes, which CIFAR-100 calls the fine
// labels. The coarse labels, of 20 superclasses, are not read. The files are train.bin, test.bin and
// fine_label_names.txt, in the directory cifar-100-binary or the archive cifar-100-binary.tar.gz. Without
// fine_label_names.txt the classes are called by their numbers. Otherwise like CIFAR10.
func CIFAR100(ctx context.Context, opt Options) (*Dataset, error) {
	d, _, err := cifar100().load(ctx, opt)
	return d, err
}

// ReadCIFAR reads images of one's own in the form of CIFAR's binary version. path is a directory with the files of
// [CIFAR10] or those of [CIFAR100] in it or in their directory below it, or one of the two archives under its published name. A file may have any number of
// images: a record is the label's byte (in the form of CIFAR-100 two bytes, of which the second is the label) and 3072
// bytes of pixels, the planes red, green and blue of 32×32 each. The classes are the training labels that occur, in their
// order, and have the names of batches.meta.txt or fine_label_names.txt if that file is there. No checksum is verified.
// Errors name the file.
func ReadCIFAR(path string) (*Dataset, error) { return readCIFAR(context.Background(), path) }

// cifarLayout is the form of one of the two data sets' binary versions.
type cifarLayout struct {
	name      string
	archive   string // name of the published file
	directory string // in the archive
	sha256    string // of the archive
	train     []string
	test      string
	names     string // file with a line for each class
	label     int    // bytes in front of the pixels; the last of them is the class
	classes   int
	images    [2]int   // of the published training and test part
	known     []string // names of the classes without their file; nil: their numbers
}

// cifarMirrors have both archives. The second is where the first sends its visitors. The archives are held to their
// SHA-256, wherever they come from.
func cifarMirrors() []string {
	return []string{"https://www.cs.toronto.edu/~kriz/", "https://cave.cs.toronto.edu/kriz/"}
}

func cifar10() cifarLayout {
	l := cifarLayout{
		name: "cifar10", archive: "cifar-10-binary.tar.gz", directory: "cifar-10-batches-bin",
		sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
		test:   "test_batch.bin", names: "batches.meta.txt", label: 1, classes: 10, images: [2]int{50_000, 10_000},
		known: []string{"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"},
	}
	for i := range 5 {
		l.train = append(l.train, fmt.Sprintf("data_batch_%d.bin", i+1))
	}
	return l
}

func cifar100() cifarLayout {
	return cifarLayout{
		name: "cifar100", archive: "cifar-100-binary.tar.gz", directory: "cifar-100-binary",
		sha256: "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
		train:  []string{"train.bin"}, test: "test.bin", names: "fine_label_names.txt", label: 2, classes: 100, images: [2]int{50_000, 10_000},
	}
}

func cifarLayouts() []cifarLayout { return []cifarLayout{cifar10(), cifar100()} }

// record is the size of one image and its label, in bytes.
func (l cifarLayout) record() int { return l.label + cifarPixels }

// parts are the names of the files with images.
func (l cifarLayout) parts() []string { return append(slices.Clone(l.train), l.test) }
