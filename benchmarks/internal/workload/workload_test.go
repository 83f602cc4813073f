package workload

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/kfac"
)

func TestNetworks(t *testing.T) {
	assert.Equal(t, []int{784, 512, 512, 10}, Default("mlp").Widths)
	assert.Equal(t, []int{784, 1000, 500, 250, 30, 250, 500, 1000, 784}, Default("autoencoder").Widths)
	for name, want := range map[string]int{
		"mlp":         785*512 + 513*512 + 513*10,
		"autoencoder": 785*1000 + 1001*500 + 501*250 + 251*30 + 31*250 + 251*500 + 501*1000 + 1001*784,
	} {
		model, err := Default(name).Model()
		require.NoError(t, err)
		parameters := 0
		for _, p := range model.Params() {
			parameters += p.Value.Shape().TotalSize()
		}
		assert.Equal(t, want, parameters, name)
	}
}

// A step multiplies every weight with every example three times: forward, for
// the weight's gradient and for the input's, but for the first layer's.
func TestProductsAreThoseOfAStep(t *testing.T) {
	for _, name := range []string{"mlp", "autoencoder"} {
		n := Default(name)
		const batch = 64
		var weights, flops float64
		for l := range len(n.Widths) - 1 {
			weights += float64(n.Widths[l] * n.Widths[l+1])
		}
		products := n.Products(batch)
		for _, p := range products {
			flops += p.FLOPs()
		}
		assert.Equal(t, 2*batch*(3*weights-float64(n.Widths[0]*n.Widths[1])), flops, name)
		assert.Len(t, products, 3*(len(n.Widths)-1)-1, name)
	}
	assert.Equal(t, []Product{
		{M: 2, N: 7, K: 784}, {M: 2, N: 10, K: 7},
		{M: 7, N: 10, K: 2, TransA: true}, {M: 2, N: 7, K: 10, TransB: true},
		{M: 784, N: 7, K: 2, TransA: true},
	}, MLP(7).Products(2))
}

func TestProduct(t *testing.T) {
	p := Product{M: 2, N: 3, K: 5, TransB: true}
	assert.Equal(t, "NT", p.Orientation())
	assert.Equal(t, "2×3×5", p.Shape())
	a, b, c := p.Strides()
	assert.Equal(t, [3]int{5, 5, 3}, [3]int{a, b, c})
	a, b, c = Product{M: 2, N: 3, K: 5, TransA: true}.Strides()
	assert.Equal(t, [3]int{2, 3, 3}, [3]int{a, b, c})
}

func TestPassRuns(t *testing.T) { MLP(7).Pass(2)() }

func TestData(t *testing.T) {
	d := Data()
	assert.Equal(t, 60000, d.Train.Len())
	zeros := 0
	for _, v := range d.Train.X {
		if v == 0 {
			zeros++
		}
	}
	// The deviation of a share of 47 million draws is 6e-5.
	assert.InDelta(t, 0.8, float64(zeros)/float64(len(d.Train.X)), 4e-4)
	assert.GreaterOrEqual(t, slices.Min(d.Train.X), float32(0))
	assert.LessOrEqual(t, slices.Max(d.Train.X), float32(1))
	assert.Equal(t, int32(0), slices.Min(d.Train.Labels))
	assert.Equal(t, int32(9), slices.Max(d.Train.Labels))
}

func TestTraining(t *testing.T) {
	for _, optimizer := range []string{"sgd", "adam", "kfac", "kfac-adaptive"} {
		for _, n := range []Network{MLP(5), Autoencoder(6, 3)} {
			training, err := NewTraining(n, 4, optimizer)
			require.NoError(t, err)
			for range 3 {
				training.Load()
				require.NoError(t, training.Step(), "%s of %s", optimizer, n.Name)
			}
		}
	}
	_, err := NewTraining(MLP(5), 4, "newton")
	assert.ErrorContains(t, err, `no optimizer "newton"`)
}

func TestPeriod(t *testing.T) {
	for _, c := range []struct {
		want int
		cfg  kfac.Config
	}{
		{20, kfac.Config{Mode: kfac.Fixed}},
		{20, kfac.Config{Mode: kfac.Adaptive}},
		{12, kfac.Config{Mode: kfac.Fixed, FactorUpdateSteps: 4, InverseUpdateSteps: 6, DampingUpdateSteps: -1}},
		{30, kfac.Config{Mode: kfac.Fixed, FactorUpdateSteps: 2, InverseUpdateSteps: 3, DampingUpdateSteps: 10}},
		{210, kfac.Config{Mode: kfac.Adaptive, FactorUpdateSteps: 2, InverseUpdateSteps: 3, DampingUpdateSteps: 5, GammaUpdateSteps: 7}},
		{30, kfac.Config{Mode: kfac.Adaptive, FactorUpdateSteps: 2, InverseUpdateSteps: 3, DampingUpdateSteps: 5, GammaUpdateSteps: -1}},
	} {
		o, err := kfac.New(c.cfg)
		require.NoError(t, err)
		assert.Equal(t, c.want, (&Training{Optimizer: o}).Period())
	}
	assert.Equal(t, 1, (&Training{}).Period())
}
