package live

import (
	"math"
	"time"

	"github.com/gokfac/gokfac/internal/results"
)

var nan = results.Number(math.NaN())

// Snapshot is where a run is.
type Snapshot struct {
	Step, Total int     // steps taken, and in the whole run
	Loss        float64 // of the last step
	Examples    int     // in its mini-batch
	// ExamplesPerSecond is measured by the Server where it is 0.
	ExamplesPerSecond float64
	// Run is the run so far. It must not be written to any more.
	Run *results.Run
	// Record makes Run when a page asks for it, where Run is nil: on another goroutine than
	// the caller's of Update, one call at a time.
	Record func() *results.Run
}

// Update tells where the run is. It may be called after every step, and with the same step
// again after an evaluation.
func (s *Server) Update(now Snapshot) {
	at := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return
	}
	if now.Step > s.now.Step {
		s.losses.add(now.Step, now.Loss)
	}
	s.pace.note(at, now.Step)
	s.now = now
	s.version++
}

// Gallery shows test examples of a model that has been scored. The assessment must not be
// written to any more.
func (s *Server) Gallery(a *results.Assessment) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.assessment = a
	s.galleries++
	s.version++
}

// End tells how the run ended: run is its result, or nil where there is none, and err is
// why it failed or was left, or nil. What Update tells after it is not shown.
func (s *Server) End(run *results.Run, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if run != nil {
		s.now.Run, s.now.Record = run, nil
		s.now.Step = run.Steps
		s.ending = run.Ending
	}
	if err != nil {
		s.problem = err.Error()
	}
	s.pace.stop(time.Now())
	s.ended = true
	s.version++
}

// paceSpan is how long ago the speed of a run is measured from, about.
const paceSpan = 5 * time.Second

// pace measures the speed of a run by the clock.
type pace struct {
	first, from, mid, last mark
	begun                  bool
	stopped                time.Time
}

type mark struct {
	at   time.Time
	step int
}

func (p *pace) note(at time.Time, step int) {
	p.last = mark{at, step}
	if !p.begun {
		p.begun = true
		p.first, p.from, p.mid = p.last, p.last, p.last
	}
	if at.Sub(p.mid.at) > paceSpan/2 {
		p.from, p.mid = p.mid, p.last
	}
}

func (p *pace) stop(at time.Time) { p.stopped = at }

// speed is in steps per second: of the last seconds, and since the first step that was told.
// NaN before there are two.
func (p *pace) speed() (recent, mean float64) {
	of := func(from mark) float64 {
		steps, seconds := p.last.step-from.step, p.last.at.Sub(from.at).Seconds()
		if steps <= 0 || seconds <= 0 {
			return math.NaN()
		}
		return float64(steps) / seconds
	}
	return of(p.from), of(p.first)
}

// elapsed is since the first call of Update.
func (p *pace) elapsed(now time.Time) float64 {
	if !p.begun {
		return 0
	}
	if !p.stopped.IsZero() {
		now = p.stopped
	}
	return now.Sub(p.first.at).Seconds()
}
