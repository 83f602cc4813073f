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

// ReadNPZ is [ReadOptions.ReadNPZ] with nothing set: it reads classes.
func ReadNPZ(path string) (*Dataset, error) { return ReadOptions{}.ReadNPZ(path) }

// ReadNPZ reads a NumPy archive laid out as Keras's mnist.npz: arrays x_train (n×shape), y_train (n), x_test and y_test.
// Elements may be booleans, integers or floating-point numbers of any width and byte order, the arrays in C or Fortran
// order. An example of shape () becomes {1}.
//
// For Classify, labels are whole numbers of shape n or n×1. The classes are the training labels that occur, in their
// order; a test label that is none of them is an error. For Regress, y are values of shape n or n×outputs. For
// Reconstruct, y may be missing, or anything.
//
// x are pixels if they are shaped like images, that is of two dimensions or more, or a square of at least 8×8 in one, and
// all are from 0 to 1, or whole numbers from 0 to 255 (in whatever type), which are divided by 255.
//
// Errors give the file and the array.
func (opt ReadOptions) ReadNPZ(path string) (*Dataset, error) {
	return opt.readNPZ(context.Background(), path)
}

func (opt ReadOptions) readNPZ(ctx context.Context, path string) (*Dataset, error) {
	if err := opt.columnless(path); err != nil {
		return nil, fmt.Errorf("datasets: %w", err)
	}
	f, err := openFile(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("datasets: %w", err)
	}
	defer f.Close()
	d, err := decodeArrays(ctx, f, f.size, opt)
	if err != nil {
		return nil, fmt.Errorf("datasets: %s: %w", path, err)
	}
	d.Name = baseName(path)
	return d, nil
}

func decodeNPZ(ctx context.Context, r io.ReaderAt, size int64) (*Dataset, error) {
	return decodeArrays(ctx, r, size, ReadOptions{})
}

func decodeArrays(ctx context.Context, r io.ReaderAt, size int64, opt ReadOptions) (*Dataset, error) {
	files, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("not an .npz archive: %w", err)
	}
	d := &Dataset{}
	archive := npz{ctx: ctx, files: files.File, size: size, whole: true, low: math.Inf(1), high: math.Inf(-1)}
	if err := archive.checkHeaders(opt.Task); err != nil {
		return nil, err
	}
	train, test, finish, err := archive.targets(d, opt.Task)
	if err != nil {
		return nil, err
	}
	if d.Shape, err = archive.inputs(&d.Train, "train", train); err != nil {
		return nil, err
	}
	testShape, err := archive.inputs(&d.Test, "test", test)
	if err != nil {
		return nil, err
	}
	if !slices.Equal(d.Shape, testShape) {
		return nil, fmt.Errorf("x_train has examples of shape %v, x_test of %v", d.Shape, testShape)
	}
	if err := finish(); err != nil {
		return nil, err
	}
	d.takePixels(archive.whole, archive.low, archive.high)
	return d, nil
}

// npz is an archive that is being read, with what is known about its inputs so far.
type npz struct {
	ctx       context.Context
	files     []*zip.File
	size      int64   // of the archive, in bytes
	whole     bool    // all inputs are whole numbers
	low, high float64 // bounds of all inputs
}

