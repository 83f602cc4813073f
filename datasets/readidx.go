package datasets

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// The four files of MNIST and of everything laid out like it.
const (
	trainImages = "train-images-idx3-ubyte"
	trainLabels = "train-labels-idx1-ubyte"
	testImages  = "t10k-images-idx3-ubyte"
	testLabels  = "t10k-labels-idx1-ubyte"
)

// setSize is the number of these files.
const setSize = 4

// idxFiles has one value for each of the four files.
type idxFiles[T any] struct{ trainImages, trainLabels, testImages, testLabels T }

// ReadIDX reads a directory of one's own with the four files of MNIST, compressed or not: train-images-idx3-ubyte[.gz],
// train-labels-idx1-ubyte[.gz], t10k-images-idx3-ubyte[.gz], t10k-labels-idx1-ubyte[.gz] (a dot in place of the last but
// one dash, as some archives have it, will do). Images may have any size, the same in both splits; pixels are divided by
// 255. The classes are the training labels that occur, in their order, and a test label that is none of them is an error.
// No checksum is verified. Errors name the file.
func ReadIDX(dir string) (*Dataset, error) { return readIDX(context.Background(), dir) }

func readIDX(ctx context.Context, dir string) (*Dataset, error) {
	paths, missing := locate(dir)
	if len(missing) > 0 {
		return nil, &absentError{dir: dir, missing: missing}
	}
	d, err := loadIDX(ctx, paths, idxFiles[*checksum]{})
	if err != nil {
		return nil, fmt.Errorf("datasets: %w", err)
	}
	err = renumber(d, func(i int) string { return fmt.Sprintf("%s: example %d", paths.testLabels, i) })
	if err != nil {
		return nil, fmt.Errorf("datasets: %w", err)
	}
	d.Name = baseName(dir)
	return d, nil
}

// locate finds the four files in dir and lists the missing ones.
func locate(dir string) (paths idxFiles[string], missing []string) {
	find := func(name string) string {
		dotted := strings.Replace(name, "-idx", ".idx", 1)
		for _, candidate := range []string{name + ".gz", name, dotted + ".gz", dotted} {
			path := filepath.Join(dir, candidate)
			if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
				return path
			}
		}
		missing = append(missing, name)
		return ""
	}
	paths = idxFiles[string]{find(trainImages), find(trainLabels), find(testImages), find(testLabels)}
	return paths, missing
}

// isIDX tells a directory that has one of the four files.
func isIDX(path string, directory bool) bool {
	if !directory {
		return false
	}
	_, missing := locate(path)
	return len(missing) < setSize
}

// loadIDX reads the two splits at the same time, because most of the work is decompression.
func loadIDX(ctx context.Context, paths idxFiles[string], sums idxFiles[*checksum]) (*Dataset, error) {
	if err := checkHeaders(ctx, paths); err != nil {
		return nil, err
	}
	type result struct {
		split Split
		shape []int
		err   error
	}
	trained := make(chan result, 1)
	go func() {
		s, shape, err := loadIDXSplit(ctx, paths.trainImages, paths.trainLabels, sums.trainImages, sums.trainLabels)
		trained <- result{s, shape, err}
	}()
	test, shape, err := loadIDXSplit(ctx, paths.testImages, paths.testLabels, sums.testImages, sums.testLabels)
	train := <-trained
	if train.err != nil {
		return nil, train.err
	}
	if err != nil {
		return nil, err
	}
	if shape[0] != train.shape[0] || shape[1] != train.shape[1] {
		return nil, fmt.Errorf("%s has images of %d×%d, %s of %d×%d",
			paths.trainImages, train.shape[0], train.shape[1], paths.testImages, shape[0], shape[1])
	}
	d := &Dataset{Shape: shape, Train: train.split, Test: test, Pixels: true, Scaling: byteScaling()}
	d.Classes = classes(d.Train.Labels, d.Test.Labels)
	return d, nil
}

func loadIDXSplit(ctx context.Context, imagePath, labelPath string, imageSum, labelSum *checksum) (Split, []int, error) {
	labels, err := readIDXFile(ctx, labelPath, idxLabels, labelSum)
	if err != nil {
		return Split{}, nil, err
	}
	images, err := readIDXFile(ctx, imagePath, idxImages, imageSum)
	if err != nil {
		return Split{}, nil, err
	}
	if images.dims[0] != labels.dims[0] {
		return Split{}, nil, fmt.Errorf("%s has %d images, %s %d labels: they do not belong together",
			imagePath, images.dims[0], labelPath, labels.dims[0])
	}
	s := Split{X: make([]float32, len(images.data)), Labels: make([]int32, len(labels.data))}
	scale := intensities()
	for i, v := range images.data {
		s.X[i] = scale[v]
	}
	for i, v := range labels.data {
		s.Labels[i] = int32(v)
	}
	return s, images.dims[1:], nil
}

// intensities maps a pixel to [0,1].
func intensities() (table [256]float32) {
	for i := range table {
		table[i] = float32(i) / 255
	}
	return table
}

// classes returns the largest label plus 1.
func classes(splits ...[]int32) int {
	top := int32(-1)
	for _, labels := range splits {
		for _, v := range labels {
			top = max(top, v)
		}
	}
	return int(top) + 1
}

// baseName is the name of a data set that was read from path.
func baseName(path string) string {
	if full, err := filepath.Abs(path); err == nil {
		path = full
	}
	base := filepath.Base(path)
	for _, suffix := range []string{".gz", ".csv", ".npz"} {
		if n := len(base) - len(suffix); n > 0 && strings.EqualFold(base[n:], suffix) {
			base = base[:n]
		}
	}
	return base
}
