package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestSummaryOfTheRun: the blocks are those of the structure and the sharing in force, and
// other optimizers have none.
func TestSummaryOfTheRun(t *testing.T) {
	dir, data := paints(t), blobs(t)
	for args, want := range map[string]string{
		"-model resnet -filters 4,8 -dataset " + dir + " -kfac-sharing reduce": ", reduce over 48 locations\n",
		"-model resnet -filters 4,8 -dataset " + dir:                           ", expand over 48 locations\n",
		"-kfac-structure diagonal -dataset " + data:                            "  40          diagonal\n",
		"-kfac-structure full -dataset " + data:                                "full, 67×67, of all layers\n",
		"-kfac-structure ekfac -dataset " + data:                               "diagonal in the eigenbasis of A ⊗ G, 5×5 ⊗ 8×8\n",
		"-kfac-structure block-tridiagonal -dataset " + data:                   "A ⊗ G, 5×5 ⊗ 8×8, coupled with dense2\n",
		"-kfac-structure block-diagonal -dataset " + data:                      "A ⊗ G, 5×5 ⊗ 8×8\n",
	} {
		if strings.HasSuffix(args, data) {
			args += " -hidden 8"
		}
		o := execute(append(strings.Fields(args), "-dry-run")...)
		require.Zero(t, o.status, o.stderr)
		assert.Contains(t, o.stderr, want, args)
	}
	o := execute("-dataset", data, "-hidden", "8", "-opt", "adam", "-dry-run")
	require.Zero(t, o.status, o.stderr)
	assert.Contains(t, o.stderr, "\nlayer            output  parameters\n")
	assert.NotContains(t, o.stderr, "⊗")
}
