package trainer

import (
	"encoding"
	"fmt"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/codec"
)

var (
	_ encoding.BinaryMarshaler   = (*EarlyStopping)(nil)
	_ encoding.BinaryUnmarshaler = (*EarlyStopping)(nil)
)

// stoppingVersion is of the fields below: any change there is another version.
const stoppingVersion = 1

// present is the memory of the model's learned parameters and buffers. Frozen parameters
// do not change in a run.
func (s *EarlyStopping) present() graph.Direction {
	d := graph.Values(s.Model.learned)
	for _, b := range s.Model.buffers {
		d = append(d, b.Value)
	}
	return d
}

// blank is a direction of the shapes and types of present.
func (s *EarlyStopping) blank() graph.Direction {
	var d graph.Direction
	for _, x := range s.present() {
		d = append(d, graph.NewDense(x.Dtype(), x.Shape()...))
	}
	return d
}

// keep copies the weights that were scored.
func (s *EarlyStopping) keep() error {
	take := func() error {
		if s.best == nil {
			s.best = s.blank()
		}
		s.best.Copy(s.present())
		return nil
	}
	if averager, ok := s.Optimizer.(Averager); ok {
		return averager.Averaged(take)
	}
	return take()
}

// Restore gives the model the weights of the best score, and reports whether there are
// any.
func (s *EarlyStopping) Restore() bool {
	if s.best == nil {
		return false
	}
	if s.last == nil {
		s.last = s.blank()
		s.last.Copy(s.present())
	}
	s.present().Copy(s.best)
	return true
}

func (s *stoppingState) fields(metric *string, best, last *[]byte) []codec.Field {
	return []codec.Field{
		{Name: "metric", Value: metric}, {Name: "scored", Value: &s.scored}, {Name: "best", Value: &s.best}, {Name: "step", Value: &s.step},
		{Name: "reference", Value: &s.reference}, {Name: "bad evaluations", Value: &s.bad}, {Name: "stopped", Value: &s.stopped},
		{Name: "best weights", Value: best}, {Name: "last weights", Value: last},
	}
}

func (s *EarlyStopping) weightFields(d graph.Direction) []codec.Field {
	var fields []codec.Field
	for i, p := range s.Model.learned {
		fields = append(fields, codec.Field{Name: "parameter " + p.Name, Value: d[i]})
	}
	for i, b := range s.Model.buffers {
		fields = append(fields, codec.Field{Name: "buffer " + b.Name, Value: d[len(s.Model.learned)+i]})
	}
	return fields
}

// marshalWeights encodes weights: no bytes for none.
func (s *EarlyStopping) marshalWeights(d graph.Direction) ([]byte, error) {
	if d == nil {
		return nil, nil
	}
	return codec.Encode("weights", stoppingVersion, s.weightFields(d))
}

func (s *EarlyStopping) unmarshalWeights(data []byte) (graph.Direction, error) {
	if len(data) == 0 {
		return nil, nil
	}
	d := s.blank()
	if err := codec.Decode(data, "weights", stoppingVersion, s.weightFields(d)); err != nil {
		return nil, fmt.Errorf("trainer: early stopping: the state is of other parameters: %w", err)
	}
	return d, nil
}

// MarshalBinary encodes the best score, its weights, the counters and, after a
// restoration, the weights that were replaced. The settings are not part of it, but for
// the metric's name.
func (s *EarlyStopping) MarshalBinary() ([]byte, error) {
	metric, state := s.Metric, s.state
	best, err := s.marshalWeights(s.best)
	if err != nil {
		return nil, fmt.Errorf("trainer: %w", err)
	}
	last, err := s.marshalWeights(s.last)
	if err != nil {
		return nil, fmt.Errorf("trainer: %w", err)
	}
	data, err := codec.Encode("early stopping", stoppingVersion, state.fields(&metric, &best, &last))
	if err != nil {
		return nil, fmt.Errorf("trainer: %w", err)
	}
	return data, nil
}

// UnmarshalBinary goes on from a state written by MarshalBinary. Model and Optimizer must
// be set before, and the model's own state be restored before. If that was saved after a
// restoration, the model gets the last iterate back, and Ended restores again; otherwise
// the model stays as it is. UnmarshalBinary fails, and leaves everything as it is, if data
// are malformed, of another metric or of a model with other parameters.
func (s *EarlyStopping) UnmarshalBinary(data []byte) error {
	if err := s.Validate(); err != nil {
		return err
	}
	var next stoppingState
	var metric string
	var bestData, lastData []byte
	if err := codec.Decode(data, "early stopping", stoppingVersion, next.fields(&metric, &bestData, &lastData)); err != nil {
		return fmt.Errorf("trainer: %w", err)
	}
	switch {
	case metric != s.Metric:
		return fmt.Errorf("trainer: early stopping state: of the metric %.40q, not of %q", metric, s.Metric)
	case next.bad < 0 || next.step < 0 || next.best != next.best || next.reference != next.reference ||
		next.scored != (len(bestData) > 0) || len(lastData) > 0 && !next.scored:
		return fmt.Errorf("trainer: early stopping state: best %g at step %d, %d evaluations since %g: not written by early stopping",
			next.best, next.step, next.bad, next.reference)
	}
	best, err := s.unmarshalWeights(bestData)
	if err != nil {
		return err
	}
	last, err := s.unmarshalWeights(lastData)
	if err != nil {
		return err
	}
	if last != nil {
		s.present().Copy(last)
	}
	s.state, s.best, s.last = next, best, nil
	return nil
}
