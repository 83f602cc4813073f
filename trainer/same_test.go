package trainer

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"gorgonia.org/tensor"
)

type listSource struct{ list []int }

func (listSource) Next() (x, y *tensor.Dense, ok bool) { return nil, nil, false }

func (listSource) Steps() int { return 1 }

type wrappedSource struct{ Source }

func TestSameSource(t *testing.T) {
	a, b := &listSource{list: []int{1}}, &listSource{list: []int{1}}
	assert.True(t, same(a, a))
	assert.False(t, same(a, b), "two sources of equal content")
	assert.False(t, same(*a, *a), "a struct with a slice cannot be compared")
	assert.True(t, same(wrappedSource{a}, wrappedSource{a}))
	assert.False(t, same(wrappedSource{*a}, wrappedSource{*a}), "nor can a struct whose field holds one")
	assert.False(t, same(a, *a))
	assert.False(t, same(nil, a))
}
