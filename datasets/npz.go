package datasets

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
)

// ReadNPZ reads a NumPy archive laid out as Keras's mnist.npz: arrays x_train (n×shape), y_train (n), x_test and y_test.
// Elements may be booleans, integers or floating-point numbers of any width and byte order, the arrays in C or Fortran
// order. An example of shape () becomes {1}; labels may also have shape n×1. Classes is the largest training
// label plus one, and a test label above is an error.
//
// x are pixels if they are integers from 0 to 255 and shaped like images, that is of two dimensions or more, or a square
// of at least 8×8 in one; they are divided by 255 unless all are 0 or 1. Floating-point images of two dimensions or more
// that are within [0,1] are pixels as well.
//
// Errors give the file and the array.
func ReadNPZ(path string) (*Dataset, error) { return readNPZ(context.Background(), path) }

func readNPZ(ctx context.Context, path string) (*Dataset, error) {
	f, err := openFile(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("datasets: %w", err)
	}
	defer f.Close()
	d, err := decodeNPZ(ctx, f, f.size)
	if err != nil {
		return nil, fmt.Errorf("datasets: %s: %w", path, err)
	}
	d.Name = baseName(path)
	return d, nil
}

func decodeNPZ(ctx context.Context, r io.ReaderAt, size int64) (*Dataset, error) {
	files, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("not an .npz archive: %w", err)
	}
	archive := npz{ctx: ctx, files: files.File, size: size, integer: true, low: math.Inf(1), high: math.Inf(-1)}
	if err := archive.checkHeaders(); err != nil {
		return nil, err
	}
	train, shape, err := archive.split("x_train", "y_train")
	if err != nil {
		return nil, err
	}
	test, testShape, err := archive.split("x_test", "y_test")
	if err != nil {
		return nil, err
	}
	if !slices.Equal(shape, testShape) {
		return nil, fmt.Errorf("x_train has examples of shape %v, x_test of %v", shape, testShape)
	}
	if err := checkTest(train.Labels, test.Labels, func(i int) string { return fmt.Sprintf("y_test: example %d", i) }); err != nil {
		return nil, err
	}
	d := &Dataset{Shape: shape, Train: train, Test: test, Classes: classes(train.Labels)}
	image := len(shape) > 1 || isSquareImage(d.Features())
	switch {
	case archive.integer && image && archive.low >= 0 && archive.high <= 255:
		if archive.high > 1 {
			scalePixels(train.X)
			scalePixels(test.X)
		}
		d.Pixels = true
	case len(shape) > 1 && archive.low >= 0 && archive.high <= 1:
		d.Pixels = true
	}
	return d, nil
}

// npz is an archive being read, and what is known of the inputs so far.
type npz struct {
	ctx       context.Context
	files     []*zip.File
	size      int64   // of the archive, in bytes
	integer   bool    // all inputs are of an integer type
	low, high float64 // bounds of all inputs
}

// split reads the arrays of one split; shape is that of an example.
func (a *npz) split(xName, yName string) (s Split, shape []int, err error) {
	if s.Labels, err = a.labels(yName); err != nil {
		return Split{}, nil, fmt.Errorf("%s: %w", yName, err)
	}
	if s.X, shape, err = a.inputs(xName); err != nil {
		return Split{}, nil, fmt.Errorf("%s: %w", xName, err)
	}
	if shape[0] != s.Len() {
		return Split{}, nil, fmt.Errorf("%s has %d examples, %s %d labels", xName, shape[0], yName, s.Len())
	}
	if shape = shape[1:]; len(shape) == 0 {
		shape = []int{1}
	}
	return s, shape, nil
}

func (a *npz) labels(name string) ([]int32, error) {
	h, r, err := a.open(name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if n := len(h.shape); n > 2 || n == 2 && h.shape[1] != 1 {
		return nil, fmt.Errorf("shape %v: labels are class numbers of shape (n), not one-hot rows", h.shape)
	}
	labels := make([]int32, 0, a.room(h))
	err = h.each(r, func(v float64) error {
		label, err := checkLabel(v)
		if err != nil {
			return fmt.Errorf("example %d: %w", len(labels), err)
		}
		labels = append(labels, label)
		return nil
	})
	return labels, err
}

// inputs reads an array of n×shape in row-major order.
func (a *npz) inputs(name string) (x []float32, shape []int, err error) {
	h, r, err := a.open(name)
	if err != nil {
		return nil, nil, err
	}
	defer r.Close()
	a.integer = a.integer && h.kind != 'f'
	x = make([]float32, 0, a.room(h))
	err = h.each(r, func(v float64) error {
		if math.IsNaN(v) || math.Abs(v) > math.MaxFloat32 {
			return fmt.Errorf("value %d is %v, not a finite 32-bit number", len(x), v)
		}
		a.low, a.high = min(a.low, v), max(a.high, v)
		x = append(x, float32(v))
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	if h.fortran && len(h.shape) > 1 {
		x = rowMajor(x, h.shape)
	}
	return x, h.shape, nil
}

// open finds an array and reads its header.
func (a *npz) open(name string) (npyHeader, io.ReadCloser, error) {
	var names []string
	for _, f := range a.files {
		found := strings.TrimSuffix(f.Name, ".npy")
		if found != name {
			names = append(names, found)
			continue
		}
		r, err := f.Open()
		if err != nil {
			return npyHeader{}, nil, fmt.Errorf("damaged: %w", err)
		}
		r = untilClosed(a.ctx, r)
		h, err := readNPYHeader(r)
		if err == nil && len(h.shape) == 0 {
			err = errors.New("a single number, not an array")
		}
		if err != nil {
			r.Close()
			return npyHeader{}, nil, err
		}
		return h, r, nil
	}
	return npyHeader{}, nil, fmt.Errorf("the archive has no such array; it has %q, and x_train, y_train, x_test, y_test are needed", names)
}

// room is how many values to make place for at first. The header's claim is not enough to spend memory on: 8 values for
// each byte of the file covers what images compress to, and more is found as it arrives.
func (a *npz) room(h npyHeader) int { return int(min(int64(h.values), 8*a.size)) }
