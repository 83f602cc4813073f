package main

import (
	"math"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// The bowl ½wᵀHw, 25 times as steep along one axis as along the other. The axes are at an
// angle to the weights.
const (
	flat, steep = 1, 25
	angle       = math.Pi / 9
)

var bowlStart = point{-4, -0.75}

// axes are the unit vectors along which the bowl is flat and steep.
func axes() (along, across point) {
	sin, cos := math.Sincos(angle)
	return point{cos, sin}, point{-sin, cos}
}

// newBowl is the bowl as linear regression: the loss ½E[(xᵀw − y)²] has H = E[xxᵀ], and
// two examples with targets of 0, one along each axis, make any H. The network is one
// layer w, or two layers of one weight each whose outputs are added.
func newBowl(layersOfOne bool) (*problem, error) {
	var net layers.Layer = &layers.Dense{Units: 1, NoBias: true}
	if layersOfOne {
		net = &layers.Parallel{Join: layers.Sum, Branches: []layers.Layer{
			layers.Sequential{column(0), &layers.Dense{Units: 1, NoBias: true}},
			layers.Sequential{column(1), &layers.Dense{Units: 1, NoBias: true}},
		}}
	}
	model, err := trainer.NewModel(net, losses.SquaredError{}, trainer.ModelConfig{Input: []int{2}, DType: graph.Float64})
	if err != nil {
		return nil, err
	}
	along, across := axes()
	p, q := math.Sqrt(2*flat), math.Sqrt(2*steep)
	x := tensor.New(tensor.WithShape(2, 2), tensor.WithBacking([]float64{p * along[0], p * along[1], q * across[0], q * across[1]}))
	obj, err := model.Batch(x, graph.NewDense(graph.Float64, 2, 1))
	if err != nil {
		return nil, err
	}
	var weights []*float64
	for _, p := range model.Params() {
		for i := range p.Value.Float64s() {
			weights = append(weights, &p.Value.Float64s()[i])
		}
	}
	*weights[0], *weights[1] = bowlStart[0], bowlStart[1]
	at := func() point { return point{*weights[0], *weights[1]} }
	return &problem{objective: obj, at: at, excess: func() float64 { return bowlLoss(at()) }, hessian: bowlHessian}, nil
}

func bowlHessian() (h [2][2]float64) {
	along, across := axes()
	for i := range 2 {
		for j := range 2 {
			h[i][j] = flat*along[i]*along[j] + steep*across[i]*across[j]
		}
	}
	return h
}

func bowlLoss(w point) float64 {
	h := bowlHessian()
	return (h[0][0]*w[0]*w[0] + 2*h[0][1]*w[0]*w[1] + h[1][1]*w[1]*w[1]) / 2
}

// column is a layer that passes one feature on, N×2 to N×1.
type column int

// Build has no gradient: only the network's inputs pass through.
func (c column) Build(b *graph.Builder, x *graph.Node) (*graph.Node, error) {
	return b.Apply(graph.Op{
		Name: "column", Shape: tensor.Shape{x.Shape()[0], 1}, Const: true,
		F32: func(out []float32, in [][]float32) { pick(out, in[0], int(c)) },
		F64: func(out []float64, in [][]float64) { pick(out, in[0], int(c)) },
	}, x)
}

// Params returns none.
func (column) Params() []*graph.Param { return nil }

func pick[T graph.Float](out, in []T, column int) {
	for i := range out {
		out[i] = in[2*i+column]
	}
}

// bowlContestants are the curves of the first picture. In linear regression the Fisher
// matrix is the Hessian, and K-FAC's A ⊗ G of a layer with one output is the Fisher
// matrix. With a layer for each weight, K-FAC does not see that the weights depend on
// each other.
func bowlContestants() []contestant {
	one := func() (*problem, error) { return newBowl(false) }
	two := func() (*problem, error) { return newBowl(true) }
	return []contestant{
		{name: "natural", start: one, make: naturalSteps(kfac.Full), rate: 1},
		{name: "plain gradient", start: one, make: plainGradient},
		{name: "Adam", start: one, make: adam},
		{name: "K-FAC, two layers", start: two, make: naturalSteps(kfac.BlockDiagonal), rate: 1},
		{name: "K-FAC, one layer", start: one, make: naturalSteps(kfac.BlockDiagonal), rate: 1},
		{name: "Newton", start: one, rate: 1, make: func(rate float64) (optimizer, error) {
			return &newton{&problem{hessian: bowlHessian}, rate}, nil
		}},
	}
}

// bowlContours are ellipses of equal loss, each a multiple of the next.
func bowlContours() [][]point {
	along, across := axes()
	var all [][]point
	for loss := bowlLoss(bowlStart) * 8; loss > bowlLoss(bowlStart)/2000; loss /= 2.5 {
		var ring []point
		for k := range 181 {
			sin, cos := math.Sincos(float64(k) * math.Pi / 90)
			a, b := cos*math.Sqrt(2*loss/flat), sin*math.Sqrt(2*loss/steep)
			ring = append(ring, point{a*along[0] + b*across[0], a*along[1] + b*across[1]})
		}
		all = append(all, ring)
	}
	return all
}
