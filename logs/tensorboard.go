package logs

import (
	"fmt"
	"iter"
	"maps"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/trainer"
)

// Groups of tags: TensorBoard shows each on its own.
const (
	evaluationGroup = "evaluation/"
	stepGroup       = "step/"
	diagnosticGroup = "diagnostics/"
	weightGroup     = "weights/"
	activationGroup = "activations/"
	gradientGroup   = "gradients/"
)

// TensorBoard writes a file of events that TensorBoard shows: scalars of evaluations and
// steps, and histograms. The package's documentation has the tags.
type TensorBoard struct {
	Dir string // what tensorboard --logdir is given, or a directory below
	// Every has each step logged whose number is a multiple of it. 0: none by number.
	Every int
	// Interval has a step logged when so much time has passed since the last one. 0: none by time.
	Interval time.Duration
	// Diagnostics gives further values by name, of the last step. It is called for each
	// step that is logged. Nil: none.
	Diagnostics iter.Seq2[string, float64]
	// Model has its weights shown as histograms at each evaluation, and the activations and
	// gradients of the first mini-batch after it, which has the same parameters; the
	// mini-batch before the first step is shown, too. Histograms leave out values that are
	// not finite. A step that is not the first after an evaluation costs nothing.
	// The time for the histograms of a mini-batch counts as the training's. Nil: none.
	Model *trainer.Model
	// OnError is told of the first failure to write, after which training goes on
	// without this log. Nil: the callback returns the error.
	OnError func(error)

	log
	pace
	events  eventWriter
	counted histogram
	yield   func(string, float64) bool // adds to events; here, so that a step allocates nothing
	armed   atomic.Bool                // the next mini-batch is shown
	now     int                        // the step that was done last
}

// Create makes the file. Dir must not have one yet. Callback calls Create itself; only a
// caller who does sees the activations and gradients before the first step.
func (t *TensorBoard) Create() error { return t.open(t.begin) }

func (t *TensorBoard) begin() error {
	name, err := eventFile(t.Dir)
	if err != nil {
		return err
	}
	t.path = name
	if name == "" {
		t.path = t.newName()
	}
	if err := t.create(); err != nil {
		return err
	}
	t.last = t.time()
	t.watch(true)
	return t.put(t.events.version(t.wall()))
}

// newName is of the form that TensorBoard looks for.
func (t *TensorBoard) newName() string {
	return filepath.Join(t.Dir, fmt.Sprintf("%s%010d%s", eventPrefix, t.time().Unix(), eventSuffix))
}

// wall is the time in seconds since 1970.
func (t *TensorBoard) wall() float64 { return float64(t.time().UnixMicro()) / 1e6 }

// Callback writes an event. It closes the file at Ended.
func (t *TensorBoard) Callback(e *trainer.Event) error {
	switch e.Kind {
	case trainer.StepDone:
		t.mu.Lock()
		t.now = e.Step // a mini-batch that is observed from here on has this step
		t.mu.Unlock()
		if t.Every <= 0 && t.Interval <= 0 {
			return nil
		}
		return t.write(t.OnError, t.begin, func() error { return t.step(e) })
	case trainer.Evaluated:
		return t.write(t.OnError, t.begin, func() error {
			t.now = e.Record.Step
			t.armed.Store(t.Model != nil)
			return t.evaluation(e.Record, true)
		})
	case trainer.Ended:
		return t.Close()
	}
	return nil
}

// Close closes the file. A second call does nothing.
func (t *TensorBoard) Close() error { return t.close(t.OnError) }

func (t *TensorBoard) step(e *trainer.Event) error {
	if !t.due(e, t.Every, t.Interval) {
		return nil
	}
	t.last = t.time()
	t.events.scalar(stepGroup, "loss", e.Loss)
	t.events.scalar(stepGroup, "learning_rate", e.LearningRate)
	if t.Diagnostics != nil {
		if t.yield == nil {
			t.yield = func(name string, v float64) bool {
				t.events.scalar(diagnosticGroup, name, v)
				return true
			}
		}
		t.Diagnostics(t.yield)
	}
	return t.put(t.events.finish(t.wall(), e.Step))
}

// evaluation writes scores and, of the parameters of now, histograms, in one record.
func (t *TensorBoard) evaluation(r *trainer.Record, weights bool) error {
	t.events.scalar(evaluationGroup, "train_loss", r.TrainLoss)
	for _, name := range slices.Sorted(maps.Keys(r.Scores)) {
		t.events.scalar(evaluationGroup, name, r.Scores[name])
	}
	if weights && t.Model != nil {
		for _, p := range t.Model.Params() {
			if t.counted.fill(p.Value, 1); t.counted.n > 0 {
				t.events.histogram(weightGroup, p.Name, &t.counted)
			}
		}
	}
	return t.put(t.events.finish(t.wall(), r.Step))
}

// watch observes the model, and shows the next mini-batch if first says so.
func (t *TensorBoard) watch(first bool) {
	if t.Model == nil {
		return
	}
	t.armed.Store(first)
	t.Model.Observe(func(pass graph.Pass, taps []*graph.Tap) {
		if pass == graph.PassGrad && t.armed.CompareAndSwap(true, false) {
			t.miniBatch(taps)
		}
	})
}

// miniBatch writes the histograms of a gradient's pass, in one record. The next call of
// Callback returns its error.
func (t *TensorBoard) miniBatch(taps []*graph.Tap) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.failed != nil || t.out == nil {
		return
	}
	for _, tap := range taps {
		if t.counted.fill(tap.A, 1); t.counted.n > 0 {
			t.events.histogram(activationGroup, tap.Name, &t.counted)
		}
		// A row of G is 1/N of its example's own gradient.
		if t.counted.fill(tap.G, float64(tap.Examples)); t.counted.n > 0 {
			t.events.histogram(gradientGroup, tap.Name, &t.counted)
		}
	}
	if record := t.events.finish(t.wall(), t.now); record != nil {
		t.failed = t.put(record)
	}
}
