package policy

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// randomBatch has random numbers, and ends of both kinds.
func randomBatch(t *testing.T, seed uint64, e, steps int) *Batch {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 1))
	b, err := newBatch(e, steps, 3, Categorical{2})
	require.NoError(t, err)
	for i := range b.Rewards {
		b.Rewards[i], b.Values[i] = r.NormFloat64(), 3*r.NormFloat64()
		switch r.IntN(6) {
		case 0:
			b.Terminated[i] = true
		case 1:
			b.Truncated[i] = true
		}
	}
	for i := range b.Rewards {
		switch last := i%steps == steps-1; {
		case b.Terminated[i]:
			b.Next[i] = 0
		case b.Truncated[i] || last:
			b.Next[i] = 3 * r.NormFloat64() // of a state that is not in the batch
		default:
			b.Next[i] = b.Values[i+1]
		}
	}
	return b
}

// end is the last step of the episode of row i, or of the batch.
func (b *Batch) end(i int) int {
	for ; !b.Terminated[i] && !b.Truncated[i] && i%b.Steps != b.Steps-1; i++ {
	}
	return i
}

// TestAdvantages compares the recursion with the definition, Σ (γλ)^l δ_{t+l}, and with the
// mixture that the definition is made of: (1−λ) Σ_k λ^(k−1) A^(k), A^(k) the advantage that
// k steps show (Schulman et al. 2016, equation 16).
func TestAdvantages(t *testing.T) {
	for _, c := range []struct{ gamma, lambda float64 }{{0.99, 0.95}, {0.9, 0.5}, {1, 0.7}, {0.8, 0}} {
		b := randomBatch(t, 7, 4, 25)
		got := make([]float64, b.Rows())
		b.advantages(got, c.gamma, c.lambda)
		for i := range got {
			var sum float64
			for l := 0; i+l <= b.end(i); l++ {
				delta := b.Rewards[i+l] + c.gamma*b.Next[i+l] - b.Values[i+l]
				sum += math.Pow(c.gamma*c.lambda, float64(l)) * delta
			}
			assert.InDelta(t, sum, got[i], 1e-12)
			assert.InDelta(t, b.Values[i]+got[i], b.Returns[i], 1e-12)

			// The last of the k-step advantages takes the weight of all that would follow.
			var mixture, seen float64
			for k := 1; i+k-1 <= b.end(i); k++ {
				seen += math.Pow(c.gamma, float64(k-1)) * b.Rewards[i+k-1]
				steps := seen + math.Pow(c.gamma, float64(k))*b.Next[i+k-1] - b.Values[i]
				weight := (1 - c.lambda) * math.Pow(c.lambda, float64(k-1))
				if i+k-1 == b.end(i) {
					weight = math.Pow(c.lambda, float64(k-1))
				}
				mixture += weight * steps
			}
			assert.InDelta(t, mixture, got[i], 1e-12)
		}
	}
}

// TestAdvantagesOfEveryStep: with λ = 1 A + V is the discounted sum of rewards and of the
// value of the state after the last, and with λ = 0 A is δ.
func TestAdvantagesOfEveryStep(t *testing.T) {
	b := randomBatch(t, 8, 3, 30)
	a := make([]float64, b.Rows())
	b.advantages(a, 0.97, 1)
	for i := range a {
		var sum float64
		discount := 1.0
		for j := i; j <= b.end(i); j++ {
			sum += discount * b.Rewards[j]
			discount *= 0.97
		}
		sum += discount * b.Next[b.end(i)]
		assert.InDelta(t, sum, b.Returns[i], 1e-12)
	}
	b.advantages(a, 0.97, 0)
	for i := range a {
		assert.InDelta(t, b.Rewards[i]+0.97*b.Next[i]-b.Values[i], a[i], 1e-14)
	}
}

// TestTruncationIsNoTermination: an endless reward of 1 is worth 1/(1−γ), and a clock that
// stops the episode does not change that, while a termination does.
func TestTruncationIsNoTermination(t *testing.T) {
	for name, c := range map[string]struct {
		truncated bool
		want      float64 // the advantage of the last step
	}{"truncated": {true, 0}, "terminated": {false, -0.9 * 10}} {
		b, err := newBatch(1, 4, 3, Categorical{2})
		require.NoError(t, err)
		for i := range b.Rewards {
			b.Rewards[i], b.Values[i], b.Next[i] = 1, 10, 10
		}
		b.Truncated[3], b.Terminated[3] = c.truncated, !c.truncated
		if !c.truncated {
			b.Next[3] = 0
		}
		a := make([]float64, 4)
		b.advantages(a, 0.9, 0.95)
		for i := range a {
			assert.InDelta(t, c.want*math.Pow(0.9*0.95, float64(3-i)), a[i], 1e-12, name)
		}
	}
}

func TestStandardise(t *testing.T) {
	x := []float64{1, 2, 3, 6}
	standardise(x)
	assert.InDeltaSlice(t, []float64{-2 / math.Sqrt(3.5), -1 / math.Sqrt(3.5), 0, 3 / math.Sqrt(3.5)}, x, 1e-7)
	y := []float64{5, 5}
	standardise(y)
	assert.Equal(t, []float64{0, 0}, y)
	z := slices.Repeat([]float64{1e10 / 3}, 1000) // whose sum rounds
	standardise(z)
	assert.Equal(t, make([]float64, 1000), z)
}
