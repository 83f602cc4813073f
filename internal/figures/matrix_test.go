package figures

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	pngfile "image/png"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/plot/vg"
)

// sampleMatrix has 90 of 100 examples of each class on the diagonal, the others at its right.
func sampleMatrix(n int) *Matrix {
	m := &Matrix{Title: "What was taken for what"}
	for i := range n {
		row := make([]int, n)
		row[i] = 90
		row[(i+1)%n] += 10
		m.Counts = append(m.Counts, row)
	}
	return m
}

func decoded(t *testing.T, f interface{ PNG() ([]byte, error) }) image.Image {
	t.Helper()
	file, err := f.PNG()
	require.NoError(t, err)
	img, err := pngfile.Decode(bytes.NewReader(file))
	require.NoError(t, err)
	return img
}

func TestMatrixSVG(t *testing.T) {
	m := sampleMatrix(3)
	m.Classes = []string{"cat", "dog & wolf", "<bird>"}
	svg, err := m.SVG()
	require.NoError(t, err)
	labels, elements := texts(t, svg)
	count := map[string]int{}
	for _, l := range labels {
		count[l]++
	}
	assert.Equal(t, 3, count["90"])
	assert.Equal(t, 3, count["10"])
	assert.Equal(t, 4, count["0"], "three cells, and the scale")
	for _, name := range append(m.Classes, "1%", "100%", "true class", "predicted class", m.Title) {
		assert.NotZero(t, count[name], name)
	}
	assert.Equal(t, 2, count["cat"], "beside its row and below its column")
	assert.Equal(t, "What was taken for what: 270 of 300 examples on the diagonal", attributes(elements["svg"][0])["aria-label"])
	assert.NotContains(t, string(svg), "NaN")
	assert.NotContains(t, string(svg), "id=")
	assert.Empty(t, elements["image"])

	m = sampleMatrix(2)
	m.Title = ""
	svg, err = m.SVG()
	require.NoError(t, err)
	assert.Contains(t, string(svg), `aria-label="confusion matrix of 2 classes: 180 of 200 examples on the diagonal"`)
}

// TestMatrixIsReadable: of few classes all counts and names are there; of many, names at a distance and a small file.
func TestMatrixIsReadable(t *testing.T) {
	for n, want := range map[int]struct {
		counts, names int
		picture       bool
	}{
		1: {1, 1, false}, 2: {4, 2, false}, 10: {100, 10, false}, 25: {50, 25, false}, 30: {60, 30, false}, 31: {0, 31, true}, 100: {0, 20, true}, 1000: {0, 20, true},
	} {
		m := sampleMatrix(n)
		for i := range n {
			m.Classes = append(m.Classes, fmt.Sprintf("c%d", i))
		}
		svg, err := m.SVG()
		require.NoError(t, err)
		labels, elements := texts(t, svg)
		counts, names := 0, 0
		for _, l := range labels {
			if _, err := strconv.Atoi(l); err == nil {
				counts++
			}
			if strings.HasPrefix(l, "c") {
				names++
			}
		}
		assert.Equal(t, want.counts+1, counts, "%d classes; one is on the scale, and of many no zeros", n)
		assert.Equal(t, 2*want.names, names, "%d classes", n)
		assert.Equal(t, want.picture, len(elements["image"]) == 1, "%d classes", n)
		assert.Less(t, len(svg), 100_000, "%d classes", n)
		for _, e := range elements["text"] {
			for part := range strings.SplitSeq(attributes(e)["style"], ";") {
				if size, ok := strings.CutPrefix(part, "font-size:"); ok {
					points, err := strconv.ParseFloat(strings.TrimSuffix(size, "px"), 64)
					require.NoError(t, err)
					assert.GreaterOrEqual(t, points, 5., "%d classes", n)
				}
			}
		}
	}
}

