package datasets

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/png"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var updateSheet = flag.Bool("update-shapes", false, "TestShapesSheet writes docs/figures/shapes.png anew")

// TestShapesSheet holds the picture of docs/data.md against the data. To make it anew:
//
//	go test ./datasets -run TestShapesSheet -update-shapes
func TestShapesSheet(t *testing.T) {
	const path = "../docs/figures/shapes.png"
	want := shapesSheet(Shapes(ShapesOptions{Train: 100, Test: 1}))
	if *updateSheet {
		var b bytes.Buffer
		encoder := png.Encoder{CompressionLevel: png.BestCompression}
		require.NoError(t, encoder.Encode(&b, want))
		require.NoError(t, os.WriteFile(path, b.Bytes(), 0o644))
	}
	file, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Less(t, len(file), 60_000)
	got, err := png.Decode(bytes.NewReader(file))
	require.NoError(t, err)
	require.Equal(t, want.Bounds(), got.Bounds())
	for y := range want.Rect.Dy() {
		for x := range want.Rect.Dx() {
			w, g := want.RGBAAt(x, y), color.RGBAModel.Convert(got.At(x, y)).(color.RGBA)
			far := max(apart(w.R, g.R), apart(w.G, g.G), apart(w.B, g.B))
			require.LessOrEqual(t, far, 2, "at (%d, %d): another processor's rounding may move a pixel by 1/255", x, y)
		}
	}
}

func apart(a, b uint8) int { return max(int(a)-int(b), int(b)-int(a)) }

// shapesSheet has a column for each class, with its first pictures, without their lowest bit: it is noise that no file format shortens.
func shapesSheet(d *Dataset) *image.RGBA {
	const rows, zoom, cell = 2, 2, 2*canvasEdge + 2
	sheet := image.NewRGBA(image.Rect(0, 0, d.Classes*cell, rows*cell))
	count := make([]int, d.Classes)
	for i, class := range d.Train.Labels {
		if count[class] == rows {
			continue
		}
		left, top := int(class)*cell, count[class]*cell
		count[class]++
		for y := range zoom * canvasEdge {
			for x := range zoom * canvasEdge {
				v := d.Train.X[i*pictureSize+(y/zoom*canvasEdge+x/zoom)*shades:]
				b := func(k int) uint8 { return uint8(255*v[k]+0.5) &^ 1 }
				sheet.SetRGBA(left+x, top+y, color.RGBA{b(0), b(1), b(2), 255})
			}
		}
	}
	return sheet
}
