package losstest

import (
	"math/rand/v2"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/partcheck"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// inputs is what the tiny network has.
const inputs = 2

// network checks the loss in a model of one linear map: its curvature by the exact estimator and its products with the
// Fisher matrix are those of the matrix written out, and K-FAC takes steps on it.
func (c *checker) network() {
	const n = 3
	model, err := c.model(graph.Float64)
	c.must(err, "trainer.NewModel")
	batch := c.data(model, n)
	obj, err := model.Batch(batch[0], batch[1], batch[2:]...)
	c.must(err, "Model.Batch")
	want := c.writtenOut(model, batch[0])
	got, err := exact(obj, len(want))
	c.must(err, "the exact curvature of a model")
	p := inputs + 1
	m := partcheck.Comparison{What: "the exact estimator's Fisher matrix of a linear map", Than: "the matrix written out", Got: flat(got), Want: flat(want),
		Tolerance: []float64{1e-9 * (1 + partcheck.Largest(flat(want)))}, Shape: []int{len(want), len(want)}, Batch: n}
	if !c.compare(m) {
		return
	}
	m.What = "the matrix of products with the Fisher matrix of a linear map"
	rows, err := products(obj, model.Params(), p*c.outputs)
	c.must(err, "products with the Fisher matrix of a model")
	m.Got = flat(rows)
	if c.compare(m) {
		c.steps(graph.Float64, batch)
		c.steps(graph.Float32, batch)
	}
}

// data is a mini-batch: inputs, targets and further targets. The targets are drawn from the network itself, if the
// configuration has no others: it does not learn much then, and does not diverge.
func (c *checker) data(model *trainer.Model, n int) []*tensor.Dense {
	x := operand{shape: func(n int) tensor.Shape { return tensor.Shape{n, inputs} }, row: func(r *rand.Rand) []float64 {
		return []float64{r.NormFloat64(), r.NormFloat64()}
	}}
	batch := []*tensor.Dense{c.tensorOf(x, n), nil}
	if c.cfg.Targets != nil {
		batch[1] = c.tensorOf(c.y(""), n)
	} else {
		batch[1] = graph.NewDense(graph.Float64, c.targetShape(n)...)
		partcheck.Fill(batch[1], flat(c.draw(graph.Float64, c.outputsOf(model, batch[0]), c.cfg.Seed)))
	}
	if p, ok := c.morePart(); ok {
		for i, rows := range p.rows(c.r, n)[2:] {
			t := graph.NewDense(graph.Float64, p.operands[2+i].shape(n)...)
			partcheck.Fill(t, flat(rows))
			batch = append(batch, t)
		}
	}
	return batch
}

// tensorOf are an operand's elements for n examples.
func (c *checker) tensorOf(o operand, n int) *tensor.Dense {
	t := graph.NewDense(graph.Float64, o.shape(n)...)
	var rows [][]float64
	for range n {
		rows = append(rows, o.row(c.r))
	}
	partcheck.Fill(t, flat(rows))
	return t
}

// outputsOf is xW + b, a row for each example.
func (c *checker) outputsOf(model *trainer.Model, x *tensor.Dense) (z [][]float64) {
	weight, bias := model.Params()[0].Value.Float64s(), model.Params()[1].Value.Float64s()
	for _, a := range split(x.Float64s(), inputs) {
		row := append([]float64{}, bias...)
		for i, v := range a {
			for j := range row {
				row[j] += v * weight[i*c.outputs+j]
			}
		}
		z = append(z, row)
	}
	return z
}

func (c *checker) model(dtype tensor.Dtype) (*trainer.Model, error) {
	return trainer.NewModel(&layers.Dense{Units: c.outputs}, c.loss, trainer.ModelConfig{Input: []int{inputs}, DType: dtype, Seed: c.cfg.Seed})
}

// writtenOut is (1/N) Σ_n āāᵀ ⊗ F_n, in the order of the weight's and the bias's elements. F_n is the mean of score·scoreᵀ over
// all targets or, where there is no list of them, BBᵀ, which aspect Fisher compares with samples.
func (c *checker) writtenOut(model *trainer.Model, x *tensor.Dense) [][]float64 {
	size := (inputs + 1) * c.outputs
	sum := make([][]float64, size)
	for i := range sum {
		sum[i] = make([]float64, size)
	}
	examples := split(x.Float64s(), inputs)
	z := c.outputsOf(model, x)
	for k, a := range examples {
		f := c.fisherOf(z[k])
		with1 := append(append([]float64{}, a...), 1)
		for i := range sum {
			for j := range sum {
				sum[i][j] += with1[i/c.outputs] * with1[j/c.outputs] * f[i%c.outputs*c.outputs+j%c.outputs] / float64(len(examples))
			}
		}
	}
	return sum
}

func (c *checker) fisherOf(z []float64) []float64 {
	if len(c.support) == 0 {
		return c.gram(c.columns(c.factor(), []ensemble{{z: z}})[0])
	}
	e := c.ensemble(z)
	score := c.scores(e.y)(z)
	f, _ := e.expect(func(i int) []float64 { return outer(score[i]) })
	return f
}

// steps checks that K-FAC takes a few careful steps on the model, with targets drawn from it.
func (c *checker) steps(dtype tensor.Dtype, batch []*tensor.Dense) {
	model, err := c.model(dtype)
	c.must(err, "trainer.NewModel")
	optimizer, err := kfac.New(kfac.Config{Mode: kfac.Fixed, LearningRate: 0.1, Damping: 1})
	c.must(err, "kfac.New")
	for range 3 {
		obj, err := model.Batch(batch[0], batch[1], batch[2:]...)
		c.must(err, "Model.Batch")
		if _, err := optimizer.Step(obj); err != nil {
			c.faultf("a step of K-FAC in %v: %v", dtype, err)
			return
		}
	}
	if _, ok := losses.AsMixable(c.loss); ok && len(batch) == 2 {
		shares := graph.NewDense(graph.Float64, batch[0].Shape()[0])
		obj, err := model.Batch(batch[0], batch[1], batch[1], shares)
		c.must(err, "Model.Batch of mixtures")
		if _, err := optimizer.Step(obj); err != nil {
			c.faultf("a step of K-FAC on mixtures in %v: %v", dtype, err)
		}
	}
}
