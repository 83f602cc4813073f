package job

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestSizesOfPlaces: what a kept model is, in a word.
func TestSizesOfPlaces(t *testing.T) {
	conv := []Map{{In: 9, Out: 16, Places: 676}, {In: 144, Out: 32, Places: 576}, {In: 4608, Out: 128, Places: 1}, {In: 128, Out: 10, Places: 1}}
	assert.Equal(t, "28×28, filters 16-32, dense 128-10", sizesOfPlaces([]int{28, 28}, true, conv))
	assert.Equal(t, "32×32×3, filters 16-32, dense 128-10", sizesOfPlaces([]int{32, 32, 3}, true, conv))
	assert.Equal(t, "28 steps of 28, 128-10", sizesOfPlaces([]int{28, 28}, false, []Map{{In: 156, Out: 128, Places: 28}, {In: 128, Out: 10, Places: 1}}))
	assert.Equal(t, "784-512-10", sizesOfPlaces([]int{28, 28}, false, []Map{{In: 784, Out: 512, Places: 1}, {In: 512, Out: 10, Places: 1}}))
}