// targets reads y_train and y_test, and returns the numbers of their examples, or -1 where the task needs no targets.
// finish must be called once the inputs have been read.
func (a *npz) targets(d *Dataset, task Task) (train, test int, finish func() error, err error) {
	switch task {
	case Reconstruct:
		// Labels are kept if they are there and valid. A reconstruction does not depend on them.
		trained, tested, number, err := a.targets(d, Classify)
		return -1, -1, func() error {
			n, m := len(d.Train.X)/d.Features(), len(d.Test.X)/d.Features()
			if err == nil && trained == n && tested == m && number() == nil {
				return nil
			}
			d.Classes, d.ClassNames = 1, nil
			d.Train.Labels, d.Test.Labels = make([]int32, n), make([]int32, m)
			return nil
		}, nil
	case Regress:
		if err := a.outputs("y_train", &d.Train); err != nil {
			return 0, 0, nil, fmt.Errorf("y_train: %w", err)
		}
		if err := a.outputs("y_test", &d.Test); err != nil {
			return 0, 0, nil, fmt.Errorf("y_test: %w", err)
		}
		if d.Train.Outputs != d.Test.Outputs {
			return 0, 0, nil, fmt.Errorf("y_train has targets of %d values, y_test of %d", d.Train.Outputs, d.Test.Outputs)
		}
		return d.Train.Len(), d.Test.Len(), func() error { return nil }, nil
	}
	trainLabels, testLabels := newCoder[int64](), []int64{}
	if err := a.labels("y_train", trainLabels.add); err != nil {
		return 0, 0, nil, fmt.Errorf("y_train: %w", err)
	}
	if err := a.labels("y_test", func(v int64) error { testLabels = append(testLabels, v); return nil }); err != nil {
		return 0, 0, nil, fmt.Errorf("y_test: %w", err)
	}
	return len(trainLabels.codes), len(testLabels), func() error {
		return numberClasses(d, trainLabels, testLabels, func(i int) string { return fmt.Sprintf("y_test: example %d", i) })
	}, nil
}

func (a *npz) labels(name string, add func(v int64) error) error {
	h, r, err := a.open(name)
	if err != nil {
		return err
	}
	defer r.Close()
	if n := len(h.shape); n > 2 || n == 2 && h.shape[1] != 1 {
		return fmt.Errorf("shape %v: labels are class numbers of shape (n), not one-hot rows", h.shape)
	}
	example := 0
	return h.each(r, func(v float64) error {
		label, err := checkLabel(v)
		if err == nil {
			err = add(label)
		}
		if err != nil {
			return fmt.Errorf("example %d: %w", example, err)
		}
		example++
		return nil
	})
}

// outputs reads an array of n or n×outputs values to predict.
func (a *npz) outputs(name string, s *Split) error {
	h, values, err := a.values(name, func(float64) {})
	if err != nil {
		return err
	}
	if s.Outputs = 1; len(h.shape) == 2 {
		s.Outputs = h.shape[1]
	}
	if len(h.shape) > 2 {
		return fmt.Errorf("shape %v: values to predict have shape (n) or (n, outputs)", h.shape)
	}
	s.Targets, s.exactTargets = values.x, values.exact
	return nil
}

// inputs reads an array of n×shape in row-major order; shape is the shape of an example. The number of examples must be
// the number of targets, unless that is -1.
func (a *npz) inputs(s *Split, part string, targets int) (shape []int, err error) {
	name := "x_" + part
	h, values, err := a.values(name, func(v float64) {
		a.whole = a.whole && v == math.Trunc(v)
		a.low, a.high = min(a.low, v), max(a.high, v)
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	s.X, s.exact = values.x, values.exact
	if h.shape[0] != targets && targets >= 0 {
		what := "labels"
		if s.Outputs > 0 {
			what = "targets"
		}
		return nil, fmt.Errorf("%s has %d examples, y_%s %d %s", name, h.shape[0], part, targets, what)
	}
	if shape = h.shape[1:]; len(shape) == 0 {
		shape = []int{1}
	}
	return shape, nil
}

// values reads an array of finite numbers in row-major order, and passes each to visit when it comes.
func (a *npz) values(name string, visit func(v float64)) (h npyHeader, values store, err error) {
	h, r, err := a.open(name)
	if err != nil {
		return h, values, err
	}
	defer r.Close()
	values.grow(a.room(h))
	err = h.each(r, func(v float64) error {
		if math.IsNaN(v) || math.Abs(v) > math.MaxFloat32 {
			return fmt.Errorf("value %d is %v, not a finite 32-bit number", len(values.x), v)
		}
		visit(v)
		values.add(v)
		return nil
	})
	if err != nil {
		return h, store{}, err
	}
	if h.fortran && len(h.shape) > 1 {
		values.x = rowMajor(values.x, h.shape)
		if values.exact != nil {
			values.exact = rowMajor(values.exact, h.shape)
		}
	}
	return h, values, nil
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

// room is the number of values that memory is reserved for at first. A header's claim alone must not cost memory: 8
// values for each byte of the file is as much as images compress to. More is reserved as values arrive.
func (a *npz) room(h npyHeader) int { return int(min(int64(h.values), 8*a.size)) }
