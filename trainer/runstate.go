package trainer

import (
	"errors"
	"fmt"
	"time"

	"github.com/gokfac/gokfac/internal/codec"
)

// runState is what a run's own counters are saved as.
type runState struct {
	steps, total, perEpoch, examples, unit int
	spent                                  uint64 // nanoseconds
	loss, rate, lossSum, weight            float64
	ended                                  bool
	history, rises, trend                  []byte
}

func (p *runState) fields() []codec.Field {
	return []codec.Field{
		{Name: "steps", Value: &p.steps}, {Name: "total", Value: &p.total}, {Name: "steps per epoch", Value: &p.perEpoch}, {Name: "examples", Value: &p.examples},
		{Name: "unit", Value: &p.unit}, {Name: "nanoseconds", Value: &p.spent}, {Name: "loss", Value: &p.loss},
		{Name: "rate", Value: &p.rate}, {Name: "loss sum", Value: &p.lossSum}, {Name: "weight", Value: &p.weight},
		{Name: "ended", Value: &p.ended}, {Name: "history", Value: &p.history},
		{Name: "rises", Value: &p.rises}, {Name: "trend", Value: &p.trend},
	}
}

func (r *run) marshal() ([]byte, error) {
	p := runState{
		steps: r.res.Steps, total: r.bound(), ended: r.ended, perEpoch: r.place(), examples: r.examples, unit: r.unit, spent: uint64(r.spent),
		loss: r.loss, rate: r.rate, lossSum: r.lossSum, weight: r.weight,
	}
	var err error
	if p.history, err = marshalHistory(r.res.History); err != nil {
		return nil, err
	}
	rises := make([][]byte, len(r.res.Rises))
	for i, rise := range r.res.Rises {
		var err error
		if rises[i], err = codec.Encode("rise", runVersion, rise.fields()); err != nil {
			return nil, err
		}
	}
	p.rises = codec.EncodeList(rises)
	if p.trend, err = r.trend.marshal(); err != nil {
		return nil, err
	}
	return codec.Encode("progress", runVersion, p.fields())
}

// unmarshal sets the counters of r, which is a copy until all has been checked.
func (r *run) unmarshal(data []byte) error {
	var p runState
	if err := codec.Decode(data, "progress", runVersion, p.fields()); err != nil {
		return err
	}
	switch {
	case (p.perEpoch < 0) != (r.perEpoch == 0):
		return errors.New("it is of a run whose epochs have a known number of steps, and this one's have not, or the other way round")
	case p.perEpoch >= 0 && p.perEpoch != r.perEpoch:
		return fmt.Errorf("it is of a run with %d steps in an epoch, and this one has %d", p.perEpoch, r.perEpoch)
	case p.steps < 0 || p.examples < 0 || p.unit < 0 || p.weight < 0:
		return fmt.Errorf("it has %d steps of %d examples in %d ns", p.steps, p.examples, p.spent)
	case r.total > 0 && p.steps > r.total:
		return fmt.Errorf("it has taken %d steps, and this run has %d", p.steps, r.total)
	}
	history, err := unmarshalHistory(p.history)
	if err != nil {
		return err
	}
	for i := range history {
		history[i].HigherIsBetter = r.higher
	}
	list, err := codec.DecodeList(p.rises)
	if err != nil {
		return fmt.Errorf("the rises: %w", err)
	}
	rises := make([]*RiseError, len(list))
	for i, data := range list {
		rises[i] = &RiseError{}
		if err := codec.Decode(data, "rise", runVersion, rises[i].fields()); err != nil {
			return err
		}
	}
	if err := r.trend.unmarshal(p.trend); err != nil {
		return err
	}
	r.spent = time.Duration(p.spent)
	r.res = Result{Steps: p.steps, TrainSeconds: r.spent.Seconds(), History: history}
	r.restorePlace(p.perEpoch)
	// A longer run goes on, and so does one whose callbacks would not have ended it.
	if r.ended = p.ended && p.total == r.bound() && (!r.GoOn || r.done()); r.ended && len(rises) > 0 {
		r.res.Rises = rises
	}
	r.examples, r.unit, r.loss, r.rate, r.lossSum, r.weight = p.examples, p.unit, p.loss, p.rate, p.lossSum, p.weight
	return nil
}

func (e *RiseError) fields() []codec.Field {
	return []codec.Field{{Name: "score", Value: &e.Score}, {Name: "began", Value: &e.Began}, {Name: "ended", Value: &e.Ended}}
}
