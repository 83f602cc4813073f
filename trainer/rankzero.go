package trainer

import (
	"context"
	"errors"

	"github.com/gokfac/gokfac/distributed"
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/codec"
)

// scoreOnce fills a record's scores: on rank 0 of a group, from which the others have them.
func (r *run) scoreOnce(ctx context.Context, rec *Record) error {
	if r.share == nil {
		return r.scoreAveraged(ctx, rec.Scores)
	}
	outcome, err := distributed.Alone(r.Group, 0, func() ([]byte, error) {
		err := r.scoreAveraged(ctx, rec.Scores)
		if diverged := (*DivergedError)(nil); errors.As(err, &diverged) {
			return codec.EncodeList([][]byte{[]byte(diverged.Err.Error())}), nil
		} else if err != nil {
			return nil, err
		}
		higher := Record{Scores: map[string]float64{}}
		for name := range rec.Scores {
			higher.Scores[name] = float64(bit(rec.HigherIsBetter[name]))
		}
		text, err := marshalHistory([]Record{*rec, higher})
		return codec.EncodeList([][]byte{nil, text}), err
	})
	if err != nil {
		return err
	}
	parts, err := codec.DecodeList(outcome)
	if err != nil {
		return err
	}
	if len(parts) == 1 {
		return &DivergedError{Step: r.res.Steps, Err: diverged(parts[0])}
	}
	known, err := unmarshalHistory(parts[1])
	if err != nil || r.Group.Rank() == 0 {
		return err
	}
	rec.Scores, rec.TrainSeconds = known[0].Scores, known[0].TrainSeconds
	for name, higher := range known[1].Scores {
		rec.HigherIsBetter[name] = higher == 1
	}
	return nil
}

// diverged is the error of a score that is not finite, with the text that rank 0 has for it.
func diverged(text []byte) error { return &toldError{string(text), &graph.NonFiniteError{}} }

// verdict is trend.judge: in a group that of rank 0. err is a failure to learn it.
func (r *run) verdict() (rises []*RiseError, worse, err error) {
	if r.share == nil {
		rises, worse = r.trend.judge(r.lastInterval())
		return rises, worse, nil
	}
	if err := r.share.checkDrift(r.res.Steps); err != nil {
		return nil, nil, err
	}
	if r.trend.steps > 0 && r.trend.last != nil { // all compute what rank 0 may ask for
		if h, err := r.share.Loss(); err == nil {
			r.trend.last = computed{r.share, h}
		} else { // of all: the run itself went well
			r.trend.last = nil
		}
	}
	outcome, err := distributed.Alone(r.Group, 0, func() ([]byte, error) {
		rises, worse := r.trend.judge(r.lastInterval())
		list := [][]byte{nil, nil}
		rise := (*RiseError)(nil)
		if errors.As(worse, &rise) {
			rises = []*RiseError{rise}
			list[0] = []byte{1}
		} else if worse != nil {
			list[1] = []byte(worse.Error())
		}
		for _, rise := range rises {
			text, err := codec.Encode("rise", runVersion, rise.fields())
			if err != nil {
				return nil, err
			}
			list = append(list, text)
		}
		return codec.EncodeList(list), nil
	})
	if err != nil {
		return nil, nil, err
	}
	list, err := codec.DecodeList(outcome)
	if err != nil {
		return nil, nil, err
	}
	if len(list[1]) > 0 {
		return nil, diverged(list[1]), nil
	}
	for _, text := range list[2:] {
		rise := &RiseError{}
		if err := codec.Decode(text, "rise", runVersion, rise.fields()); err != nil {
			return nil, nil, err
		}
		rises = append(rises, rise)
	}
	if len(list[0]) > 0 {
		return nil, rises[0], nil
	}
	return rises, nil, nil
}

// computed is an objective whose loss is known.
type computed struct {
	graph.Objective
	loss float64
}

// Loss is the loss that is known.
func (c computed) Loss() (float64, error) { return c.loss, nil }

// toldError is an error of rank 0 with its text there.
type toldError struct {
	text string
	err  error
}

func (e *toldError) Error() string { return e.text }

// Unwrap is an error of the same kind.
func (e *toldError) Unwrap() error { return e.err }
