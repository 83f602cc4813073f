package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// draw makes a picture of what the trained model knows and writes it to path:
// a test image of each class over its reconstruction, and walks from one digit
// to another, in pixels and below that in codes. Half-way in pixels both are
// seen through each other. Half-way in codes there can be something in between
// that looks written, since the decoder has learnt to make nothing else; but
// nothing in training asks for it, and MNIST's 3 and 8 have a gap between them.
func draw(path string, model *trainer.Model, data *datasets.Dataset) error {
	images := oneOfEach(data)
	reconstructions, err := predict(model, images, data.Shape...)
	if err != nil {
		return err
	}
	rows := [][]float32{images, reconstructions}

	// The two halves as models of their own, each with its share of the
	// parameters. SquaredError predicts the outputs as they are: codes.
	encode, err := half(encoder(), losses.SquaredError{}, model.Params(), data.Shape...)
	if err != nil {
		return err
	}
	decode, err := half(decoder(data.Features()), losses.SigmoidCrossEntropy{}, model.Params()[len(encode.Params()):], codeUnits)
	if err != nil {
		return err
	}
	codes, err := predict(encode, images, data.Shape...)
	if err != nil {
		return err
	}
	for _, ends := range [][2]int{{4, 9}, {0, 6}, {3, 8}} {
		decoded, err := predict(decode, walk(codes, ends, data.Classes), codeUnits)
		if err != nil {
			return err
		}
		rows = append(rows, walk(images, ends, data.Classes), decoded)
	}
	var file bytes.Buffer
	if err := png.Encode(&file, tiles(rows, data.Shape[0], data.Shape[1])); err != nil {
		return err
	}
	if err := os.WriteFile(path, file.Bytes(), 0o644); err != nil {
		return err
	}
	fmt.Printf("wrote %s: test digits over their reconstructions; then walks between two, in pixels over in codes\n", path)
	return nil
}

// oneOfEach is the first test image of each class, in their order.
func oneOfEach(data *datasets.Dataset) []float32 {
	size := data.Features()
	images := make([]float32, data.Classes*size)
	seen := map[int32]bool{}
	for i, label := range data.Test.Labels {
		if !seen[label] {
			copy(images[int(label)*size:], data.Test.X[i*size:(i+1)*size])
			seen[label] = true
		}
	}
	return images
}

// half is a model of a part of the network, with trained parameters: net's
// own, and perhaps more after them. A trainer.Model makes its parameters
// itself, so a part of one gets copies.
func half(net layers.Layer, loss losses.Loss, trained []*graph.Param, input ...int) (*trainer.Model, error) {
	m, err := trainer.NewModel(net, loss, trainer.ModelConfig{Input: input})
	if err != nil {
		return nil, err
	}
	for i, p := range m.Params() {
		copy(p.Value.Float32s(), trained[i].Value.Float32s())
	}
	return m, nil
}

// predict runs rows of a model's inputs through it. The result is the caller's
// to keep, as the model's own is not.
func predict(m *trainer.Model, rows []float32, input ...int) ([]float32, error) {
	size := tensor.Shape(input).TotalSize()
	x := tensor.New(tensor.WithShape(append([]int{len(rows) / size}, input...)...), tensor.WithBacking(rows))
	y, err := m.Predict(x)
	if err != nil {
		return nil, err
	}
	return append([]float32(nil), y.Float32s()...), nil
}

// walk is n rows on the straight line between two rows of m, which has n.
func walk(m []float32, ends [2]int, n int) []float32 {
	size := len(m) / n
	from, to := m[ends[0]*size:], m[ends[1]*size:]
	line := make([]float32, 0, len(m))
	for k := range n {
		t := float32(k) / float32(n-1)
		for j := range size {
			line = append(line, (1-t)*from[j]+t*to[j])
		}
	}
	return line
}

// Sizes in the picture: of an image's pixel, of the space around an image, and
// of what is added to it between pairs of rows.
const (
	scale  = 4
	margin = 4
	gap    = 24
)

// tiles puts images beside each other, each of rows in a row.
func tiles(rows [][]float32, height, width int) image.Image {
	columns := len(rows[0]) / (height * width)
	top := func(row int) int { return margin + row*(scale*height+margin) + row/2*gap }
	picture := image.NewGray(image.Rect(0, 0, margin+columns*(scale*width+margin), top(len(rows))-gap))
	for i := range picture.Pix {
		picture.Pix[i] = 255
	}
	for row, pixels := range rows {
		for i, v := range pixels {
			left := margin + i/(height*width)*(scale*width+margin)
			x, y := left+scale*(i%width), top(row)+scale*(i/width%height)
			for d := range scale * scale {
				picture.SetGray(x+d%scale, y+d/scale, color.Gray{Y: uint8(255*v + 0.5)})
			}
		}
	}
	return picture
}
