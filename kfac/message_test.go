package kfac

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
)

// told is one of everything that a message can hold.
type told struct {
	count  int
	float  float64
	flag   bool
	fixed  []float32
	vary   []float64
	matrix []float32
}

func (x *told) tell(m *message) {
	m.count(&x.count)
	m.float(&x.float)
	m.flag(&x.flag)
	floats(m, x.fixed)
	varying(m, &x.vary, 4)
	triangle(m, x.matrix, 2)
}

// TestMessage: what is written is read, both triangles of a symmetric matrix too. A message
// that is cut short, or too long, or of another thing, is an error and no panic.
func TestMessage(t *testing.T) {
	from := told{7, -0.5, true, []float32{1, 2}, []float64{3, 4, 5}, []float32{1, 9, 2, 3}}
	var m message
	m.begin()
	from.tell(&m)
	to := told{fixed: make([]float32, 2), matrix: make([]float32, 4)}
	in := read(m.data)
	to.tell(in)
	require.NoError(t, in.end())
	from.matrix[1] = 2
	assert.Equal(t, from, to)
	for n := range m.data {
		in := read(m.data[:n])
		to.tell(in)
		assert.ErrorIs(t, in.end(), errMessage)
	}
	assert.ErrorIs(t, read(m.data).end(), errMessage, "nothing was read")
	in = read(m.data[24+8:]) // beyond the fixed numbers a float stands for a length
	varying(in, &to.vary, 4)
	assert.ErrorIs(t, in.end(), errMessage)
}

// TestMeasuredOfAShare: the examples and the rows of P shares that are measured are those of
// the whole mini-batch, each in one share.
func TestMeasuredOfAShare(t *testing.T) {
	for _, n := range []int{1, 2, 5, 12} {
		for _, fraction := range []float64{1, 0.3, 0.75} {
			for _, locations := range []int{1, 4, 5} {
				whole := &Pass{fraction: fraction, whole: n, most: 9}
				_, every := whole.sampled(&graph.Tap{Examples: n}, locations)
				var want []int
				for r := 0; r < whole.measured(n)*locations; r += every {
					want = append(want, r)
				}
				for _, members := range []int{1, 2, 3, 7} {
					var got []int
					for rank := range members {
						own := (n - rank + members - 1) / members
						p := &Pass{fraction: fraction, whole: n, most: 9, first: rank, step: members, shared: true}
						for r := range p.measured(max(own, 1)) * locations { // 1: a stand-in
							if row := p.row(r, locations); row%every == 0 {
								got = append(got, row)
							}
						}
					}
					assert.ElementsMatch(t, want, got, "%d examples, %v, %d locations, %d members", n, fraction, locations, members)
				}
			}
		}
	}
}
