package kfac

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/codec/codectest"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// fuzzed is an optimizer that has stepped, of a network as small as they come.
type fuzzed struct {
	model     *trainer.Model
	optimizer *Optimizer
	x, y      *tensor.Dense
	weights   []byte // the model's state
	state     []byte
}

func newFuzzed(f *testing.F, cfg Config) *fuzzed {
	m, err := trainer.NewModel(layers.Sequential{&layers.Dense{Units: 2}, layers.Tanh(), &layers.Dense{Units: 2}},
		losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{1}, Seed: 1})
	require.NoError(f, err)
	o, err := New(cfg)
	require.NoError(f, err)
	z := &fuzzed{model: m, optimizer: o, x: graph.NewDense(graph.Float32, 2, 1), y: tensor.New(tensor.WithShape(2), tensor.WithBacking([]int32{0, 1}))}
	copy(z.x.Float32s(), []float32{1, -0.5})
	for range 2 {
		require.NoError(f, z.step())
	}
	z.weights, err = m.MarshalBinary()
	require.NoError(f, err)
	z.state, err = o.MarshalBinary()
	require.NoError(f, err)
	return z
}

func (z *fuzzed) step() error {
	obj, err := z.model.Batch(z.x, z.y)
	if err != nil {
		return err
	}
	_, err = z.optimizer.Step(obj)
	return err
}

// FuzzState: a refused state changes nothing. One that is taken is the one that
// is saved, and the steps that follow it end in an error at worst.
func FuzzState(f *testing.F) {
	var all []*fuzzed
	for _, structure := range Structures() {
		for _, mode := range Modes() {
			cfg := Config{Mode: mode, Structure: structure, Polyak: 0.9, InverseUpdateSteps: 2, DampingUpdateSteps: 2}
			if mode == Adaptive {
				cfg.GammaUpdateSteps, cfg.ProductUpdateSteps = 2, 2
			}
			z := newFuzzed(f, cfg)
			f.Add(uint8(len(all)), z.state)
			f.Add(uint8(len(all)), z.state[:len(z.state)/2])
			all = append(all, z)
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, data []byte) {
		z := all[int(which)%len(all)]
		if err := z.optimizer.UnmarshalBinary(z.state); err != nil {
			t.Fatal(err)
		}
		data = codectest.Seal(data)
		if err := z.optimizer.UnmarshalBinary(data); err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Fatal(err)
			}
			data = z.state
		}
		saved, err := z.optimizer.MarshalBinary()
		if err != nil || !bytes.Equal(data, saved) {
			t.Fatal("what is restored, or was there, is not what is saved", err)
		}
		if bytes.Equal(data, z.state) {
			return
		}
		for range 2 {
			if err := z.step(); err != nil {
				break
			}
		}
		// The next input begins anew, whatever this one has done to the model.
		if err := errors.Join(z.model.UnmarshalBinary(z.weights), z.optimizer.UnmarshalBinary(z.state)); err != nil {
			t.Fatal(err)
		}
	})
}
