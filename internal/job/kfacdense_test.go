package job

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestDenseNotes: a factor of a great order is named at the start, in structures that
// invert it whole.
func TestDenseNotes(t *testing.T) {
	for _, structure := range []string{"block-diagonal", "block-tridiagonal", "ekfac"} {
		notes := built(t, "-model convnet -dataset digits -kfac-structure "+structure).Notes()
		require.Len(t, notes, 1)
		assert.Equal(t, "dense1 has a factor of order 9217, which -kfac-structure "+structure+" inverts or decomposes whole: "+
			"that can take minutes each time; choose -kfac-structure low-rank or smaller -filters", inFlags(notes[0]))
	}
	for _, args := range []string{"", "-kfac-structure diagonal", "-opt adam", "-kfac-structure ekfac -filters 8,16", "-kfac-structure ekfac -filters 16,28"} {
		assert.Empty(t, built(t, "-model convnet -dataset digits "+args).Notes(), args)
	}
	wide := built(t, "-dataset digits -hidden 8,4096,8 -kfac-structure ekfac").Notes()
	require.Len(t, wide, 1)
	assert.Contains(t, inFlags(wide[0]), "dense3 has a factor of order 4097, ")
	assert.Contains(t, inFlags(wide[0]), "or smaller -hidden")
}
