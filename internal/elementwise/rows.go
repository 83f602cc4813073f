//go:build (amd64 || arm64) && !noasm

package elementwise

import (
	"math"

	"github.com/gokfac/gokfac/internal/isa"
)

const (
	// rowBlock is how many rows share the arrays between assembly and Go.
	rowBlock = 64
	// productLimit leaves room for one more factor, a number of classes.
	productLimit = 0x1p900
)

// rowCosts is Σ_n max_n - z_{n,label_n} + log Σ_c exp(z_nc - max_n). A product
// of sums has its logarithm taken at once: one for some hundred rows of 10
// classes, with an error of half an ulp of 1 per row, as the sums have.
func rowCosts(set isa.Set, z, labels []float32, classes int) float64 {
	var maxima [rowBlock]float32
	var sums [rowBlock]float64
	var cost float64
	product := 1.0
	for len(labels) > 0 {
		n := min(rowBlock, len(labels))
		exponentialSums(set, z[:n*classes], classes, &maxima[0], &sums[0])
		for i, label := range labels[:n] {
			cost += float64(maxima[i]) - float64(z[i*classes : (i+1)*classes][classOf(label)])
			product *= sums[i]
			if product > productLimit {
				cost += math.Log(product)
				product = 1
			}
		}
		z, labels = z[n*classes:], labels[n:]
	}
	return cost + math.Log(product)
}
