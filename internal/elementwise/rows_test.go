package elementwise

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var classCounts = []int{1, 2, 3, 7, 8, 9, 10, 15, 16, 17, 23, 24, 25, 31, 32, 33, 47, 48, 49, 100, 1000}

func logits(rng *rand.Rand, n int, spread float64) []float32 {
	z := make([]float32, n)
	for i := range z {
		z[i] = float32(spread * rng.NormFloat64())
	}
	return z
}

// softmaxError bounds the relative error of e^(z-max)/Σ: that of the exponential,
// of the sum's inverse and of the product, and the rounding of z-max. Below
// flushedTo the result may be 0.
const flushedTo = 1.3e-38

func softmaxError(distance float64) float64 { return (4 + distance) * 0x1p-24 }

func TestSoftmax(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for _, k := range supported() {
		t.Run(k.set.String(), func(t *testing.T) {
			for _, classes := range classCounts {
				for rows := range 6 {
					for _, spread := range []float64{1, 10, 60} {
						z, checkZ := guarded(t, rows*classes, rows)
						p, checkP := guarded(t, rows*classes, classes%5)
						copy(z, logits(rng, len(z), spread))
						k.softmax(p, z, classes)
						checkZ()
						checkP()
						for i := 0; i < len(z); i += classes {
							requireSoftmax(t, p[i:i+classes], z[i:i+classes])
						}
						want := append([]float32{}, p...)
						k.softmax(z, z, classes)
						checkZ()
						require.Equal(t, want, z, "in place")
					}
				}
			}
		})
	}
}

func requireSoftmax(t *testing.T, p, z []float32) {
	top := float64(z[0])
	for _, v := range z {
		top = max(top, float64(v))
	}
	var sum float64
	for _, v := range z {
		sum += math.Exp(float64(v) - top)
	}
	for j, v := range z {
		distance := top - float64(v)
		want := math.Exp(-distance) / sum
		if !(math.Abs(float64(p[j])-want) <= want*softmaxError(distance)+flushedTo) {
			require.Failf(t, "far off", "%g, want %g: %d classes, %g below the greatest", p[j], want, len(z), distance)
		}
	}
}

// TestSoftmaxSpecials puts infinities and NaN in every position.
func TestSoftmaxSpecials(t *testing.T) {
	for _, k := range supported() {
		for _, classes := range []int{1, 3, 10, 16, 17, 40} {
			for at := range classes {
				z, p := make([]float32, 3*classes), make([]float32, 3*classes)
				row := z[classes : 2*classes]
				for _, bad := range []float32{float32(math.NaN()), inf} {
					row[at] = bad
					k.softmax(p, z, classes)
					for i, v := range p {
						assert.Equal(t, i/classes == 1, v != v, "%s: %g at %d of %d", k.set, bad, at, classes)
					}
					assert.True(t, math.IsNaN(k.softmaxCost(z, make([]float32, 3), classes)), "%s: %g at %d of %d", k.set, bad, at, classes)
				}
				row[at] = -inf
				k.softmax(p, z, classes)
				if classes == 1 {
					assert.True(t, p[1] != p[1])
					continue
				}
				assert.Zero(t, p[classes+at])
				assert.InDelta(t, 1/float64(classes-1), float64(p[classes+(at+1)%classes]), 1e-7)
				labels := []float32{0, float32(at), 0}
				assert.True(t, math.IsInf(k.softmaxCost(z, labels, classes), 1), "an impossible class")
			}
		}
	}
}

func TestSoftmaxCost(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for _, k := range supported() {
		for _, classes := range classCounts {
			for _, rows := range []int{0, 1, 2, 63, 64, 65, 200} {
				for _, spread := range []float64{0.1, 5, 50} {
					name := fmt.Sprintf("%s: %d×%d, spread %g", k.set, rows, classes, spread)
					z, check := guarded(t, rows*classes, 1)
					copy(z, logits(rng, len(z), spread))
					labels := make([]float32, rows)
					wide, wideLabels := make([]float64, len(z)), make([]float64, rows)
					for i := range labels {
						labels[i] = float32(rng.IntN(classes))
						wideLabels[i] = float64(labels[i])
					}
					for i, v := range z {
						wide[i] = float64(v)
					}
					want := softmaxCost(wide, wideLabels, classes)
					// The sum of exponentials has their error and that of z-max.
					assert.InDelta(t, want, k.softmaxCost(z, labels, classes), float64(rows)*0x1p-22+math.Abs(want)*0x1p-50, name)
					check()
				}
			}
		}
		z := make([]float32, 30)
		for _, label := range []float32{-1, 10, float32(math.NaN()), inf} {
			assert.Panics(t, func() { k.softmaxCost(z, []float32{0, label, 0}, 10) }, "%s: label %g", k.set, label)
		}
	}
}

// TestSoftmaxCostSmall: a net that is nearly certain still sees its loss, and
// products of many large sums do not overflow.
func TestSoftmaxCostSmall(t *testing.T) {
	for _, k := range supported() {
		z := make([]float32, 10*64)
		labels := make([]float32, 64)
		for i := range labels {
			z[10*i] = 20
		}
		assert.InEpsilon(t, 64*math.Log1p(9*math.Exp(-20)), k.softmaxCost(z, labels, 10), 1e-6, k.set.String())
		const rows, classes = 300, 1000
		assert.InEpsilon(t, rows*math.Log(classes), k.softmaxCost(make([]float32, rows*classes), make([]float32, rows), classes), 1e-12, k.set.String())
	}
}

func TestSigmoidCost(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	for _, k := range supported() {
		for n := range 71 {
			for _, spread := range []float64{0.1, 3, 60} {
				z, checkZ := guarded(t, n, n%5)
				y, checkY := guarded(t, n, n%3)
				copy(z, logits(rng, n, spread))
				var want, magnitude float64
				for i, v := range z {
					y[i] = []float32{0, 1, rng.Float32()}[rng.IntN(3)]
					v := float64(v)
					soft := math.Log1p(math.Exp(-math.Abs(v)))
					want += max(v, 0) + soft - v*float64(y[i])
					magnitude += soft
				}
				assert.InDelta(t, want, k.sigmoidCost(z, y), magnitude*0x1p-22+math.Abs(want)*0x1p-48+1e-36, "%s: %d elements, spread %g", k.set, n, spread)
				checkZ()
				checkY()
			}
		}
	}
}

// TestSigmoidCostSpecials puts what is infinite or NaN in every lane.
func TestSigmoidCostSpecials(t *testing.T) {
	nan := float32(math.NaN())
	for _, k := range supported() {
		for _, c := range [][2]float32{{nan, 0}, {nan, 1}, {inf, 0}, {inf, 1}, {-inf, 0}, {-inf, 1}, {1, nan}, {1e38, 0}, {-1e38, 0}, {1e38, 1}, {-1e38, 1}} {
			want := sigmoidCost([]float32{c[0]}, []float32{c[1]})
			for at := range 40 {
				z, y := make([]float32, 40), make([]float32, 40)
				z[at], y[at] = c[0], c[1]
				got := k.sigmoidCost(z, y)
				if math.IsNaN(want) || math.IsInf(want, 0) {
					assert.Equal(t, fmt.Sprint(want), fmt.Sprint(got), "%s: %v", k.set, c)
				} else {
					assert.InEpsilon(t, want+39*math.Ln2, got, 1e-6, "%s: %v", k.set, c)
				}
			}
		}
	}
}
