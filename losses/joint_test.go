package losses_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/losses/losstest"
)

// classes3and2 are two categorical heads.
func classes3and2() *losses.Joint {
	return &losses.Joint{Heads: []losses.Head{{Loss: losses.SoftmaxCrossEntropy{}, Units: 3}, {Loss: losses.SoftmaxCrossEntropy{}, Units: 2}}}
}

// mixedHeads are a head of each kind: 3 + 2 + 1 + 2 outputs, 1 + 1 + 1 + 2 columns of targets.
func mixedHeads(weight float64) *losses.Joint {
	return &losses.Joint{Heads: []losses.Head{
		{Loss: losses.SoftmaxCrossEntropy{}, Units: 3},
		{Loss: losses.DiagonalGaussian{}, Units: 2, Weight: weight},
		{Loss: losses.SquaredError{}, Units: 1},
		{Loss: losses.SigmoidCrossEntropy{}, Units: 2},
	}}
}

// Everything that a loss is: gradients, tangents, samples, the Fisher matrix enumerated, divergence, both float types. The
// mean is in TestJointIsItsHeads: losstest knows means of class labels alone, or of the targets' shape.
func TestJointIsALoss(t *testing.T) {
	heads := map[losstest.Aspect]string{losstest.Mean: "it is the means of several heads, side by side"}
	pairs := [][]float64{{0, 0}, {0, 1}, {1, 0}, {1, 1}, {2, 0}, {2, 1}}
	classes := losstest.Config{Outputs: 5, Skip: heads, Support: pairs, Wrong: [][]float64{{3, 0}, {0, 2}, {0.5, 0}, {0, -1}}}
	t.Run("classes", func(t *testing.T) { losstest.Check(t, classes3and2(), classes) })
	t.Run("one head", func(t *testing.T) {
		losstest.Check(t, &losses.Joint{Heads: []losses.Head{{Loss: losses.SoftmaxCrossEntropy{}, Units: 3}}},
			losstest.Config{Outputs: 3, Skip: heads, Support: [][]float64{{0}, {1}, {2}}})
	})
	t.Run("surrogate", func(t *testing.T) {
		l := classes3and2()
		l.Heads[1] = losses.Head{Loss: losses.With(&losses.ClassCost{Smoothing: 0.2}, losses.SoftmaxCrossEntropy{}), Units: 2, Weight: 0.25}
		losstest.Check(t, l, classes)
	})
	t.Run("nested", func(t *testing.T) {
		l := &losses.Joint{Heads: []losses.Head{{Loss: classes3and2(), Units: 5}, {Loss: losses.SigmoidCrossEntropy{}, Units: 1}}}
		var all [][]float64
		for _, p := range pairs {
			all = append(all, append(slices.Clone(p), 0), append(slices.Clone(p), 1))
		}
		losstest.Check(t, l, losstest.Config{Outputs: 6, Skip: heads, Support: all})
	})
	t.Run("kinds", func(t *testing.T) {
		losstest.Check(t, mixedHeads(0), losstest.Config{Outputs: 8, Skip: heads, Spread: 0.5, Large: 20, Support: [][]float64{}})
	})
}

// The cost, the likelihood, the mean and the divergence are those of the heads, which are computed apart and put together
// by hand; a weight is on the cost alone.
func TestJointIsItsHeads(t *testing.T) {
	const n = 3
	r := rand.New(rand.NewPCG(1, 7))
	for _, weight := range []float64{0, 2.5} {
		l := mixedHeads(weight)
		z, z0, y := make([]float64, n*8), make([]float64, n*8), []float64{2, 0.5, -1, 1, 0, 0, 1.5, 2, 0, 0, 1, -0.25, 0, 1, 1}
		for i := range z {
			z[i], z0[i] = r.NormFloat64(), r.NormFloat64()
		}
		b := newBuilder(t, n, 1)
		zn, _ := input(t, b, z, n, 8)
		z0n, _ := input(t, b, z0, n, 8)
		yn, _ := input(t, b, y, n, 5)
		cost, likelihood := must(t)(l.Build(b, zn, yn)), must(t)(l.NegativeLogLikelihood(b, zn, yn))
		mean, kl := must(t)(l.Mean(b, zn)), must(t)(l.KL(b, z0n, zn))
		if weight == 0 {
			assert.Same(t, likelihood, cost, "what is minimised is the likelihood, and is computed once")
		}
		compute(t, b, cost, likelihood, kl, mean)

		cut := func(x []float64, width, from, size int) (out []float64) {
			for row := range n {
				out = append(out, x[row*width+from:row*width+from+size]...)
			}
			return out
		}
		var wantCost, wantLikelihood, wantKL float64
		wantMean := make([]float64, n*7)
		from, at, to := 0, 0, 0
		for i, h := range l.Heads {
			b := newBuilder(t, n, 1)
			own, _ := input(t, b, cut(z, 8, from, h.Units), n, h.Units)
			before, _ := input(t, b, cut(z0, 8, from, h.Units), n, h.Units)
			shape, err := h.Loss.TargetShape(own.Shape())
			require.NoError(t, err)
			width := shape.TotalSize() / n
			targets, _ := input(t, b, cut(y, 5, at, width), shape...)
			cost, kl, mean := must(t)(h.Loss.Build(b, own, targets)), must(t)(h.Loss.KL(b, before, own)), must(t)(h.Loss.Mean(b, own))
			compute(t, b, cost, kl, must(t)(b.Snapshot(mean)))
			wantLikelihood += values(cost)[0]
			wantKL += values(kl)[0]
			if i == 1 && weight != 0 {
				wantCost += weight * values(cost)[0]
			} else {
				wantCost += values(cost)[0]
			}
			m := values(mean)
			for row := range n {
				copy(wantMean[row*7+to:], m[row*len(m)/n:(row+1)*len(m)/n])
			}
			from, at, to = from+h.Units, at+width, to+len(m)/n
		}
		assert.InDelta(t, wantCost, values(cost)[0], 1e-14)
		assert.InDelta(t, wantLikelihood, values(likelihood)[0], 1e-14)
		assert.InDelta(t, wantKL, values(kl)[0], 1e-14)
		assert.Equal(t, wantMean, values(mean))
	}
}

