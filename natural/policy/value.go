package policy

import (
	"errors"
	"math"
	"math/rand/v2"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/vector"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// value is the network of V(s), with the scale that it sees returns in.
type value struct {
	model     *trainer.Model
	optimizer trainer.Optimizer
	scale     *moments
	last      []*graph.Param // weight and bias of the last layer
	rows      *minibatches
	targets   *tensor.Dense // N×1: returns in the network's scale
	epochs    int
}

func newValue(cfg Config, observations, n int) (*value, error) {
	net := append(hiddenLayers(cfg.Hidden), &layers.Dense{Units: 1, Init: layers.Orthogonal(1)})
	// No policy of another small seed begins with the same hidden weights.
	seed := ^cfg.Seed
	model, err := trainer.NewModel(net, losses.SquaredError{}, trainer.ModelConfig{Input: []int{observations}, DType: cfg.DType, Seed: seed})
	if err != nil {
		return nil, err
	}
	optimizer, err := cfg.Value.New()
	if err != nil {
		return nil, err
	}
	params := model.Params()
	return &value{
		model: model, optimizer: optimizer, scale: newMoments(1), last: params[len(params)-2:],
		rows: newMinibatches(n, cfg.Value.Batch, []int{observations}, []int{1}), targets: graph.NewDense(graph.Float64, n, 1),
		epochs: cfg.Value.Epochs,
	}, nil
}

// of fills dst with V of rows of x.
func (v *value) of(dst []float64, x *tensor.Dense) error {
	if v.scale.count == 0 { // nothing is known of the returns' size
		clear(dst)
		return nil
	}
	out, err := v.model.Predict(x)
	if err != nil {
		return err
	}
	mean, deviation := v.scale.mean[0], v.deviation()
	for i := range dst {
		dst[i] = mean + deviation*element(out, i)
	}
	if !vector.Finite(dst) {
		return errors.New("policy: the value network's outputs are not finite: the steps of its optimizer are too large")
	}
	return nil
}

// deviation is of returns of any size: where they did not vary it is a small part of them,
// and never 0.
func (v *value) deviation() float64 {
	d := max(math.Sqrt(v.scale.variance[0]), min(1e-4, 1e-8*math.Abs(v.scale.mean[0])))
	if d == 0 {
		return 1e-4
	}
	return d
}

func element(t *tensor.Dense, i int) float64 {
	if t.Dtype() == graph.Float32 {
		return float64(t.Float32s()[i])
	}
	return t.Float64s()[i]
}

// learn fits the network to a batch's returns, and returns the mean loss of the first
// epoch's mini-batches in the network's scale.
func (v *value) learn(b *Batch, r *rand.Rand) (float64, error) {
	v.rescale(b.Returns)
	mean, deviation := v.scale.mean[0], v.deviation()
	for i, g := range b.Returns {
		v.targets.Float64s()[i] = (g - mean) / deviation
	}
	var loss float64
	for epoch := range v.epochs {
		v.rows.shuffle(r)
		for k := range v.rows.count {
			rows := v.rows.take(k, b.Observations, v.targets)
			obj, err := v.model.Batch(rows[0], rows[1])
			if err != nil {
				return 0, err
			}
			l, err := v.optimizer.Step(obj)
			if err != nil {
				return 0, err
			}
			if epoch == 0 {
				loss += l / float64(v.rows.count)
			}
		}
	}
	return loss, nil
}

// rescale takes returns into the scale and changes the last layer with it:
// mean + deviation·(hW + b) stays what it is. The first returns change the scale alone: V,
// which was 0, then starts at their mean.
func (v *value) rescale(returns []float64) {
	mean, deviation := v.scale.mean[0], v.deviation()
	first := v.scale.count == 0
	v.scale.add(returns)
	if first {
		return
	}
	newMean, ratio := v.scale.mean[0], deviation/v.deviation()
	weight, bias := v.last[0].Value, v.last[1].Value
	graph.Direction{weight}.Scale(ratio)
	shifted := element(bias, 0)*ratio + (mean-newMean)/v.deviation()
	if bias.Dtype() == graph.Float32 {
		bias.Float32s()[0] = float32(shifted)
	} else {
		bias.Float64s()[0] = shifted
	}
}

// explained is the share of the variance of returns that V tells: 1 − E(G − V)²/Var G.
func explained(b *Batch) float64 {
	n := float64(len(b.Returns))
	var mean, residual float64
	for i, g := range b.Returns {
		mean += g / n
		residual += (g - b.Values[i]) / n
	}
	var variance, left float64
	for i, g := range b.Returns {
		variance += (g - mean) * (g - mean)
		d := g - b.Values[i] - residual
		left += d * d
	}
	if variance == 0 {
		return math.NaN()
	}
	return 1 - left/variance
}
