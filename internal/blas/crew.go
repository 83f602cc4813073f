package blas

import (
	"github.com/gokfac/gokfac/internal/cpus"
	"github.com/gokfac/gokfac/internal/parallel"
)

// crew is the workers of a product, the caller among them.
type crew struct {
	number int
	awake  bool // only helpers that are awake come
}

// alone is the caller.
var alone = crew{number: 1}

// workerShare is the number of multiplications that repay a goroutine: 30 to 60 µs of them, as long as an idle processor
// takes to wake.
const workerShare = 1 << 21

// newCrew returns the workers for so many multiplications. A product too small to start a helper for is shared with those
// that are awake, as they are between the products of a training step, if each has a share of so many multiplications; a
// share of 0 is none. See kernels.slower.
func newCrew(work float64, slower, share int) crew {
	most := cpus.Workers()
	workers := int(min(float64(most), work/float64(int(workerShare)>>slower)))
	if workers > 1 || share == 0 || work < 2*float64(share) {
		return crew{number: max(workers, 1)}
	}
	return crew{number: int(min(float64(min(most, 1+parallel.Awake())), work/float64(share))), awake: true}
}

// run lets the workers do the work of a group.
func (c crew) run(g *parallel.Group) {
	if c.awake {
		g.RunAwake(c.number)
		return
	}
	g.Run(c.number)
}