// The factor's blocks are those of the closed forms, and zeros are between them.
func TestJointFactorIsBlockDiagonal(t *testing.T) {
	l := mixedHeads(3) // the weight is not in it
	z := []float64{0.3, -1, 0.5, 0.25, -0.5, 2, 0.1, -0.7}
	b := newBuilder(t, 1, 1)
	zn, _ := input(t, b, z, 1, 8)
	unit, memory := input(t, b, make([]float64, 8), 1, 8)
	product := must(t)(losses.HessianProduct(b, l, zn, unit))
	prog, err := b.Compile(product)
	require.NoError(t, err)
	var p [3]float64
	total := math.Exp(z[0]) + math.Exp(z[1]) + math.Exp(z[2])
	for c := range p {
		p[c] = math.Exp(z[c]) / total
	}
	bernoulli := func(z float64) float64 { s := 1 / (1 + math.Exp(-z)); return s * (1 - s) }
	want := [8][8]float64{3: {3: math.Exp(1)}, 4: {4: 2}, 5: {5: 1}, 6: {6: bernoulli(z[6])}, 7: {7: bernoulli(z[7])}}
	for i := range p {
		for j := range p {
			want[i][j] = -p[i] * p[j]
		}
		want[i][i] += p[i]
	}
	for j := range 8 {
		memory.Zero()
		memory.Float64s()[j] = 1
		require.NoError(t, prog.Run())
		for i, v := range values(product) {
			assert.InDelta(t, want[i][j], v, 1e-15, "element %d, %d", i, j)
		}
	}
}

// Errors name the head, and the value.
func TestJointErrors(t *testing.T) {
	soft, squared := losses.SoftmaxCrossEntropy{}, losses.SquaredError{}
	for want, heads := range map[string][]losses.Head{
		"losses: joint: no heads: want one or more":                            nil,
		"losses: joint: head 2: no loss":                                       {{Loss: soft, Units: 3}, {Units: 2}},
		"losses: joint: head 1: 0 units: want a positive number":               {{Loss: soft}},
		"losses: joint: head 2: weight -1: want a positive number, or 0 for 1": {{Loss: soft, Units: 3}, {Loss: squared, Units: 2, Weight: -1}},
		"losses: joint: head 1: weight NaN":                                    {{Loss: soft, Units: 5, Weight: math.NaN()}},
		"losses: joint: head 2: weight +Inf":                                   {{Loss: soft, Units: 3}, {Loss: squared, Units: 2, Weight: math.Inf(1)}},
		"losses: joint: 5 outputs for heads of 4":                              {{Loss: soft, Units: 2}, {Loss: squared, Units: 2}},
		"losses: joint: head 2: losses: softmax cross-entropy: 1 output unit":  {{Loss: soft, Units: 4}, {Loss: soft, Units: 1}},
		"losses: joint: head 1: losses: diagonal Gaussian: 5 output units":     {{Loss: losses.DiagonalGaussian{}, Units: 5}},
		"losses: joint: head 1: weighted squared error: it takes targets":      {{Loss: losses.Weighted{Canonical: squared}, Units: 5}},
		"losses: joint: head 1: losses: With needs a cost and a distribution":  {{Loss: losses.With(nil, soft), Units: 5}},
	} {
		l := &losses.Joint{Heads: heads}
		_, err := l.TargetShape(tensor.Shape{4, 5})
		assert.ErrorContains(t, err, want)
		b := newBuilder(t, 4, 1)
		_, err = l.Build(b, b.Ones(4, 5), b.Ones(4, 3))
		assert.ErrorContains(t, err, want)
		assert.ErrorContains(t, l.Validate(graph.NewDense(graph.Float64, 4, 3), 5), want)
	}
	_, err := classes3and2().TargetShape(tensor.Shape{4, 5, 1})
	assert.ErrorContains(t, err, "losses: joint: outputs of shape (4, 5, 1): want a matrix")

	for _, dtype := range []tensor.Dtype{graph.Float64, graph.Float32} {
		y := graph.NewDense(dtype, 4, 5)
		set := func(i int, v float64) {
			if dtype == graph.Float32 {
				y.Float32s()[i] = float32(v)
			} else {
				y.Float64s()[i] = v
			}
		}
		l := mixedHeads(0)
		assert.NoError(t, l.Validate(y, 8))
		for want, bad := range map[string]struct {
			at int
			v  float64
		}{
			"losses: joint: head 1: losses: label 3 of example 2: want a whole number from 0 to 2": {10, 3},
			"losses: joint: head 2: losses: target NaN of example 1: want a finite number":         {6, math.NaN()},
			"losses: joint: head 3: losses: target +Inf of example 3: want a finite number":        {17, math.Inf(1)},
			"losses: joint: head 4: losses: target 1.5 of example 0":                               {4, 1.5},
		} {
			set(bad.at, bad.v)
			assert.ErrorContains(t, l.Validate(y, 8), want)
			set(bad.at, 0)
		}
		assert.NoError(t, l.Validate(y, 8))
		assert.Zero(t, testing.AllocsPerRun(100, func() { _ = l.Validate(y, 8) }))
		assert.ErrorContains(t, l.Validate(graph.NewDense(dtype, 4, 4), 8), "joint: targets of shape (4, 4): want 5 columns")
	}
	assert.ErrorContains(t, mixedHeads(0).Validate(nil, 8), "joint: targets of shape ()")
}

