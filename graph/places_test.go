package graph

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// drawing is a graph of n examples with ops of all kinds, and what their draws are for one.
func drawing(t *testing.T, n int, p *Places) *Builder {
	t.Helper()
	b, err := NewBuilder(Config{DType: Float64, Batch: n, Streams: Streams{
		Dropout: rand.New(rand.NewPCG(1, 2)), Sample: rand.New(rand.NewPCG(1, 3)), Places: p,
	}})
	require.NoError(t, err)
	return b
}

// Without active places the draws are the stream's own.
func TestDrawsOfTheStream(t *testing.T) {
	for name, p := range map[string]*Places{"none": nil, "not active": {Seed: 5, Step: 6}} {
		t.Run(name, func(t *testing.T) {
			b := drawing(t, 3, p)
			want := map[DrawKind]*rand.Rand{Masks: b.Streams.Dropout, Targets: b.Streams.Sample, Cotangents: b.Streams.Sample}
			for kind, stream := range want {
				d := b.DrawsOf(kind)
				assert.False(t, d.Placed())
				assert.Same(t, stream, d.Example(0))
				assert.Same(t, stream, d.Example(2))
				assert.Same(t, stream, d.Whole())
			}
		})
	}
}

// Each field of the place gives other numbers, and the same fields the same ones. Masks
// alone do not depend on the pass.
func TestDrawsDependOnThePlaceAlone(t *testing.T) {
	base := Places{Active: true, Seed: 1, Step: 2, Pass: 3, First: 4, Stride: 5}
	first := func(kind DrawKind, op, n, batch int, p Places) uint64 {
		b := drawing(t, batch, &p)
		for range op {
			b.DrawsOf(kind)
		}
		d := b.DrawsOf(kind)
		d.Example(n + 1).Uint64() // another's numbers change nothing
		return d.Example(n).Uint64()
	}
	change := map[string]func(p *Places){
		"seed":  func(p *Places) { p.Seed++ },
		"step":  func(p *Places) { p.Step++ },
		"pass":  func(p *Places) { p.Pass++ },
		"first": func(p *Places) { p.First++ },
	}
	seen := map[uint64]string{}
	for _, kind := range []DrawKind{Masks, Targets, Cotangents} {
		want := first(kind, 0, 1, 8, base)
		assert.Empty(t, seen[want])
		seen[want] = "the kind before"
		same := base
		same.First, same.Stride = 7, 2 // example 1 is number 9 as before
		assert.Equal(t, want, first(kind, 0, 1, 3, same))
		same.First, same.Stride = 8, 0 // a stride of 0 is 1
		assert.Equal(t, want, first(kind, 0, 1, 3, same))
		assert.NotEqual(t, want, first(kind, 1, 1, 8, base), "another op")
		assert.NotEqual(t, want, first(kind, 0, 2, 8, base), "another example")
		for name, f := range change {
			p := base
			f(&p)
			assert.Equal(t, name == "pass" && kind == Masks, want == first(kind, 0, 1, 8, p), "%s of kind %d", name, kind)
		}
	}
}

// The ops of one kind are counted apart from those of the others, so that the order in
// which programs are built is no matter.
func TestDrawsAreCountedByKind(t *testing.T) {
	p := &Places{Active: true}
	one, two := drawing(t, 2, p), drawing(t, 2, p)
	a := []*Draws{one.DrawsOf(Targets), one.DrawsOf(Targets), one.DrawsOf(Cotangents), one.DrawsOf(Masks)}
	m, c := two.DrawsOf(Masks), two.DrawsOf(Cotangents)
	b := []*Draws{two.DrawsOf(Targets), two.DrawsOf(Targets), c, m}
	for i := range a {
		assert.Equal(t, a[i].Example(1).Uint64(), b[i].Example(1).Uint64())
	}
}

// A whole draws the same in every share, and not what an example draws.
func TestDrawsOfTheWhole(t *testing.T) {
	p := &Places{Active: true, Stride: 1}
	b := drawing(t, 2, p)
	d := b.DrawsOf(Masks)
	want := d.Whole().Uint64()
	p.First, p.Stride = 1, 2
	assert.Equal(t, want, d.Whole().Uint64())
	assert.NotEqual(t, want, d.Example(0).Uint64())
}

