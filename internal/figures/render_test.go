package figures

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	pngfile "image/png"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func sampleChart() *Chart {
	c := &Chart{
		Title: "A < B & \"C\"", X: Axis{Label: "batch‑size ≤ 10 · s", Log: true}, Y: Axis{Label: "error²"},
		Lines: []Line{{Y: 1.5, Label: "target"}},
	}
	for i := range 3 {
		s := Series{Label: fmt.Sprintf("series %d", i)}
		for x := 1.0; x < 1000; x *= 1.1 {
			y := float64(i+2) / (1 + math.Log(x))
			s.Points = append(s.Points, Point{x, y, 0.9 * y, 1.1 * y})
		}
		c.Series = append(c.Series, s)
	}
	return c
}

func sampleBars() *Bars {
	return &Bars{
		Title: "phases", X: Axis{Label: "time (ms)"}, Parts: []string{"forward", "backward"},
		Rows: []BarRow{{"K-FAC", []float64{1, 2.5}}, {"Adam", []float64{1, 0}}},
	}
}

// texts parses SVG and returns its texts and, by name, its elements.
func texts(t *testing.T, svg []byte) (all []string, elements map[string][]xml.StartElement) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(svg))
	elements = map[string][]xml.StartElement{}
	inText := false
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return all, elements
		}
		require.NoError(t, err)
		switch token := token.(type) {
		case xml.StartElement:
			inText = token.Name.Local == "text"
			elements[token.Name.Local] = append(elements[token.Name.Local], token.Copy())
		case xml.CharData:
			if inText {
				all = append(all, string(token))
			}
		case xml.EndElement:
			inText = false
		}
	}
}

func attributes(e xml.StartElement) map[string]string {
	m := map[string]string{}
	for _, a := range e.Attr {
		m[a.Name.Local] = a.Value
	}
	return m
}

func TestSVG(t *testing.T) {
	svg, err := sampleChart().SVG()
	require.NoError(t, err)
	assert.True(t, bytes.HasPrefix(svg, []byte("<svg ")), "no prolog")
	labels, elements := texts(t, svg)
	assert.Subset(t, labels, []string{"A < B & \"C\"", "batch-size ≤ 10 · s", "series 0", "series 1", "series 2", "target", "1", "10", "100"})
	assert.Subset(t, labels, []string{"error", "2"}, "superscripts are texts of their own")

	root := attributes(elements["svg"][0])
	assert.Equal(t, "0 0 432 273.6", root["viewBox"])
	assert.Equal(t, "A < B & \"C\"", root["aria-label"])
	bands := 0
	for _, e := range elements["path"] {
		if strings.Contains(attributes(e)["style"], "fill-opacity:0.2") {
			bands++
		}
	}
	assert.Equal(t, 3, bands)
	for _, e := range elements["text"] {
		assert.Contains(t, attributes(e)["style"], "font-family:'Liberation Sans',Arial,Helvetica,sans-serif;")
		assert.NotEmpty(t, attributes(e)["textLength"])
	}
	assert.NotContains(t, string(svg), "NaN")
	assert.NotContains(t, string(svg), "id=")

	svg, err = sampleBars().SVG()
	require.NoError(t, err)
	labels, _ = texts(t, svg)
	assert.Subset(t, labels, []string{"phases", "time (ms)", "forward", "backward", "K-FAC", "Adam", "3.50", "2.50", "1.00"})
}

func TestSVGOfUntitledChart(t *testing.T) {
	c := sampleChart()
	c.Title = ""
	svg, err := c.SVG()
	require.NoError(t, err)
	_, elements := texts(t, svg)
	assert.Equal(t, "error2 over batch-size ≤ 10 · s", attributes(elements["svg"][0])["aria-label"])
}

func TestSameBytes(t *testing.T) {
	for range 3 {
		for _, draw := range []func() ([]byte, error){sampleChart().SVG, sampleChart().PNG, sampleBars().SVG, sampleBars().PNG} {
			first, err := draw()
			require.NoError(t, err)
			again, err := draw()
			require.NoError(t, err)
			assert.Equal(t, first, again)
		}
	}
}

func TestPNG(t *testing.T) {
	file, err := sampleChart().PNG()
	require.NoError(t, err)
	img, err := pngfile.Decode(bytes.NewReader(file))
	require.NoError(t, err)
	assert.Equal(t, 1152, img.Bounds().Dx())
	assert.Equal(t, 730, img.Bounds().Dy())

	bars := sampleBars()
	height := func() int {
		file, err := bars.PNG()
		require.NoError(t, err)
		img, err := pngfile.Decode(bytes.NewReader(file))
		require.NoError(t, err)
		assert.Equal(t, 1152, img.Bounds().Dx())
		return img.Bounds().Dy()
	}
	two := height()
	bars.Rows = append(bars.Rows, bars.Rows...)
	assert.InDelta(t, two+2*rowHeight*resolution/72, height(), 1)
}

// Whatever text there is, the SVG is XML and the PNG is drawn.
func TestAnyText(t *testing.T) {
	for _, txt := range []string{
		"", " ", "\x00\x1f\n", "\xff\xfe", "\uffff\ufffe", "<text x=\"1\">", `style="font-family:Liberation Sans;`, "10⁻⁹ and more",
		"‑", "日本語", strings.Repeat("long ", 200), strings.Repeat("W", 500), "$\\alpha$", "]]>", "&amp;",
	} {
		c := sampleChart()
		c.Title, c.X.Label, c.Y.Label, c.Series[0].Label, c.Lines[0].Label = txt, txt, txt, txt, txt
		b := sampleBars()
		b.Title, b.X.Label, b.Parts[0], b.Rows[0].Label = txt, txt, txt, txt
		for _, f := range []interface {
			SVG() ([]byte, error)
			PNG() ([]byte, error)
		}{c, b} {
			svg, err := f.SVG()
			require.NoError(t, err)
			texts(t, svg)
			_, err = f.PNG()
			require.NoError(t, err)
		}
	}
}