// Heads come back from files, with their settings and losses of one's own.
func TestJointEncodeDecode(t *testing.T) {
	kinds := append(losses.Kinds(), losses.NewKind("scaled", func(s scaled) float64 { return s.By },
		func(by float64) (scaled, error) { return scaled{By: by}, nil }))
	smoothed := losses.With(&losses.ClassCost{Smoothing: 0.5}, losses.SoftmaxCrossEntropy{})
	l := &losses.Joint{Heads: []losses.Head{{Loss: smoothed, Units: 3, Weight: 0.1}, {Loss: scaled{By: 2}, Units: 2}}}
	const text = `{"heads":[{"loss":{"cost":{"kind":"class-cost","settings":{"smoothing":0.5}},"distribution":{"kind":"softmax-cross-entropy"}},` +
		`"units":3,"weight":0.1},{"loss":{"kind":"scaled","settings":2},"units":2}]}`
	nested := &losses.Joint{Heads: []losses.Head{{Loss: l, Units: 5}}}
	for want, l := range map[string]losses.Loss{
		text: l,
		`{"heads":[{"loss":` + text + `,"units":5}]}`:                           nested,
		`{"cost":` + text + `,"distribution":{"kind":"softmax-cross-entropy"}}`: losses.With(l, losses.SoftmaxCrossEntropy{}),
	} {
		got, err := losses.Encode(l, kinds)
		require.NoError(t, err)
		assert.Equal(t, want, string(got))
		back, err := losses.Decode(got, kinds)
		require.NoError(t, err)
		assert.Equal(t, l, back)
	}
	_, err := losses.Encode(l, losses.Kinds())
	assert.ErrorContains(t, err, "no kind describes losses_test.scaled")
	_, err = losses.Encode(&losses.Joint{}, kinds)
	assert.ErrorContains(t, err, "no heads")
	_, err = losses.Encode((*losses.Joint)(nil), kinds)
	assert.ErrorContains(t, err, "no kind describes *losses.Joint")
	itself := &losses.Joint{Heads: make([]losses.Head, 1)}
	itself.Heads[0] = losses.Head{Loss: itself, Units: 1}
	_, err = losses.Encode(itself, kinds)
	assert.ErrorContains(t, err, "more than 100 Joints within one another")
	deep := `{"kind":"squared-error"}`
	for range 101 {
		deep = `{"heads":[{"loss":` + deep + `,"units":1}]}`
	}
	for bad, want := range map[string]string{
		deep:                                "more than 100 Joints within one another",
		`{"heads":[]}`:                      "no heads",
		`{"heads":[{"units":1}]}`:           "head 1: no loss",
		`{"heads":[{"loss":{},"units":1}]}`: `kind "" is not known`,
		`{"heads":[{"loss":{"kind":"squared-error"},"units":-1}]}`:                                "head 1: -1 units",
		`{"heads":[{"loss":{"kind":"squared-error"},"units":1,"weight":-1}]}`:                     "head 1: weight -1",
		`{"kind":"squared-error","heads":[{"loss":{"kind":"squared-error"},"units":1}]}`:          "is of a kind, or has a cost and a distribution, or heads",
		`{"heads":[{"loss":{"kind":"squared-error"},"units":1}],"cost":{"kind":"squared-error"}}`: "is of a kind, or has a cost and a distribution, or heads",
		`{"heads":[{"loss":{"kind":"weighted","settings":{"of":"squared-error"}},"units":1}]}`:    "targets beyond the first",
		`{"heads":[{"loss":{"cost":{"kind":"squared-error"}},"units":1}]}`:                        "a cost and a distribution",
	} {
		_, err = losses.Decode([]byte(bad), kinds)
		assert.ErrorContains(t, err, want, bad)
	}
}
