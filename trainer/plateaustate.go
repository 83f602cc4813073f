package trainer

import (
	"encoding"
	"fmt"

	"github.com/gokfac/gokfac/internal/codec"
)

var (
	_ encoding.BinaryMarshaler   = (*Plateau)(nil)
	_ encoding.BinaryUnmarshaler = (*Plateau)(nil)
)

// plateauVersion is of plateauState.fields: any change there is another version.
const plateauVersion = 1

func (s *plateauState) fields(metric *string) []codec.Field {
	return []codec.Field{
		{Name: "metric", Value: metric}, {Name: "reduced", Value: &s.reduced}, {Name: "factor", Value: &s.factor},
		{Name: "scored", Value: &s.scored}, {Name: "best", Value: &s.best},
		{Name: "bad evaluations", Value: &s.bad}, {Name: "cooldown left", Value: &s.cooling},
	}
}

// MarshalBinary encodes the factor on the rate, the best score and the counters. The
// settings are not part of it, but for the metric's name.
func (p *Plateau) MarshalBinary() ([]byte, error) {
	metric := p.Metric
	data, err := codec.Encode("plateau", plateauVersion, p.state.fields(&metric))
	if err != nil {
		return nil, fmt.Errorf("trainer: %w", err)
	}
	return data, nil
}

// UnmarshalBinary goes on from a state written by MarshalBinary. It fails, and leaves the
// plateau as it is, if data are malformed or of another metric.
func (p *Plateau) UnmarshalBinary(data []byte) error {
	var next plateauState
	var metric string
	if err := codec.Decode(data, "plateau", plateauVersion, next.fields(&metric)); err != nil {
		return fmt.Errorf("trainer: %w", err)
	}
	switch {
	case metric != p.Metric:
		return fmt.Errorf("trainer: plateau state: of the metric %.40q, not of %q", metric, p.Metric)
	case next.bad < 0 || next.cooling < 0 || !(next.factor >= 0 && next.factor < 1) || !next.reduced && next.factor != 0 || next.best != next.best:
		return fmt.Errorf("trainer: plateau state: factor %g, best %g, %d and %d evaluations: not written by a plateau",
			next.factor, next.best, next.bad, next.cooling)
	}
	p.state = next
	return nil
}
