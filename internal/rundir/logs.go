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
const stepsLogged = 20

// logged is a log that is begun, or gone on with, at the first event of a run: only
// then is it known which evaluations the run has already.
type logged struct {
	begin    func() error
	resume   func(step int, history ...trainer.Record) error
	callback trainer.Callback
	problem  func(error)
	resumed  bool // goes on with what is there
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
		var err error
		if l.resumed {
			err = l.resume(step, e.History...)
		} else {
			err = l.begin()
		}
		if err != nil {
			l.problem(err)
			l.callback = nil
		}
	}
	if l.callback == nil {
		return nil
	}
	return l.callback(e)
}

// log hooks the logs into the run.
func (k *Keeper) log(config *job.Config, resumed bool) {
	r := k.run
	table := &logs.CSV{Path: filepath.Join(k.Path, MetricsFile), Scores: r.Spec.Scores(), OnError: k.problem}
	events := &logs.JSONLines{
		Path: filepath.Join(k.Path, EventsFile), Config: config, Every: max(r.PerEpoch/stepsLogged, 1), Diagnostics: r.StepDiagnostics, OnError: k.problem,
	}
	for _, l := range []*logged{
		{begin: table.Create, resume: table.Resume, callback: table.Callback},
		{begin: events.Create, resume: events.Resume, callback: events.Callback},
	} {
		l.problem, l.resumed = k.problem, resumed
		r.Hook(l.Callback)
	}
	k.closers = append(k.closers, table, events)
}
