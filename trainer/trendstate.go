package trainer

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/codec"
)

// trendState is what a trend is saved as. Lists of floats are of any length, the
// start has the parameters' shapes.
type trendState struct {
	first                  float64
	steps, rows            int
	recent, targets, shape []byte // shape is that of targets
	keys                   string // of the evaluations, each ended by a zero byte
	losses, start          []byte
}

func (s *trendState) fields() []codec.Field {
	return []codec.Field{
		{Name: "first loss", Value: &s.first}, {Name: "steps", Value: &s.steps}, {Name: "rows", Value: &s.rows},
		{Name: "recent losses", Value: &s.recent}, {Name: "targets", Value: &s.targets}, {Name: "shape of targets", Value: &s.shape},
		{Name: "evaluations", Value: &s.keys}, {Name: "their losses", Value: &s.losses}, {Name: "start", Value: &s.start},
	}
}

func (t *trend) marshal() ([]byte, error) {
	s := trendState{first: t.first, steps: t.steps, rows: t.rows, recent: codec.EncodeFloats(t.recent)}
	if t.targets != nil {
		values := float64sOf(t.targets)
		var shape []float64
		for _, n := range t.targets.Shape() {
			shape = append(shape, float64(n))
		}
		s.targets, s.shape = codec.EncodeFloats(values), codec.EncodeFloats(shape)
	}
	var losses []float64
	for _, e := range t.scored {
		s.keys += e.key + "\x00"
		losses = append(losses, e.loss)
	}
	s.losses = codec.EncodeFloats(losses)
	var err error
	if s.start, err = codec.Encode("start", runVersion, startFields(t.model.learned, t.start)); err != nil {
		return nil, err
	}
	return codec.Encode("trend", runVersion, s.fields())
}

func startFields(params []*graph.Param, start graph.Direction) []codec.Field {
	fields := make([]codec.Field, len(params))
	for i, p := range params {
		fields[i] = codec.Field{Name: p.Name, Value: start[i]}
	}
	return fields
}

// unmarshal makes t, which is a copy until all has been checked, what marshal saved.
func (t *trend) unmarshal(data []byte) error {
	var s trendState
	if err := codec.Decode(data, "trend", runVersion, s.fields()); err != nil {
		return err
	}
	start := graph.NewDirection(t.model.learned)
	if err := codec.Decode(s.start, "start", runVersion, startFields(t.model.learned, start)); err != nil {
		return err
	}
	next := trend{model: t.model, start: start, first: s.first, steps: s.steps, rows: s.rows}
	var err error
	if next.recent, err = codec.DecodeFloats(s.recent); err != nil {
		return fmt.Errorf("recent losses: %w", err)
	}
	if s.steps < 0 || s.steps > 0 && len(next.recent) < recentSteps {
		return fmt.Errorf("%d losses of %d steps", len(next.recent), s.steps)
	}
	losses, err := codec.DecodeFloats(s.losses)
	if err != nil {
		return fmt.Errorf("losses of evaluations: %w", err)
	}
	for _, loss := range losses {
		key, rest, ok := strings.Cut(s.keys, "\x00")
		if !ok {
			return errors.New("losses of evaluations without names")
		}
		next.scored, s.keys = append(next.scored, evaluated{key, loss}), rest
	}
	if err := next.unmarshalTargets(&s); err != nil {
		return fmt.Errorf("targets: %w", err)
	}
	*t = next
	return nil
}

func (t *trend) unmarshalTargets(s *trendState) error {
	if len(s.targets) == 0 && s.rows == 0 {
		return nil
	}
	values, err := codec.DecodeFloats(s.targets)
	if err != nil {
		return err
	}
	dims, err := codec.DecodeFloats(s.shape)
	if err != nil {
		return err
	}
	size, shape := 1.0, make([]int, len(dims))
	for i, n := range dims {
		if !(n >= 1 && n <= float64(len(values)) && n == math.Trunc(n)) {
			return fmt.Errorf("shape %v of %d values", dims, len(values))
		}
		size *= n
		shape[i] = int(n)
	}
	if len(shape) == 0 || shape[0] != recentExamples || size != float64(len(values)) || s.rows < 0 || s.rows > recentExamples {
		return fmt.Errorf("shape %v of %d values in %d rows", dims, len(values), s.rows)
	}
	t.targets = graph.NewDense(t.model.cfg.DType, shape...)
	for i, v := range values {
		if t.targets.Dtype() == graph.Float32 {
			t.targets.Float32s()[i] = float32(v)
		} else {
			t.targets.Float64s()[i] = v
		}
	}
	return nil
}

// float64sOf is a copy of a tensor's elements.
func float64sOf(t *tensor.Dense) []float64 {
	if t.Dtype() == graph.Float64 {
		return slices.Clone(t.Float64s())
	}
	values := make([]float64, t.DataSize())
	for i, v := range t.Float32s() {
		values[i] = float64(v)
	}
	return values
}
