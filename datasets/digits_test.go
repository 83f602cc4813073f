package datasets

import (
	"crypto/sha256"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDigits(t *testing.T) {
	d := Digits(DigitsOptions{Train: 2000, Test: 500})
	assert.Equal(t, "digits", d.Name)
	assert.Equal(t, []int{28, 28}, d.Shape)
	assert.Equal(t, 10, d.Classes)
	assert.True(t, d.Pixels)
	require.Equal(t, 2000, d.Train.Len())
	require.Equal(t, 500, d.Test.Len())
	checkDataset(t, d)

	var count [numerals]int
	for _, label := range d.Train.Labels {
		count[label]++
	}
	for digit, n := range count {
		// Binomial(2000, 1/10) has a deviation of 13.4.
		assert.InDelta(t, 200, n, 5*13.4, "digit %d", digit)
	}
}

func TestDigitsAreOnTheCanvas(t *testing.T) {
	s := Digits(DigitsOptions{Train: 2000, Test: 1}).Train
	for i := range s.Len() {
		var ink, x, y float64
		for j, v := range s.X[i*side*side : (i+1)*side*side] {
			if v > 0.3 { // above the noise
				ink++
				x += float64(j % side)
				y += float64(j / side)
			}
		}
		require.Greater(t, ink, 20.0, "example %d", i)
		const center, tolerance = (side - 1) / 2.0, 7
		require.InDelta(t, center, x/ink, tolerance, "example %d, column", i)
		require.InDelta(t, center, y/ink, tolerance, "example %d, row", i)
	}
}

func TestDigitsAreDeterministic(t *testing.T) {
	draw := func(seed uint64) *Dataset { return Digits(DigitsOptions{Train: 300, Test: 100, Seed: seed}) }
	want := draw(5)
	t.Cleanup(func() { runtime.GOMAXPROCS(runtime.NumCPU()) })
	for _, processors := range []int{1, 3, 7} {
		runtime.GOMAXPROCS(processors)
		assert.Equal(t, want, draw(5), "%d processors", processors)
	}
	assert.NotEqual(t, want.Train.Labels, draw(6).Train.Labels)

	// More of them begin with the same ones.
	longer := Digits(DigitsOptions{Train: 400, Test: 100, Seed: 5})
	assert.Equal(t, want.Train.X, longer.Train.X[:len(want.Train.X)])
}

func TestDigitsDoNotLeak(t *testing.T) {
	d := Digits(DigitsOptions{Train: 3000, Test: 3000})
	seen := map[[sha256.Size]byte]bool{}
	hash := func(s Split, i int) [sha256.Size]byte {
		image := make([]byte, 0, side*side)
		for _, v := range s.X[i*side*side : (i+1)*side*side] {
			image = append(image, byte(255*v))
		}
		return sha256.Sum256(image)
	}
	for i := range d.Train.Len() {
		seen[hash(d.Train, i)] = true
	}
	assert.Len(t, seen, d.Train.Len(), "every example is a draw of its own")
	for i := range d.Test.Len() {
		require.False(t, seen[hash(d.Test, i)], "test example %d is in the training split", i)
	}
}

// TestDigitsAreNotLinear keeps the task worth a network.
func TestDigitsAreNotLinear(t *testing.T) {
	if testing.Short() {
		t.Skip("trains for seconds")
	}
	d := Digits(DigitsOptions{})
	const epochs = 15 // the test accuracy has been falling for the last ten of them
	best := 0.0
	m := newSoftmaxRegression(d)
	for range epochs {
		m.train(d.Train)
		best = max(best, m.accuracy(d.Test))
	}
	t.Logf("softmax regression: %.4f test accuracy at its best, %.4f at the end, %.4f in training",
		best, m.accuracy(d.Test), m.accuracy(d.Train))
	assert.Less(t, best, 0.95)
	assert.Greater(t, best, 0.80, "the digits are recognizable")
}

// softmaxRegression is trained example by example, by stochastic gradient descent.
type softmaxRegression struct {
	weights [][]float32 // per class, the last one is the bias
	rng     *rand.Rand
	rate    float32
}

func newSoftmaxRegression(d *Dataset) *softmaxRegression {
	m := &softmaxRegression{rng: rand.New(rand.NewPCG(1, 1)), rate: 0.02}
	for range d.Classes {
		m.weights = append(m.weights, make([]float32, d.Features()+1))
	}
	return m
}

func (m *softmaxRegression) scores(x []float32) (out [numerals]float64) {
	for c, w := range m.weights {
		var sum [4]float32 // four chains of additions run at the same time
		for j := 0; j+4 <= len(x); j += 4 {
			sum[0] += w[j] * x[j]
			sum[1] += w[j+1] * x[j+1]
			sum[2] += w[j+2] * x[j+2]
			sum[3] += w[j+3] * x[j+3]
		}
		out[c] = float64(sum[0] + sum[1] + sum[2] + sum[3] + w[len(x)])
	}
	return out
}

// train goes through s once, with a learning rate that decays by a fifth each time.
func (m *softmaxRegression) train(s Split) {
	features := len(s.X) / s.Len()
	for _, i := range m.rng.Perm(s.Len()) {
		x := s.X[i*features : (i+1)*features]
		scores := m.scores(x)
		top, total := slices.Max(scores[:]), 0.0
		for c := range scores {
			scores[c] = math.Exp(scores[c] - top)
			total += scores[c]
		}
		for c, w := range m.weights {
			step := float32(scores[c] / total)
			if c == int(s.Labels[i]) {
				step--
			}
			step *= m.rate
			for j, v := range x {
				w[j] -= step * v
			}
			w[features] -= step
		}
	}
	m.rate *= 0.8
}

func (m *softmaxRegression) accuracy(s Split) float64 {
	features, right := len(s.X)/s.Len(), 0
	for i, label := range s.Labels {
		scores := m.scores(s.X[i*features : (i+1)*features])
		if slices.Index(scores[:], slices.Max(scores[:])) == int(label) {
			right++
		}
	}
	return float64(right) / float64(s.Len())
}

func BenchmarkDigits(b *testing.B) {
	for b.Loop() {
		Digits(DigitsOptions{})
	}
	b.ReportMetric(24000*float64(b.N)/b.Elapsed().Seconds(), "examples/s")
}
