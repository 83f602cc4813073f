package datasets

import (
	"context"
	"fmt"
	"path/filepath"
)

// ReadImages reads a directory of images with default options; see [ReadOptions.ReadImages].
func ReadImages(dir string) (*Dataset, error) { return ReadOptions{}.ReadImages(dir) }

// ReadImages reads images of one's own from a directory that has one directory for each class. The classes are in the
// order of the directories' names, which become ClassNames. If the directory has train and test in the place of classes,
// these have one directory for each class, and are the training and the test part. val, valid or validation is the test
// part if there is no test. Otherwise a fifth of the images is held out, as [ReadCSV] does it.
//
// An image is a PNG or a JPEG by its content, whatever its name. A row of X is an image as rows × columns × (red, green,
// blue), scaled to [0,1], and Shape is {rows, columns, 3}. If all images are grey, it is {rows, columns}. 16 bits for a
// colour are kept as such. What is transparent is black, in proportion. The orientation that a camera notes beside the
// pixels (EXIF) is not looked at. All images must be of one size, or ImageSize must say which: else the error is an
// [ImageSizeError].
//
// Hidden files are left out, and so are files other than images beside the directories: Dataset.Notes lists them. Every
// other file in a class's directory must be an image. A class must have an image in either part, and a class of the test
// part must be one of the training part. Links are followed. Sizes are compared with the memory that may be used before
// any pixels are read: a file of few bytes that claims a huge image is refused. Errors name the file.
func (opt ReadOptions) ReadImages(dir string) (*Dataset, error) {
	if err := opt.columnless(dir); err != nil {
		return nil, err
	}
	return opt.readImages(context.Background(), dir)
}

// ImageSizeError reports images of two sizes where no size was asked for.
type ImageSizeError struct {
	Path [2]string
	Size [2][2]int // rows and columns of each
}

func (e *ImageSizeError) Error() string {
	return fmt.Sprintf("%s has %d×%d pixels (rows × columns) and %s %d×%d: all images must be of one size: scale them, or have them scaled by ReadOptions.ImageSize",
		e.Path[0], e.Size[0][0], e.Size[0][1], e.Path[1], e.Size[1][0], e.Size[1][1])
}

// maxSide bounds the rows and the columns of ImageSize.
const maxSide = 1 << 14

// checkImageSize refuses a size that no image has.
func (opt ReadOptions) checkImageSize() error {
	for _, n := range opt.ImageSize {
		if opt.ImageSize != [2]int{} && (n < 1 || n > maxSide) {
			return fmt.Errorf("datasets: an image size of %d×%d: want rows and columns from 1 to %d", opt.ImageSize[0], opt.ImageSize[1], maxSide)
		}
	}
	return nil
}

// sizeless refuses an image size for data that are no directory of images.
func (opt ReadOptions) sizeless(name string) error {
	if opt.ImageSize == [2]int{} {
		return nil
	}
	return fmt.Errorf("datasets: an image size is of a directory of images, and %q is none", name)
}

func (opt ReadOptions) readImages(ctx context.Context, dir string) (*Dataset, error) {
	if err := opt.checkImageSize(); err != nil {
		return nil, err
	}
	folder, err := listFolder(ctx, dir)
	if err != nil {
		return nil, fmt.Errorf("datasets: %w", err)
	}
	d, err := folder.read(ctx, opt.ImageSize)
	if err != nil {
		return nil, fmt.Errorf("datasets: %w", err)
	}
	d.Name = baseName(dir)
	return d, nil
}

// read reads the images and divides them.
func (f *imageFolder) read(ctx context.Context, size [2]int) (*Dataset, error) {
	files := append(f.train[:len(f.train):len(f.train)], f.test...)
	plan, err := measureImages(ctx, f.dir, files, size)
	if err != nil {
		return nil, err
	}
	x, err := plan.pixels(ctx, files)
	if err != nil {
		return nil, err
	}
	labels := make([]int32, len(files))
	for i, file := range files {
		labels[i] = file.class
	}
	d := &Dataset{
		Shape: plan.shape(), Classes: len(f.classes), ClassNames: f.classes, Pixels: true, Scaling: byteScaling(),
		notes: append(f.notes, plan.notes()...),
	}
	all := Split{X: x, Labels: labels}
	if len(f.test) > 0 {
		d.Train, d.Test = all.Part(0, len(f.train)), all.Part(len(f.train), len(files))
		return d, nil
	}
	if d.Train, d.Test, err = divide(all); err != nil {
		return nil, fmt.Errorf("%s: none of the %d images can be held out for testing: that takes five images, and a class with two of them", f.dir, len(files))
	}
	return d, nil
}

// below is a path as a note has it.
func below(dir, path string) string {
	if relative, err := filepath.Rel(dir, path); err == nil {
		return filepath.ToSlash(relative)
	}
	return path
}
