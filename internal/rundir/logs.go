package rundir

import (
	"path/filepath"

	"github.com/gokfac/gokfac/internal/job"
	"github.com/gokfac/gokfac/logs"
	"github.com/gokfac/gokfac/trainer"
)

// The names of the logs.
const (
	MetricsFile = "metrics.csv"
	EventsFile  = "log.jsonl"
)

// stepsLogged is how many steps of an epoch the log of events has.
// A longer run has fewer: mostLogged in all, and the evaluations.
const (
	stepsLogged = 20
	mostLogged  = 50_000
)

// logged is a log of a run. One that goes on with a file does so at the run's first
// event: only then is it known which evaluations the run has already.
type logged struct {
	begin    func() error
	resume   func(step int, history ...trainer.Record) error
	callback trainer.Callback // nil: the log could not be begun
	problem  func(error)
	begun    bool
}

// Callback passes events on.
func (l *logged) Callback(e *trainer.Event) error {
	if !l.begun {
		l.begun = true
		step := e.Step
		if e.Kind == trainer.StepDone {
			step-- // the state that the run goes on from
		}
		l.opened(l.resume(step, e.History...))
	}
	if l.callback == nil {
		return nil
	}
	return l.callback(e)
}

func (l *logged) opened(err error) {
	l.begun = true
	if err != nil {
		l.problem(err)
		l.callback = nil
	}
}

// log hooks the logs into the run, and begins those of a new run.
func (k *Keeper) log(o Options, config *job.Config, resumed bool) {
	r := k.run
	every := max(r.PerEpoch/stepsLogged, r.Total/mostLogged, 1)
	table := &logs.CSV{Path: filepath.Join(k.Path, MetricsFile), Scores: r.Spec.Scores(), OnError: k.problem}
	events := &logs.JSONLines{
		Path: filepath.Join(k.Path, EventsFile), Config: config, Every: every, Diagnostics: r.StepDiagnostics, OnError: k.problem,
	}
	list := []*logged{
		{begin: table.Create, resume: table.Resume, callback: table.Callback},
		{begin: events.Create, resume: events.Resume, callback: events.Callback},
	}
	k.closers = append(k.closers, table, events)
	if o.TensorBoard {
		board := &logs.TensorBoard{Dir: k.Path, Every: every, Diagnostics: r.StepDiagnostics, Model: r.Model, OnError: k.problem}
		list = append(list, &logged{begin: board.Create, resume: board.Resume, callback: board.Callback})
		k.closers = append(k.closers, board)
	}
	for _, l := range list {
		l.problem = k.problem
		if !resumed {
			l.opened(l.begin())
		}
		r.Hook(l.Callback)
	}
}