// Rows that are not the examples' are drawn as a whole, and no element is left out.
func TestByExampleOfOtherRows(t *testing.T) {
	p := &Places{Active: true, Stride: 1}
	b := drawing(t, 2, p)
	x := b.Ones(3, 1)
	d := b.DrawsOf(Targets)
	n, err := b.Apply(Op{Name: "draw", Shape: tensor.Shape{3}, F32: ByExample(d, uniform[float32]), F64: ByExample(d, uniform[float64]), Const: true}, x)
	require.NoError(t, err)
	program, err := b.Compile(n)
	require.NoError(t, err)
	require.NoError(t, program.Run())
	got := append([]float64(nil), Value(n).Float64s()...)
	p.First, p.Stride = 1, 2
	require.NoError(t, program.Run())
	assert.Equal(t, got, Value(n).Float64s())
	assert.NotContains(t, got, 0.)
}

func uniform[T Float](r *rand.Rand, out, _ []T) {
	for i := range out {
		out[i] = T(r.Float64())
	}
}

// Runs allocate nothing, with places and without.
func TestByExampleAllocatesNothing(t *testing.T) {
	for _, active := range []bool{false, true} {
		b := drawing(t, 4, &Places{Active: active})
		f := ByExample(b.DrawsOf(Targets), uniform[float32])
		out, in := make([]float32, 8), [][]float32{make([]float32, 4)}
		assert.Zero(t, testing.AllocsPerRun(10, func() { f(out, in) }))
	}
}

// neighbours calls f with the first numbers of generators of neighbouring places, for
// 8·4·3·1024 ≈ 10⁵ of them, the examples innermost.
func neighbours(f func(hi, lo, first, second uint64)) (n int) {
	var source rand.PCG
	for step := range uint64(8) {
		for pass := range uint64(4) {
			for op := range uint64(3) {
				for example := range uint64(1024) {
					hi, lo := placeSeed([...]uint64{0, step, pass, 1, op, example})
					source.Seed(hi, lo)
					first := source.Uint64()
					f(hi, lo, first, source.Uint64())
					n++
				}
			}
		}
	}
	return n
}

// Seeds of neighbouring places collide neither as a whole nor in a half: of 10⁵ random
// numbers of 64 bits two are alike with probability 10¹⁰/2⁶⁵ < 10⁻⁹.
func TestPlaceSeedsDoNotCollide(t *testing.T) {
	his, los := map[uint64]bool{}, map[uint64]bool{}
	n := neighbours(func(hi, lo, _, _ uint64) { his[hi], los[lo] = true, true })
	assert.Len(t, his, n)
	assert.Len(t, los, n)
}

// The generators' first and second numbers are uniform in their high and low bytes. χ²
// of k = 255 degrees of freedom exceeds k + 2√(kx) + 2x with a probability below e^(−x)
// (Laurent and Massart 2000): 10⁻⁹ for x = 20.7.
func TestPlacedDrawsAreUniform(t *testing.T) {
	const k, x = 255, 20.7
	bound := k + 2*math.Sqrt(k*x) + 2*x
	var counts [4][256]int
	n := neighbours(func(_, _, first, second uint64) {
		for i, v := range []uint64{first >> 56, first & 255, second >> 56, second & 255} {
			counts[i][v]++
		}
	})
	for _, c := range counts {
		chi, mean := 0.0, float64(n)/256
		for _, v := range c {
			chi += (float64(v) - mean) * (float64(v) - mean) / mean
		}
		assert.Less(t, chi, bound)
	}
}

// First numbers of neighbours are not correlated. 12·Σ(u−½)(v−½)/√n of n independent pairs
// is nearly standard normal: beyond 6 with probability 2·10⁻⁹. So are the numbers of bits
// in which neighbours differ, 32 on average with variance 16 for each pair.
func TestPlacedDrawsOfNeighboursAreNotCorrelated(t *testing.T) {
	for lag := 1; lag <= 1024; lag *= 2 { // 1024: the next op
		var all []uint64
		neighbours(func(_, _, first, _ uint64) { all = append(all, first) })
		sum, bits := 0.0, 0
		n := float64(len(all) - lag)
		for i := range all[lag:] {
			u, v := float64(all[i])/(1<<64), float64(all[i+lag])/(1<<64)
			sum += 12 * (u - 0.5) * (v - 0.5)
			for d := all[i] ^ all[i+lag]; d != 0; d &= d - 1 {
				bits++
			}
		}
		assert.Less(t, math.Abs(sum)/math.Sqrt(n), 6., "lag %d", lag)
		assert.Less(t, math.Abs(float64(bits)-32*n)/math.Sqrt(16*n), 6., "bits at lag %d", lag)
	}
}
