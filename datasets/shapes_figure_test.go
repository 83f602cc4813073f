package datasets

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/png"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

var sheet = flag.String("sheet", "", "where TestShapesSheet writes its picture")

func TestShapesSheet(t *testing.T) {
	if *sheet == "" {
		t.Skip()
	}
	const columns = 12
	d := Shapes(ShapesOptions{Train: 400, Test: 1, Seed: 3})
	const zoom, gap = 3, 2
	cell := canvasEdge*zoom + gap
	img := image.NewRGBA(image.Rect(0, 0, columns*cell, d.Classes*cell))
	var count [10]int
	for i, l := range d.Train.Labels {
		if count[l] == columns {
			continue
		}
		for p := range canvasEdge * canvasEdge {
			v := d.Train.X[(i*canvasEdge*canvasEdge+p)*shades:]
			for k := range zoom * zoom {
				img.Set(count[l]*cell+p%canvasEdge*zoom+k%zoom, int(l)*cell+p/canvasEdge*zoom+k/zoom, color.RGBA{uint8(255*v[0] + .5), uint8(255*v[1] + .5), uint8(255*v[2] + .5), 255})
			}
		}
		count[l]++
	}
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, img))
	require.NoError(t, os.WriteFile(*sheet, b.Bytes(), 0o644))
}
