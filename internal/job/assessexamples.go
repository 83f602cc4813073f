package job

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/internal/results"
	"github.com/gokfac/gokfac/trainer"
)

// picker is a Metric that keeps the examples with the greatest weights, and of equal
// weights those that come first, of an evaluation in the order of the data.
type picker struct {
	most    int  // examples
	outputs bool // are kept
	// judge weighs an example, and says whether it is one to show.
	judge func(p picked, output, target []float64) (picked, bool)
	next  int // index of the next example
	list  []picked

	output, target []float64 // of one example
}

// picked is an example that is kept.
type picked struct {
	index  int // in its part
	class  int // that was predicted
	weight float64
	output []float32
}

var _ trainer.Metric = (*picker)(nil)

func (m *picker) Name() string         { return "picked" } // which nobody is shown
func (m *picker) HigherIsBetter() bool { return false }
func (m *picker) Reset()               { m.next, m.list = 0, nil }
func (m *picker) Value() float64       { return float64(len(m.list)) }

// Add looks at a mini-batch. An example is left out whose outputs are not all finite:
// they have no text in JSON, and no picture.
func (m *picker) Add(mean, target *tensor.Dense) error {
	n := target.Shape()[0]
	for i := range n {
		p := picked{index: m.next}
		m.next++
		m.output, m.target = row(m.output, mean, i), row(m.target, target, i)
		output := m.output
		if m.most == 0 || slices.ContainsFunc(output, func(v float64) bool { return math.Abs(v) > math.MaxFloat32 || v != v }) {
			continue
		}
		p, shown := m.judge(p, output, m.target)
		if !shown || len(m.list) == m.most && !(p.weight > m.list[m.most-1].weight) {
			continue
		}
		if m.outputs {
			p.output = inFloat32(output)
		}
		at, _ := slices.BinarySearchFunc(m.list, p, func(a, b picked) int {
			if a.weight >= b.weight {
				return -1 // it came first
			}
			return 1
		})
		m.list = slices.Insert(m.list[:min(len(m.list), m.most-1)], min(at, m.most-1), p)
	}
	return nil
}

// Examples of an assessment are at most so many, and have at most so many values together.
const (
	mostExamples      = 24
	mostExampleValues = 1 << 17
)

// examplesOf is how many examples there are room for, of so many values as inputs have, times.
func examplesOf(d *datasets.Dataset, times int) int {
	return min(mostExamples, mostExampleValues/max(1, times*d.Features()))
}

// examples are those that were picked, with their inputs; tell adds the rest.
func (m *picker) examples(a *results.Assessment, d *datasets.Dataset, tell func(e *results.Example, p picked)) []results.Example {
	if m.most == 0 {
		a.Notes = append(a.Notes, fmt.Sprintf("examples have %d values each: none is kept, to keep the result small", d.Features()))
		return nil
	}
	show, width := pixelsOf(d), d.Features()
	var list []results.Example
	for _, p := range m.list {
		e := results.Example{
			Index: p.index, Shape: show.shape, Image: show.image, Probability: results.Number(math.NaN()),
			Input: show.values(d.Test.X[p.index*width : (p.index+1)*width]),
		}
		tell(&e, p)
		if e.Finite() {
			list = append(list, e)
		}
	}
	return list
}

// row copies one example's elements to the memory of to.
func row(to []float64, t *tensor.Dense, i int) []float64 {
	width := t.DataSize() / t.Shape()[0]
	to = to[:0]
	switch data := t.Data().(type) {
	case []float64:
		to = append(to, data[i*width:(i+1)*width]...)
	case []float32:
		for _, v := range data[i*width : (i+1)*width] {
			to = append(to, float64(v))
		}
	}
	return to
}

func inFloat32(values []float64) []float32 {
	list := make([]float32, len(values))
	for i, v := range values {
		list[i] = float32(v)
	}
	return list
}

// printable is a name from a file without what would move a terminal's cursor.
func printable(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return unicode.ReplacementChar
		}
		return r
	}, strings.ToValidUTF8(name, string(unicode.ReplacementChar)))
}
