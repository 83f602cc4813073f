package datasets

import (
	"context"
	"path/filepath"
	"strings"
)

// Format is a kind of file that Open reads. Another format is another row of Formats,
// and a file with its reader.
type Format struct {
	Name string // as a list of formats has it
	What string // for a person
	is   func(path string, directory bool) bool
	read func(ctx context.Context, path string, opt ReadOptions) (*Dataset, error)
}

// Formats lists them.
func Formats() []Format {
	return []Format{
		{
			Name: "idx", What: "directory of idx files",
			is:   isIDX,
			read: func(ctx context.Context, path string, _ ReadOptions) (*Dataset, error) { return readIDX(ctx, path) },
		},
		{
			Name: "cifar", What: "directory with the .bin files of CIFAR-10 or CIFAR-100",
			is:   func(path string, directory bool) bool { _, _, _, ok := cifarOf(path, directory); return ok },
			read: func(ctx context.Context, path string, _ ReadOptions) (*Dataset, error) { return readCIFAR(ctx, path) },
		},
		{
			Name: "images", What: "directory of directories of images (PNG, JPEG), one for each class",
			is: isImages,
			read: func(ctx context.Context, path string, opt ReadOptions) (*Dataset, error) {
				return opt.readImages(ctx, path)
			},
		},
		{
			Name: "npz", What: ".npz as Keras's mnist.npz",
			is: func(path string, directory bool) bool { return !directory && IsArchive(path) },
			read: func(ctx context.Context, path string, opt ReadOptions) (*Dataset, error) {
				return opt.readNPZ(ctx, path)
			},
		},
		{
			Name: "csv", What: ".csv table",
			is: func(path string, directory bool) bool { return !directory && IsTable(path) },
			read: func(ctx context.Context, path string, opt ReadOptions) (*Dataset, error) {
				return opt.readCSV(ctx, path)
			},
		},
	}
}

// IsTable tells a path that Open reads with ReadCSV, by its name.
func IsTable(path string) bool {
	lower := strings.ToLower(filepath.Base(path))
	return strings.HasSuffix(lower, ".csv") || strings.HasSuffix(lower, ".csv.gz")
}

// IsArchive tells a path that Open reads with ReadNPZ, by its name.
func IsArchive(path string) bool {
	return strings.HasSuffix(strings.ToLower(filepath.Base(path)), ".npz")
}

// Named is a data set that has a name. Another one is another row of Sets.
type Named struct {
	Name, What string
	Values     bool // its targets are values, not classes
	open       func(ctx context.Context, opt Options) (*Dataset, string, error)
}

// Sets lists them.
func Sets() []Named {
	from := func(s func() source) func(context.Context, Options) (*Dataset, string, error) {
		return func(ctx context.Context, opt Options) (*Dataset, string, error) { return openSource(ctx, s(), opt) }
	}
	return []Named{
		{Name: "auto", What: "MNIST if it can be had, else digits", open: openAuto},
		{Name: "mnist", What: "handwritten digits: 60000 training and 10000 test images of 28×28", open: from(mnistSource)},
		{Name: "fashion-mnist", What: "clothes, in the same sizes", open: from(fashionSource)},
		{Name: "cifar10", What: "photographs in 10 classes: 50000 training and 10000 test images of 32×32", open: cifar10().open},
		{Name: "cifar100", What: "in 100 classes, in the same sizes", open: cifar100().open},
		{Name: "digits", What: "built in: digits rendered from fonts, 28×28, no download", open: func(ctx context.Context, _ Options) (*Dataset, string, error) {
			return builtIn(ctx, drawDigits, "digits (built in)")
		}},
		{Name: "shapes", What: "built in: ten shapes in colour, 32×32×3, for convolutions", open: func(ctx context.Context, _ Options) (*Dataset, string, error) {
			return builtIn(ctx, drawShapes, "shapes (built in)")
		}},
		{Name: "ill-conditioned", What: "built in: regression on 64 inputs whose covariance has condition number 1e6", Values: true,
			open: func(ctx context.Context, _ Options) (*Dataset, string, error) {
				return builtIn(ctx, drawRegression, "ill-conditioned (built in)")
			}},
	}
}