// TestMatrixColors: cells of the PNG have the colours of their shares, as boxes and as a picture.
func TestMatrixColors(t *testing.T) {
	for _, n := range []int{2, 5, 60} {
		m := sampleMatrix(n)
		m.Counts[n-1] = make([]int, n)
		img, l := decoded(t, m), m.layout()
		at := func(row, column int) color.NRGBA { // a quarter into the cell, beside its count
			x := margin + l.left + (vg.Length(column)+0.2)*l.cell
			y := margin + l.heading.height + (vg.Length(row)+0.2)*l.cell
			return color.NRGBAModel.Convert(img.At(int(x*resolution/72), int(y*resolution/72))).(color.NRGBA)
		}
		near := func(want, got color.NRGBA, what string) {
			for i, d := range []int{int(want.R) - int(got.R), int(want.G) - int(got.G), int(want.B) - int(got.B)} {
				assert.LessOrEqual(t, d*d, 9, "%d classes, %s, channel %d: %v is not %v", n, what, i, got, want)
			}
		}
		near(shade(math.Sqrt(0.9)), at(0, 0), "diagonal")
		near(shade(math.Sqrt(0.1)), at(0, 1), "beside it")
		near(noExamples, at(n-1, 0), "a row without examples")
		if n > 2 {
			near(color.NRGBA{0xff, 0xff, 0xff, 0xff}, at(0, 2), "nothing")
		}
	}
	assert.Equal(t, color.NRGBA{0xff, 0xff, 0xff, 0xff}, shade(0))
	dark := func(v float64) uint8 { return color.GrayModel.Convert(shade(v)).(color.Gray).Y }
	for v := 0.0; v < 1; v += 1. / 64 {
		assert.Less(t, dark(v+1./64), dark(v), "each shade is darker than the one before")
	}
}

// TestMatrixMerges: a single count in a large matrix is still drawn, and a part without examples is grey.
func TestMatrixMerges(t *testing.T) {
	const n = 1000
	shares := make([][]float64, n)
	for i := range shares {
		shares[i] = make([]float64, n)
		for j := range shares[i] {
			if i >= 900 {
				shares[i][j] = math.NaN()
			}
		}
	}
	shares[7][998] = 0.25
	small := merged(shares)
	require.Len(t, small, 334)
	for i, row := range small {
		require.Len(t, row, 334)
		for j, v := range row {
			switch {
			case i == 2 && j == 332:
				assert.Equal(t, 0.25, v)
			case i < 300:
				assert.Zero(t, v)
			default:
				assert.True(t, math.IsNaN(v))
			}
		}
	}
	assert.Equal(t, sampleMatrix(400).shares(), merged(sampleMatrix(400).shares()))
}

func TestMatrixRefused(t *testing.T) {
	for want, change := range map[string]func(*Matrix){
		`no classes`:                              func(m *Matrix) { m.Counts = nil },
		`2 names for 3 classes`:                   func(m *Matrix) { m.Classes = []string{"a", "b"} },
		`row 1: 2 counts for 3 classes`:           func(m *Matrix) { m.Counts[1] = []int{1, 2} },
		`row 2: count 0 is -1`:                    func(m *Matrix) { m.Counts[2][0] = -1 },
		`2001 classes: at most 2000 can be drawn`: func(m *Matrix) { m.Counts = make([][]int, 2001) },
	} {
		m := sampleMatrix(3)
		change(m)
		_, err := m.SVG()
		assert.EqualError(t, err, `matrix "What was taken for what": `+want)
		_, err = m.PNG()
		assert.EqualError(t, err, `matrix "What was taken for what": `+want)
	}
}

// TestMatrixOfAnyText: names are cut where they are long, and a figure is as wide as others.
func TestMatrixOfAnyText(t *testing.T) {
	for _, txt := range []string{"", " ", "\x00\x1f\n", "\xff\xfe", "<text x=\"1\">", "日本語", strings.Repeat("long ", 200), strings.Repeat("W", 500), "]]>"} {
		m := sampleMatrix(3)
		m.Title, m.Classes = txt, []string{txt, txt, txt}
		m.Counts[0][0] = math.MaxInt
		m.Counts[0][1] = math.MaxInt
		svg, err := m.SVG()
		require.NoError(t, err)
		texts(t, svg)
		assert.NotContains(t, string(svg), "NaN")
		img := decoded(t, m)
		assert.Equal(t, 1152, img.Bounds().Dx())
		assert.Less(t, img.Bounds().Dy(), 1600)
	}
	one, err := sampleMatrix(50).SVG()
	require.NoError(t, err)
	again, err := sampleMatrix(50).SVG()
	require.NoError(t, err)
	assert.Equal(t, one, again)
}
