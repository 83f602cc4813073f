package layertest

import (
	"errors"
	"fmt"
	"os"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/partcheck"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// saving looks at whether a trained model comes back to the bit: its state into a model of a new layer, its description
// by a kind, and its file.
func (c *checker) saving() error {
	m, err := c.settled(losses.SquaredError{})
	if err != nil {
		return err
	}
	if err := m.train(3); err != nil {
		return err
	}
	state, err := m.MarshalBinary()
	if err != nil {
		return err
	}
	want, err := m.outcome()
	if err != nil {
		return err
	}
	restored := func(l layers.Layer, what, why string) error {
		again, err := c.model(l, losses.SquaredError{}, 2)
		if err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		if err := again.UnmarshalBinary(state); err != nil {
			return fmt.Errorf("%s does not take the model's state: %w", what, err)
		}
		got, err := again.outcome()
		if err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		return want.compare(got, what, why)
	}
	if err := restored(c.layer(), "a model of a new layer with the saved parameters and buffers", "the layer keeps something that is neither a parameter nor a buffer"); err != nil {
		return err
	}
	kinds := append(layers.Kinds(), c.cfg.Kinds...)
	text, err := layers.Encode(m.Net(), kinds)
	if err != nil {
		if len(c.cfg.Kinds) > 0 {
			return err
		}
		c.skip(Saving, "files cannot have the layer: %v, and set Config.Kinds to look at it", err)
		return nil
	}
	net, err := layers.Decode(text, kinds)
	if err != nil {
		return fmt.Errorf("the layer's kind does not take the settings that it wrote: %w", err)
	}
	if err := restored(net, "a model that the layer's kind has made of its settings, with the saved state,", "the kind's settings leave something out"); err != nil {
		return err
	}
	if again, err := layers.Encode(net, kinds); err != nil || string(again) != string(text) {
		return fmt.Errorf("the layer's kind describes a layer as %s that it has made of %s (%v)", again, text, err)
	}
	if err := c.limited(net); err != nil {
		return err
	}
	if err := c.keepsNames(m, text, kinds); err != nil {
		return err
	}
	return m.file(c.cfg.Kinds)
}

// outcome is what a model makes of some examples: predictions, and the loss of a mini-batch.
type outcome struct {
	outputs []float64
	loss    float64
}

func (m *model) outcome() (o outcome, err error) {
	if o.outputs, err = m.predicted(); err != nil {
		return o, err
	}
	obj, err := m.batch(4, 13)
	if err != nil {
		return o, err
	}
	o.loss, err = obj.Loss()
	return o, err
}

func (o outcome) compare(p outcome, what, why string) error {
	if at, ok := partcheck.SameBits(o.outputs, p.outputs); !ok {
		return fmt.Errorf("%s predicts something else (element %d: %g, and %g before): %s", what, at, p.outputs[at], o.outputs[at], why)
	}
	if o.loss != p.loss {
		return fmt.Errorf("%s has another loss in training mode (%.12g, and %.12g before): %s", what, p.loss, o.loss, why)
	}
	return nil
}

// keepsNames builds what the kind makes behind another such layer, where a name that is chosen anew is another one.
func (c *checker) keepsNames(m *model, text []byte, kinds []layers.Kind) error {
	net, err := layers.Decode(text, kinds)
	if err != nil {
		return err
	}
	s, err := c.build(c.layer(), setting{graph.Float64, 1, false})
	if err != nil {
		return err
	}
	if _, err := net.Build(s.b, s.x); err != nil {
		return err
	}
	for i, p := range net.Params() {
		if err := sameName("parameter", m.Params()[i].Name, p.Name); err != nil {
			return err
		}
	}
	for i, b := range buffersOf(net) {
		if err := sameName("buffer", m.Buffers()[i].Name, b.Name); err != nil {
			return err
		}
	}
	return nil
}

func sameName(what, want, got string) error {
	if got == want {
		return nil
	}
	return fmt.Errorf("a %s %s is called %s where the layer's kind has made it: its settings leave out the name, by which a file has the values", what, want, got)
}

var errRefused = errors.New("no more memory")

// limited looks at whether a file could make the layer take memory without a limit.
func (c *checker) limited(net layers.Layer) error {
	b, err := graph.NewBuilder(graph.Config{DType: graph.Float64, Batch: 1, Streams: graph.Streams{Init: partcheck.Rand(1, 1)},
		Limits: &graph.Limits{Elements: 1 << 20, Param: func(string, ...int) error { return errRefused }}})
	if err != nil {
		return err
	}
	// A decoded network has parameters by now: decode anew.
	kinds := append(layers.Kinds(), c.cfg.Kinds...)
	text, err := layers.Encode(net, kinds)
	if err != nil {
		return err
	}
	if net, err = layers.Decode(text, kinds); err != nil {
		return err
	}
	x, _ := b.Input("x", append([]int{1}, c.input...)...)
	if _, err := net.Build(b, x); err == nil && len(net.Params()) > 0 {
		return fmt.Errorf("%s is made though the graph's Limits refuse it: a file could ask for any memory. Make parameters by Builder.NewParam, not by graph.NewParam", net.Params()[0].Name)
	}
	return nil
}

// file saves the model and loads it again.
func (m *model) file(kinds []layers.Kind) error {
	dir, err := os.MkdirTemp("", "layertest")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) // what is left is in the system's place for such files
	if err := trainer.Save(dir, m.Model, trainer.Preparation{}, trainer.SaveConfig{Layers: kinds}); err != nil {
		return err
	}
	loaded, _, err := trainer.Load(dir, trainer.LoadConfig{Layers: kinds})
	if err != nil {
		return err
	}
	want, err := m.predicted()
	if err != nil {
		return err
	}
	got, err := (&model{loaded, m.c}).predicted()
	if err != nil {
		return err
	}
	if at, ok := partcheck.SameBits(want, got); !ok {
		return fmt.Errorf("a loaded file predicts something else (element %d: %g, and %g before)", at, got[at], want[at])
	}
	return nil
}
