package datasets

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestDigest: every value counts, and where it stands.
func TestDigest(t *testing.T) {
	fresh := func() *Dataset {
		return &Dataset{
			Name: "a", Shape: []int{2}, Classes: 3,
			Train: Split{X: []float32{1, 2, 3, 4}, Labels: []int32{0, 2}},
			Test:  Split{X: []float32{5, 6}, Labels: []int32{1}},
		}
	}
	seen := map[string]string{}
	for name, change := range map[string]func(d *Dataset){
		"nothing":      func(*Dataset) {},
		"shape":        func(d *Dataset) { d.Shape = []int{1, 2} },
		"classes":      func(d *Dataset) { d.Classes = 4 },
		"an input":     func(d *Dataset) { d.Train.X[3] = 5 },
		"a test input": func(d *Dataset) { d.Test.X[0] = -5 },
		"the sign of 0": func(d *Dataset) {
			d.Test.X[0] *= 0
			d.Test.X[0] *= -1
		},
		"zero":          func(d *Dataset) { d.Test.X[0] = 0 },
		"a label":       func(d *Dataset) { d.Train.Labels[0] = 1 },
		"a test label":  func(d *Dataset) { d.Test.Labels[0] = 2 },
		"the order":     func(d *Dataset) { d.Train.Labels[0], d.Train.Labels[1] = 2, 0 },
		"another split": func(d *Dataset) { d.Train.X, d.Test.X = d.Train.X[:2], []float32{3, 4, 5, 6} },
		"targets":       func(d *Dataset) { d.Train.Targets = []float32{1, 2} },
		"outputs":       func(d *Dataset) { d.Train.Outputs, d.Train.Targets = 1, []float32{1, 2} },
	} {
		d := fresh()
		change(d)
		digest := d.Digest()
		assert.Len(t, digest, 64)
		assert.Empty(t, seen[digest], name)
		seen[digest] = name
	}
	other := fresh()
	other.Name, other.Pixels = "b", true
	assert.Equal(t, fresh().Digest(), other.Digest(), "a name is no data")
	large := &Dataset{Shape: []int{1}, Train: Split{X: make([]float32, 10_000)}}
	longer := &Dataset{Shape: []int{1}, Train: Split{X: make([]float32, 10_001)}}
	assert.NotEqual(t, large.Digest(), longer.Digest())
}
