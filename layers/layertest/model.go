package layertest

import (
	"errors"
	"fmt"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/partcheck"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// model is a network of the layer and a Flatten, with a loss.
type model struct {
	*trainer.Model
	c *checker
}

func (c *checker) model(l layers.Layer, loss losses.Loss, seed uint64) (*model, error) {
	m, err := trainer.NewModel(layers.Sequential{l, &layers.Flatten{}}, loss, trainer.ModelConfig{Input: c.input, DType: graph.Float64, Seed: seed})
	if err != nil {
		return nil, fmt.Errorf("a model of it: %w", err)
	}
	return &model{m, c}, nil
}

// settled is a model of a new layer, with parameters of which no two are alike.
func (c *checker) settled(loss losses.Loss) (*model, error) {
	m, err := c.model(c.layer(), loss, 1)
	if err == nil {
		c.settle(m.Params())
	}
	return m, err
}

// inputs are n examples.
func (m *model) inputs(n int, seed uint64) *tensor.Dense {
	x := graph.NewDense(graph.Float64, append([]int{n}, m.Config().Input...)...)
	m.c.fillInputs(x, seed)
	return x
}

// batch is a mini-batch of n examples with targets of 0 and 1.
func (m *model) batch(n int, seed uint64) (trainer.MiniBatch, error) {
	y, r := graph.NewDense(graph.Float64, n, m.Outputs()), partcheck.Rand(seed, 99)
	for i := range y.Float64s() {
		y.Float64s()[i] = float64(r.IntN(2))
	}
	return m.Batch(m.inputs(n, seed), y)
}

// train takes a few small steps.
func (m *model) train(steps int) error {
	for i := range steps {
		obj, err := m.batch(4, 30+uint64(i))
		if err != nil {
			return err
		}
		if _, err := obj.Grad(); err != nil {
			return err
		}
		graph.Values(m.Params()).AddScaled(-1e-3, graph.Gradients(m.Params()))
	}
	return nil
}

// predicted are the outputs of some examples in evaluation mode.
func (m *model) predicted() ([]float64, error) {
	y, err := m.Predict(m.inputs(3, 20))
	if err != nil {
		return nil, fmt.Errorf("predicting: %w", err)
	}
	return partcheck.Doubles(y), nil
}

// buffered are copies of the buffers.
func (m *model) buffered() (all [][]float64) {
	for _, b := range m.Buffers() {
		all = append(all, partcheck.Doubles(b.Value))
	}
	return all
}

// moved is the name of the first buffer that is not what it was.
func (m *model) moved(before [][]float64) (name string, moved bool) {
	for i, x := range m.buffered() {
		if _, same := partcheck.SameBits(before[i], x); !same {
			return m.Buffers()[i].Name, true
		}
	}
	return "", false
}

// state looks at a model's passes: what they leave of masks, of buffers and of the layer.
func (c *checker) state() error {
	m, err := c.settled(losses.SquaredError{})
	if err != nil {
		return err
	}
	before := m.buffered()
	first, err := m.predicted()
	if err != nil {
		return err
	}
	if name, moved := m.moved(before); moved {
		return fmt.Errorf("a prediction changes the buffer %s: only training may", name)
	}
	if again, err := m.predicted(); err != nil {
		return err
	} else if at, ok := partcheck.SameBits(first, again); !ok {
		return fmt.Errorf("a second prediction is another (element %d: %g, and %g before): evaluation changes something", at, again[at], first[at])
	}
	obj, err := m.batch(4, 10)
	if err != nil {
		return fmt.Errorf("a training mini-batch: %w", err)
	}
	if err := c.passes(m, obj, before); err != nil {
		return err
	}
	trained := m.buffered()
	after, err := m.predicted()
	if err != nil {
		return err
	}
	if name, moved := m.moved(trained); moved {
		return fmt.Errorf("a prediction changes the buffer %s: only training may", name)
	}
	if at, ok := partcheck.SameBits(first, after); !ok && len(m.Buffers()) == 0 {
		return fmt.Errorf("a training pass changes predictions without a step (element %d: %g, and %g before): the layer keeps something that is no buffer, so that no file has it. Make it a graph.Buffer, with Builder.Update", at, after[at], first[at])
	}
	return m.nextMiniBatch(trained)
}

// passes are those of one mini-batch: buffers change once, and the loss stays.
func (c *checker) passes(m *model, obj trainer.MiniBatch, before [][]float64) error {
	loss, err := obj.Grad()
	if err != nil {
		return fmt.Errorf("a training pass: %w", err)
	}
	once := m.buffered()
	for i, b := range m.Buffers() {
		if _, same := partcheck.SameBits(before[i], once[i]); same {
			return fmt.Errorf("training leaves the buffer %s as it was: Build must propose its next value by Builder.Update in training mode", b.Name)
		}
	}
	check := func(pass string, got float64, err error) error {
		if err != nil {
			return fmt.Errorf("%s: %w", pass, err)
		}
		if name, moved := m.moved(once); moved {
			return fmt.Errorf("%s of the same mini-batch changes the buffer %s again: let Builder.Update do it, which a model takes over once", pass, name)
		}
		if got != loss {
			return fmt.Errorf("%s of the same mini-batch has another loss (%.12g, and %.12g before): a mask or a state changes between passes", pass, got, loss)
		}
		return nil
	}
	got, err := obj.Loss()
	if err := check("a pass without gradients", got, err); err != nil {
		return err
	}
	got, err = obj.Grad()
	if err := check("a second pass", got, err); err != nil {
		return err
	}
	if len(m.Params()) == 0 {
		return nil
	}
	got, err = obj.Curvature(graph.MC, func(*graph.CurvaturePass) error { return nil })
	return check("the curvature", got, err)
}

// nextMiniBatch looks at whether another mini-batch changes the buffers.
func (m *model) nextMiniBatch(trained [][]float64) error {
	obj, err := m.batch(4, 11)
	if err != nil {
		return err
	}
	if _, err := obj.Grad(); err != nil {
		return err
	}
	if _, moved := m.moved(trained); !moved && len(m.Buffers()) > 0 {
		return errors.New("the second mini-batch leaves the buffers as they were")
	}
	return nil
}
