package kfac_test

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// TestMemoryOfParts: what a run on parts keeps does not grow with their number, but for
// the inputs and targets, while that of the whole grows with each activation.
func TestMemoryOfParts(t *testing.T) {
	const part, in, hidden, out = 50, 4, 100, 3
	// One worker: how many decompositions ran side by side, each with a workspace, is up to
	// the scheduler otherwise.
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for _, structure := range []kfac.Structure{kfac.BlockDiagonal, kfac.EKFAC} {
		kept := func(parts int, cut bool) int64 {
			before := live()
			m := newModel(t, layers.Sequential{
				&layers.Dense{Units: hidden}, layers.Tanh(), &layers.Dense{Units: hidden}, layers.Tanh(), &layers.Dense{Units: out},
			}, losses.SquaredError{}, in)
			o := newOptimizer(t, kfac.Config{Structure: structure, Estimator: graph.Exact})
			a := trainer.NewAccumulation(m)
			for k := range uint64(3) {
				x, y := normal(k, parts*part, in), normal(k+9, parts*part, out)
				var obj graph.Objective
				var err error
				if cut {
					a.Reset()
					for i := range parts {
						require.NoError(t, a.Add(normal(uint64(i)+9*k, part, in), normal(uint64(i)+99*k, part, out)))
					}
					obj, err = a.MiniBatch()
				} else {
					obj, err = m.Batch(x, y)
				}
				require.NoError(t, err)
				_, err = o.Step(obj)
				require.NoError(t, err)
			}
			size := live() - before
			runtime.KeepAlive(m)
			runtime.KeepAlive(o)
			runtime.KeepAlive(a)
			return size
		}
		const few, many = 2, 60
		kept(few, true) // what a process keeps once
		growth, whole := kept(many, true)-kept(few, true), kept(many, false)-kept(few, false)
		data := int64(8 * (many - few) * part * (in + out))
		t.Logf("%s: from %d to %d parts %d bytes more, inputs and targets %d; as a whole %d", structure, few, many, growth, data, whole)
		// The activations of one hidden layer in all parts. Pools that the runtime empties at
		// times make up less.
		activations := int64(8 * (many - few) * part * hidden)
		assert.Less(t, growth, data+activations/2, structure)
		assert.Greater(t, whole, 10*activations, structure)
	}
}

// live is the size of the heap in use.
func live() int64 {
	runtime.GC()
	runtime.GC()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return int64(s.HeapAlloc)
}
