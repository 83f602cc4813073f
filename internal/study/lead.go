package study

import (
	"context"
	"encoding/json"

	"github.com/gokfac/gokfac/distributed"
	"github.com/gokfac/gokfac/internal/job"
	"github.com/gokfac/gokfac/internal/results"
)

// plan is what the first process tells before the runs are dealt out.
type plan struct {
	Todo   []int // numbers of the runs that are not kept
	Digest string
}

// lead makes the runs that are not kept, on all processes, as the first of them. put is
// called with each by its number.
func (w *workshop) lead(ctx context.Context, runs []*job.Spec, put func(number int, run *results.Run)) error {
	p := plan{Digest: w.data}
	_, err := distributed.Alone(w.Group, 0, func() ([]byte, error) {
		for i, s := range runs {
			run, err := w.kept(s, 0)
			if err != nil {
				return nil, err
			}
			if put(i, run); run == nil {
				p.Todo = append(p.Todo, i)
			}
		}
		return json.Marshal(p)
	})
	if err != nil {
		return err
	}
	if err := w.agreeOnData(p.Digest); err != nil {
		return err
	}
	w.keep()
	return w.together(ctx, runs, p.Todo, func(m *made) error {
		put(m.Number, m.Run)
		err := w.save(m)
		w.keep()
		return err
	})
}

// follow is lead in any other process.
func (w *workshop) follow(ctx context.Context, runs []*job.Spec) error {
	text, err := distributed.Alone(w.Group, 0, nil)
	if err != nil {
		return err
	}
	var p plan
	if err := json.Unmarshal(text, &p); err != nil {
		return err
	}
	if err := w.agreeOnData(p.Digest); err != nil {
		return err
	}
	return w.together(ctx, runs, p.Todo, nil)
}

// agree returns an error in every process if one of them has one.
func (w *workshop) agree(err error) error {
	if w.Group == nil {
		return err
	}
	_, err = distributed.Await(w.Group, func() ([]byte, error) { return nil, err })
	return err
}

// agreeOnData refuses processes that have other data than the first.
func (w *workshop) agreeOnData(digest string) error {
	if w.data != digest {
		return w.agree(job.Refuse("its data are not those of process 0: %s", w.d.Name))
	}
	return w.agree(nil)
}
