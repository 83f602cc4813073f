package job

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/datasets"
)

// TestMemoryNeeded holds the estimate to what runs on the built-in digits took
// at their peak beside the data and the program (the peak of resident memory
// less 110 MiB, two workers): it must not be below, nor far above.
func TestMemoryNeeded(t *testing.T) {
	digits := &datasets.Dataset{Shape: []int{28, 28}, Classes: 10}
	for args, measured := range map[string]float64{ // MiB
		"-hidden 1000,1000":                                     243,
		"-hidden 3000":                                          904,
		"-hidden 2000,2000":                                     717,
		"-hidden 2000,2000 -dtype float64":                      1272,
		"-hidden 2000,2000 -kfac-structure ekfac":               919,
		"-hidden 1500,1500 -kfac-structure block-tridiagonal":   1011,
		"-hidden 2000,2000 -kfac-structure diagonal":            359,
		"-hidden 8 -kfac-structure full":                        1044,
		"-hidden 2000,2000 -kfac-mode fixed":                    669,
		"-hidden 2000,2000 -kfac-mode fixed -kfac-fisher exact": 676,
		"-hidden 500 -batch-size 10000":                         388,
		"-model autoencoder -hidden 1000,500,30":                386,
		"-opt adam -hidden 4000,4000":                           554,
		"-opt sgd -hidden 4000,4000":                            480,
		"-opt sgd -hidden 500 -batch-size 10000":                210,
	} {
		s := parsed(t, args)
		s.Workers = 2
		if s.Batch == 0 { // as it was when this was measured
			s.Batch = 512
			if s.Model == "autoencoder" {
				s.Batch = 1000
			}
		}
		require.NoError(t, s.Resolve(20_000))
		need := memoryNeeded(s, digits.Features(), s.Maps(digits)) / (1 << 20)
		assert.Greater(t, need, 0.98*measured, args)
		assert.Less(t, need, 1.55*measured, args)
	}
}
