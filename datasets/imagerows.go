package datasets

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// ImageReader reads images, one after the other, for a model that has been trained: from one file, or from a directory
// in the order of the files' names. They are what [ReadOptions.ReadImages] takes for images.
type ImageReader struct {
	ctx    context.Context
	files  []imageFile
	size   [2]int // rows and columns of the model's images
	grey   bool   // are the model's
	scale  bool   // images of other sizes are cut and scaled
	white  float64
	next   int
	row    []float64
	hidden []string
	scaled int
}

// IsImage reports whether a path is to be read by [OpenImages]: a directory, a file that begins as a PNG or a JPEG does,
// or one that is called like an image.
func IsImage(ctx context.Context, path string) bool {
	info, err := os.Stat(path)
	if err != nil || info.IsDir() || slices.Contains([]string{".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp"}, strings.ToLower(filepath.Ext(path))) {
		return err == nil
	}
	if !info.Mode().IsRegular() { // a pipe's first bytes would be lost
		return false
	}
	f, _, _, err := openImage(ctx, path)
	if err != nil {
		return false
	}
	f.Close()
	return true
}

// OpenImages opens an image, or a directory with images beside each other, for a model whose examples are of the given
// shape: {rows, columns}, or {rows, columns, 1}, which are grey, or {rows, columns, 3}. white is the value of a colour at
// its fullest in the model's raw examples, such as 255. Images must be of the model's size; with scale, others are cut
// and scaled to it as ReadOptions.ImageSize does it. A grey image has three equal colours for a model of coloured ones;
// one that is not grey is refused for a model of grey ones.
func OpenImages(ctx context.Context, path string, shape []int, white float64, scale bool) (*ImageReader, error) {
	r, err := openImages(ctx, path, shape)
	if err != nil {
		return nil, fmt.Errorf("datasets: %w", err)
	}
	r.white, r.scale = white, scale
	return r, nil
}

func openImages(ctx context.Context, path string, shape []int) (*ImageReader, error) {
	if n := len(shape); n != 2 && n != 3 || n == 3 && shape[2] != 1 && shape[2] != 3 {
		return nil, fmt.Errorf("%s: the model takes no images, but examples of the shape %v: give it a table", path, shape)
	}
	r := &ImageReader{ctx: ctx, size: [2]int(shape), grey: len(shape) == 2 || shape[2] == 1, row: make([]float64, product(shape))}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		r.files = []imageFile{{path: path}}
		return r, nil
	}
	l, err := list(path)
	switch {
	case err != nil:
		return nil, err
	case len(l.directories) > 0:
		return nil, fmt.Errorf("%s is a directory in it: want the images themselves beside each other", filepath.Join(path, l.directories[0]))
	case len(l.files) == 0:
		return nil, fmt.Errorf("%s has no images", path)
	}
	for _, name := range l.files {
		r.files = append(r.files, imageFile{path: filepath.Join(path, name)})
	}
	for _, hidden := range l.hidden {
		r.hidden = append(r.hidden, filepath.Base(hidden))
	}
	return r, nil
}

// Paths lists the files that are read, in their order.
func (r *ImageReader) Paths() []string {
	paths := make([]string, len(r.files))
	for i, f := range r.files {
		paths[i] = f.path
	}
	return paths
}

// Name is the name of the file that the last example is from, without its directory.
func (r *ImageReader) Name() string { return filepath.Base(r.files[r.next-1].path) }

// Next returns the next image's rows × columns × colours from 0 to white, valid until the call after, or io.EOF. Errors
// name the file.
func (r *ImageReader) Next() ([]float64, error) {
	if r.next == len(r.files) {
		return nil, io.EOF
	}
	file := r.files[r.next]
	r.next++
	if err := r.read(file); err != nil {
		return nil, fmt.Errorf("datasets: %w", err)
	}
	return r.row, nil
}

func (r *ImageReader) read(file imageFile) error {
	one := []imageFile{file}
	size := r.size
	if !r.scale {
		size = [2]int{}
	}
	plan, err := measureImages(r.ctx, file.path, one, size)
	if err != nil {
		return err
	}
	h := plan.headers[0]
	if plan.size != r.size {
		return fmt.Errorf("%s has %d×%d pixels (rows × columns), and the model takes %d×%d: scale it to that size", file.path, h.size[0], h.size[1], r.size[0], r.size[1])
	}
	if h.size != r.size {
		r.scaled++
	}
	plan.colours = 3
	if h.grey {
		plan.colours = 1
	}
	x, err := plan.pixels(r.ctx, one)
	if err != nil {
		return err
	}
	colours := len(r.row) / (r.size[0] * r.size[1])
	for i := range r.row {
		r.row[i] = r.white * float64(x[i/colours*plan.colours+i%min(colours, plan.colours)])
	}
	if r.grey && !h.grey {
		for ; len(x) > 0; x = x[3:] {
			if x[0] != x[1] || x[0] != x[2] {
				return fmt.Errorf("%s is in colour, and the model takes grey images: convert it", file.path)
			}
		}
	}
	return nil
}

// Notes says what was done to the images so far, and which files are not read.
func (r *ImageReader) Notes() (notes []string) {
	if r.scaled > 0 {
		notes = append(notes, fmt.Sprintf("%d of %d images were cut to the form of the model's around their middle where they had another, and scaled to %d×%d pixels",
			r.scaled, r.next, r.size[0], r.size[1]))
	}
	if len(r.hidden) > 0 {
		notes = append(notes, "not read, as hidden: "+listNames(r.hidden))
	}
	return notes
}
