package live

import (
	"math"

	"github.com/gokfac/gokfac/internal/results"
)

// What a page is sent of a gallery.
const (
	MaxExamples = 64
	maxPixels   = 1 << 16 // values of an image; a larger one is left out
	maxValues   = 12      // of an example that is no image
)

// gallery is what a page is sent of an assessment.
type gallery struct {
	Part     string   `json:"part"`
	Examples []shown  `json:"examples"`
	Left     int      `json:"left"` // examples there are beside these
	Classes  [][5]any `json:"classes"`
	Metrics  [][2]any `json:"metrics"`
}

// shown is one example.
type shown struct {
	Index       int              `json:"index"`
	Width       int              `json:"width"` // 0: no image
	Height      int              `json:"height"`
	Channels    int              `json:"channels"` // 1 or 3; plane after plane
	Input       []byte           `json:"input"`    // base64 in JSON; 0 to 255
	Output      []byte           `json:"output"`   // empty: none
	Values      []results.Number `json:"values"`   // first ones, where it is no image
	Outputs     []results.Number `json:"outputs"`
	Truth       string           `json:"truth"`
	Predicted   string           `json:"predicted"`
	Probability results.Number   `json:"probability"`
}

func galleryOf(a *results.Assessment) *gallery {
	g := &gallery{Examples: []shown{}, Classes: [][5]any{}, Metrics: [][2]any{}}
	if a == nil {
		return g
	}
	g.Part = short(a.Part)
	for _, m := range a.Metrics[:min(len(a.Metrics), maxColumns)] {
		g.Metrics = append(g.Metrics, [2]any{short(m.Name), m.Value})
	}
	for _, c := range a.Classes[:min(len(a.Classes), 200)] {
		g.Classes = append(g.Classes, [5]any{short(c.Name), c.Precision, c.Recall, c.F1, c.Examples})
	}
	for i := range a.Examples {
		e := &a.Examples[i]
		if len(g.Examples) == MaxExamples || e.Image && len(e.Input) > maxPixels {
			continue
		}
		g.Examples = append(g.Examples, shownOf(e))
	}
	g.Left = len(a.Examples) - len(g.Examples)
	return g
}

func shownOf(e *results.Example) shown {
	s := shown{Index: e.Index, Truth: short(e.Truth), Predicted: short(e.Predicted), Probability: e.Probability}
	width, height, channels := size(e)
	if width == 0 {
		s.Values, s.Outputs = firstOf(e.Input), firstOf(e.Output)
		return s
	}
	s.Width, s.Height, s.Channels = width, height, channels
	s.Input = pixels(e.Input)
	if len(e.Output) == len(e.Input) {
		s.Output = pixels(e.Output)
	}
	return s
}

// size is that of an image, C×H×W or H×W, with one channel or three; zeros: no image.
func size(e *results.Example) (width, height, channels int) {
	shape, channels := e.Shape, 1
	if len(shape) == 3 {
		shape, channels = shape[1:], shape[0]
	}
	if !e.Image || len(shape) != 2 || channels != 1 && channels != 3 {
		return 0, 0, 0
	}
	height, width = shape[0], shape[1]
	if width < 1 || height < 1 || width > maxPixels || height > maxPixels || width*height*channels != len(e.Input) {
		return 0, 0, 0
	}
	return width, height, channels
}

// pixels are values from 0 to 1 as bytes.
func pixels(values []float32) []byte {
	list := make([]byte, len(values))
	for i, v := range values {
		if v == v {
			list[i] = byte(math.Round(255 * float64(min(1, max(0, v)))))
		}
	}
	return list
}

func firstOf(values []float32) []results.Number {
	list := []results.Number{}
	for _, v := range values[:min(len(values), maxValues)] {
		list = append(list, results.Number(v))
	}
	return list
}
