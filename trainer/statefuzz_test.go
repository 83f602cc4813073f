package trainer_test

import (
	"bytes"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/codec/codectest"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// fuzzedPart is a part of a run that is saved, with its state.
type fuzzedPart struct {
	stateful
	use   func() error
	state []byte
}

// fuzzStates: a refused state changes nothing. One that is taken is the one
// that is saved, and the step that follows ends in an error at worst.
func fuzzStates(f *testing.F, parts []*fuzzedPart) {
	for i, p := range parts {
		p.state = save(f, p)
		f.Add(uint8(i), p.state)
		f.Add(uint8(i), p.state[:len(p.state)/2])
	}
	f.Fuzz(func(t *testing.T, which uint8, data []byte) {
		p := parts[int(which)%len(parts)]
		data = codectest.Seal(data)
		if err := p.UnmarshalBinary(data); err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Fatal(err)
			}
			data = p.state
		}
		saved, err := p.MarshalBinary()
		if err == nil && len(data) < len(saved) { // a state of an earlier version, with less in it, is saved as one of this
			data = saved
			if err = p.UnmarshalBinary(saved); err == nil {
				saved, err = p.MarshalBinary()
			}
		}
		if err != nil || !bytes.Equal(data, saved) {
			t.Fatal("what is restored, or was there, is not what is saved", err)
		}
		if bytes.Equal(data, p.state) {
			return
		}
		_ = p.use()
		if err := p.UnmarshalBinary(p.state); err != nil {
			t.Fatal(err)
		}
	})
}

// fuzzedParts are models, optimizers and loaders of runs that are as small as
// they come and have taken a step.
func fuzzedParts(f *testing.F) (models, optimizers, loaders []*fuzzedPart) {
	for _, name := range slices.Sorted(maps.Keys(statefulOptimizers)) { // every process numbers them alike
		for _, dtype := range []tensor.Dtype{graph.Float32, graph.Float64} {
			m, err := trainer.NewModel(layers.Sequential{&layers.Dense{Units: 2}, &layers.Dropout{Rate: 0.2}, &layers.Dense{Units: 2}},
				losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{1}, Seed: 1, DType: dtype})
			require.NoError(f, err)
			o, err := statefulOptimizers[name](0.1)
			require.NoError(f, err)
			data := &datasets.Dataset{Name: "few", Shape: []int{1}, Classes: 2}
			data.Train = datasets.Split{X: []float32{1, -0.5, 0.25, 2, 3}, Labels: []int32{0, 1, 1, 0, 1}}
			loader, err := datasets.NewLoader(data, data.Train, datasets.LoaderOptions{BatchSize: 2, Shuffle: true, KeepLast: dtype == graph.Float32, Seed: 1})
			require.NoError(f, err)
			x, y, ok := loader.Next()
			require.True(f, ok)
			step := func() error {
				obj, err := m.Batch(x, y)
				if err == nil {
					_, err = o.Step(obj)
				}
				return err
			}
			deal := func() error {
				for range 4 {
					loader.Next()
				}
				return nil
			}
			require.NoError(f, step())
			weights := save(f, m)
			models = append(models, &fuzzedPart{stateful: m, use: step})
			optimizers = append(optimizers, &fuzzedPart{stateful: o, use: func() error {
				return errors.Join(step(), m.UnmarshalBinary(weights)) // the next input begins anew
			}})
			loaders = append(loaders, &fuzzedPart{stateful: loader, use: deal})
		}
	}
	return models, optimizers, loaders
}

func FuzzModelState(f *testing.F) {
	models, _, _ := fuzzedParts(f)
	fuzzStates(f, models)
}

func FuzzOptimizerState(f *testing.F) {
	_, optimizers, _ := fuzzedParts(f)
	fuzzStates(f, optimizers)
}

func FuzzLoaderState(f *testing.F) {
	_, _, loaders := fuzzedParts(f)
	fuzzStates(f, loaders)
}
