package trainer

import (
	"sync"

	"github.com/gokfac/gokfac/internal/cpus"
)

// graphPool keeps the graphs of a predictor that are not in use. A graph is built when a caller finds none of the batch
// size that it wants.
type graphPool struct {
	model   *Model
	weights *weights // nil: the model's own
	sizes   int      // of batches: see batchSize

	slots chan struct{} // one for each graph in use
	mu    sync.Mutex
	idle  [batchSizes][]*inference
}

// graphBytes bounds the buffers of a graph's kernels, where this leaves batches of one example: a convolution of 512
// images would take a gigabyte.
const graphBytes = 32 << 20

func newGraphPool(m *Model, w *weights) (*graphPool, error) {
	p := &graphPool{model: m, weights: w, sizes: batchSizes, slots: make(chan struct{}, cpus.Workers())}
	g, err := newInference(m, w, 1)
	if err != nil {
		return nil, err
	}
	for p.sizes > 1 && g.run.Bytes()*batchSize(p.sizes-1) > graphBytes {
		p.sizes--
	}
	p.idle[0] = append(p.idle[0], g)
	return p, nil
}

// get returns a graph for batches of batchSize(i) examples. It waits while as many graphs are in use as there are
// workers (internal/cpus).
func (p *graphPool) get(i int) (*inference, error) {
	p.slots <- struct{}{}
	p.mu.Lock()
	if last := len(p.idle[i]) - 1; last >= 0 {
		g := p.idle[i][last] // the one in the caches
		p.idle[i] = p.idle[i][:last]
		p.mu.Unlock()
		return g, nil
	}
	p.mu.Unlock()
	var g *inference
	defer func() {
		if g == nil { // an error, or a panic of a layer's
			<-p.slots
		}
	}()
	g, err := newInference(p.model, p.weights, batchSize(i))
	return g, err
}

// put returns a graph of get(i).
func (p *graphPool) put(i int, g *inference) {
	p.mu.Lock()
	p.idle[i] = append(p.idle[i], g)
	p.mu.Unlock()
	<-p.slots
}

// batchSizes is the number of batch sizes.
const batchSizes = 15

// batchSize is 1, 4, 8, 12, 16, 24, 32, 48, … 384, 512 for i from 0 to 14: products are formed 4 rows at a time, at best 12.
func batchSize(i int) int {
	switch {
	case i < 2:
		return 1 + 3*i
	case i%2 == 0:
		return 8 << (i/2 - 1)
	}
	return 12 << (i/2 - 1)
}

// batchOverhead is the number of examples that a batch takes as long as, on top of its own: in a small batch the
// processor waits for the weights, and not for products.
const batchOverhead = 16

// nextBatch returns the size, as an index, of the first batch of n examples, and how long all of them take together,
// counted in examples: a batch is filled up where that is sooner than a batch and the rest by itself.
func (p *graphPool) nextBatch(n int) (i, cost int) {
	for i+1 < p.sizes && batchSize(i+1) <= n {
		i++
	}
	size := batchSize(i)
	cost = batchOverhead + size
	if size >= n {
		return i, cost
	}
	if i+1 == p.sizes { // batches of the greatest size are taken one after the other
		return i, cost
	}
	_, rest := p.nextBatch(n - size)
	if filled := batchOverhead + batchSize(i+1); filled <= cost+rest {
		return i + 1, filled
	}
	return i, cost + rest
}
