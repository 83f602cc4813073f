package study

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io/fs"
	"math"
	"path/filepath"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/internal/atomicfile"
	"github.com/gokfac/gokfac/internal/job"
	"github.com/gokfac/gokfac/internal/regular"
	"github.com/gokfac/gokfac/internal/report"
	"github.com/gokfac/gokfac/internal/study/experiment"
)

// gallery keeps what autoencoders make of some test images, as strips of
// pictures in the directory's samples.
type gallery struct {
	dir  string
	seed uint64 // of the runs that are shown
}

// inputs is the label of the images themselves.
const inputs = "input"

func (g *gallery) path(label string) string {
	return filepath.Join(g.dir, "samples", fmt.Sprintf("%s-seed-%d.png", experiment.Slug(label), g.seed))
}

// draw makes the strips of a run's reconstructions, by label; nil: there are none.
func (g *gallery) draw(r *job.Run) (map[string][]byte, error) {
	height, width, ok := imageSize(r.Data.Shape)
	if r.Spec.Seed != g.seed || !ok || !r.Data.Pixels {
		return nil, nil
	}
	var x []float32
	for _, i := range oneOfEach(r.Data) {
		x = append(x, r.Data.Test.X[i*height*width:(i+1)*height*width]...)
	}
	var made []float32
	predict := func() error {
		n := len(x) / (height * width)
		mean, err := r.Model.Predict(tensor.New(tensor.WithShape(append([]int{n}, r.Data.Shape...)...), tensor.WithBacking(x)))
		if err != nil {
			return err
		}
		switch data := mean.Data().(type) {
		case []float32:
			made = append(made, data...)
		case []float64:
			for _, v := range data {
				made = append(made, float32(v))
			}
		}
		return nil
	}
	if err := r.Averaged(predict); err != nil { // as evaluations are made
		return nil, err
	}
	strips := map[string][]byte{}
	for label, pixels := range map[string][]float32{inputs: x, r.Spec.Label: made} {
		var text bytes.Buffer
		if err := png.Encode(&text, strip(pixels, height, width)); err != nil {
			return nil, err
		}
		strips[label] = text.Bytes()
	}
	return strips, nil
}

// imageSize is that of a grey image, which may have been flattened if it is a
// square.
func imageSize(shape []int) (height, width int, ok bool) {
	if len(shape) == 2 {
		return shape[0], shape[1], true
	}
	side := int(math.Round(math.Sqrt(float64(shape[0]))))
	return side, side, len(shape) == 1 && side*side == shape[0]
}

// oneOfEach is the first test image of each class, or some where there are no classes.
func oneOfEach(d *datasets.Dataset) []int {
	seen := map[int32]bool{}
	var list []int
	for i, label := range d.Test.Labels {
		if (!seen[label] || d.Classes < 2) && len(list) < 10 {
			seen[label] = true
			list = append(list, i)
		}
	}
	return list
}

// strip puts images beside each other, white on black.
func strip(pixels []float32, height, width int) image.Image {
	n := len(pixels) / (height * width)
	picture := image.NewGray(image.Rect(0, 0, n*width, height))
	for i, v := range pixels {
		at, row, column := i/(height*width), i/width%height, i%width
		picture.SetGray(at*width+column, row, color.Gray{Y: uint8(255*min(max(v, 0), 1) + 0.5)})
	}
	return picture
}

func (g *gallery) save(label string, picture []byte) error {
	return atomicfile.Write(g.path(label), picture)
}

// all reads the strips of these runs, the inputs first; those of runs that
// diverged are not there.
func (g *gallery) all(contenders []contender) ([]report.Sample, error) {
	labels := []string{inputs}
	for _, c := range contenders {
		labels = append(labels, c.label)
	}
	var samples []report.Sample
	for _, label := range labels {
		text, err := regular.Read(g.path(label), 1<<26)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return nil, fmt.Errorf("sample reconstructions: %w", err)
		}
		samples = append(samples, report.Sample{Label: label, PNG: text})
	}
	return samples, nil
}
