package layertest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/layers/layertest"
)

// A layer that draws from the stream itself passes, and the log says what it lacks. One
// that draws by example lacks nothing.
func TestDrawsFromTheStreamAreNoted(t *testing.T) {
	const note = "masks: skipped: whether processes that share a mini-batch draw the masks that one draws"
	of := func(layer func() layers.Layer) string {
		r := &recorder{}
		layertest.Check(r, layer, layertest.Config{Input: []int{5}})
		assert.Empty(t, r.errors)
		return strings.Join(r.logs, "\n")
	}
	assert.Contains(t, of(func() layers.Layer { return &noise{} }), note)
	assert.NotContains(t, of(func() layers.Layer { return &layers.Dropout{Rate: 0.4} }), note)
}
