package trainer

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/losses"
)

// RiseError is a loss that ended above the beginning of the run: the cause of a
// *DivergedError where it ended far above, and else an entry of Result.Rises.
type RiseError struct {
	Score        string  // TrainLoss, or the evaluation's key in Record.Scores
	Began, Ended float64 // Began is the training loss of the first mini-batch before the first step
}

// TrainLoss is the Score of a RiseError that is about the training loss.
const TrainLoss = "train_loss"

func (e *RiseError) Error() string {
	return fmt.Sprintf("the %s ended at %.4g, and the training loss began at %.4g", strings.ReplaceAll(e.Score, "_", " "), e.Ended, e.Began)
}

// The rule of a run that got worse, which is applied when a run ends without an
// error. The notation:
//
//	h₁    the training loss of the first mini-batch, before the first step
//	blank the loss of outputs that are all 0, on the first targets of the run:
//	      ln C for C classes. It is the scale of the loss where the run began
//	      with a model that was good already, whose h₁ is next to nothing
//	scale max(|h₁|, |blank|, leastScale)
//	h̄     the mean training loss of the last steps: of the last half of the run,
//	      at most recentSteps, but as many as see recentExamples examples
//	h∞    the loss of the last mini-batch with the parameters at the end
//
// A loss is far above the beginning if it exceeds h₁ by more than 9 scales: it
// is ten times what it was, where it was the scale. The run has diverged if two
// of three are far above: h∞, h̄ (h∞ taken in), and the greatest loss of the
// evaluations at the end. One alone has other reasons: an evaluation, that the
// model fits the training data alone; h̄, that the run came down again; h∞, one
// hard mini-batch. Nor has a run diverged whose evaluations all end below h₁ or
// blank: averaged parameters can be good where the last ones are not.
//
// It has diverged as well if an evaluation ended above 5·max(h₁, blank) while the
// mean training loss since the evaluation before, of many steps, is clearly above
// max(h₁, blank), too: both are over many examples, and no chance.
//
// A run that has not diverged has a rise of h̄, or of an evaluation's loss,
// where it ends above the beginning by more than noise. Noise of h₁ is two
// standard deviations of the last steps' losses, but at least a twentieth of
// what began, and at most the scale. A mean over many steps, or an evaluation, has
// a rise where it is clearly above: by a tenth of the scale.
const (
	farAbove       = 9
	leastScale     = 0x1p-23 // the rounding of float32: what is less is 0 to it
	recentSteps    = 8
	recentExamples = 64
	fewSteps       = 4  // fewer have no standard deviation to speak of
	manySteps      = 20 // have a mean without noise to speak of
	clearly        = 0.1
	several        = 5
)

// far tells a loss far above the beginning; NaN is.
func far(loss, began, scale float64) bool { return !(loss-began <= farAbove*scale) }

// trend is what a run keeps for the rule. Nothing is allocated after the first
// steps.
type trend struct {
	model   *Model
	start   graph.Direction // the parameters at the beginning
	last    graph.Objective
	first   float64
	steps   int
	recent  []float64 // a ring of losses, the one of step t at t mod its length
	targets *tensor.Dense
	rows    int           // of targets that are filled
	batch   *tensor.Dense // room for the targets of a mini-batch; nil once targets are filled
	scored  []evaluated
}

// evaluated is the loss of the last evaluation under a key.
type evaluated struct {
	key  string
	loss float64
}

// step takes the mini-batch of a step in: targets y, which may be those of a part, the number
// of examples, and the loss before the step.
func (t *trend) step(obj graph.Objective, y *tensor.Dense, examples int, loss float64) {
	if t.steps == 0 {
		t.first = loss
		examples = max(examples, 1)
		t.recent = make([]float64, max(recentSteps, (recentExamples+examples-1)/examples))
	}
	t.last = obj
	t.recent[t.steps%len(t.recent)] = loss
	t.steps++
	if t.targets == nil || t.rows < recentExamples {
		t.collect(y)
	}
}

// collect copies the first targets of the run.
func (t *trend) collect(y *tensor.Dense) {
	n := y.Shape()[0]
	width := y.DataSize() / max(n, 1)
	if t.targets == nil {
		t.targets = graph.NewDense(t.model.cfg.DType, append([]int{recentExamples}, y.Shape()[1:]...)...)
	}
	if t.batch == nil || !t.batch.Shape().Eq(y.Shape()) {
		t.batch = graph.NewDense(t.model.cfg.DType, y.Shape()...)
	}
	all := t.batch
	n = min(n, recentExamples-t.rows)
	if graph.CopyInto(all, y) != nil || t.targets.DataSize() != recentExamples*width {
		return // targets of another shape: not what the model takes
	}
	from, to := t.rows*width, (t.rows+n)*width
	if all.Dtype() == graph.Float32 {
		copy(t.targets.Float32s()[from:to], all.Float32s())
	} else {
		copy(t.targets.Float64s()[from:to], all.Float64s())
	}
	if t.rows += n; t.rows == recentExamples {
		t.batch = nil
	}
}

// evaluation takes the loss of an evaluation in.
func (t *trend) evaluation(key string, loss float64) {
	i := slices.IndexFunc(t.scored, func(e evaluated) bool { return e.key == key })
	if i < 0 {
		t.scored = append(t.scored, evaluated{key, loss})
		return
	}
	t.scored[i].loss = loss
}

// judge applies the rule. interval is the mean training loss of the steps since
// the evaluation before the last.
func (t *trend) judge(interval float64, steps int) (rises []*RiseError, diverged error) {
	if t.steps == 0 {
		return nil, nil
	}
	if _, ok := losses.AsMoreTargets(t.model.loss); ok {
		return nil, nil // weights of either sign, other ones in each mini-batch: no loss is comparable with another
	}
	recent := t.lastLosses()
	mean := meanOf(recent)
	highest := math.Inf(-1)
	for _, e := range t.scored {
		highest = max(highest, e.loss)
	}
	if steps < manySteps {
		interval = math.NaN()
	}
	if !(mean > t.first) && !(highest > t.first) && !(interval > t.first) {
		return nil, nil
	}
	blank := t.model.blankLoss(t.targets, t.rows)
	base := max(t.first, blank)
	scale := max(math.Abs(t.first), math.Abs(blank), leastScale)
	if far(mean, t.first, scale) || far(highest, t.first, scale) {
		if err := t.diverged(recent, highest, base, scale); err != nil {
			return nil, err
		}
	}
	high := interval > base+clearly*scale
	if high && highest > several*base {
		return nil, &RiseError{Score: TrainLoss, Began: t.first, Ended: interval}
	}
	noise := scale
	if len(recent) >= fewSteps {
		noise = min(scale, max(2*deviationOf(recent, mean), math.Abs(t.first)/20, leastScale))
	}
	switch {
	case mean > t.first+noise:
		rises = append(rises, &RiseError{Score: TrainLoss, Began: t.first, Ended: mean})
	case high:
		rises = append(rises, &RiseError{Score: TrainLoss, Began: t.first, Ended: interval})
	}
	for _, e := range t.scored {
		if e.loss > base+clearly*scale {
			rises = append(rises, &RiseError{Score: e.key, Began: t.first, Ended: e.loss})
		}
	}
	return rises, nil
}

// diverged looks at the loss with the parameters at the end.
func (t *trend) diverged(recent []float64, highest, base, scale float64) error {
	if t.last == nil {
		return nil // a restored run that has taken no step here
	}
	now, err := t.last.Loss()
	if err != nil {
		return nil // the run itself went well
	}
	if err := graph.CheckFinite(now); err != nil {
		return err
	}
	mean := meanOf(append(recent, now))
	count := 0
	for _, loss := range [...]float64{now, mean, highest} {
		if far(loss, t.first, scale) {
			count++
		}
	}
	saved := len(t.scored) > 0 && highest <= base
	if count < 2 || saved {
		return nil
	}
	return &RiseError{Score: TrainLoss, Began: t.first, Ended: mean}
}

// lastLosses are those of the last half of the run, as far as they are kept.
func (t *trend) lastLosses() []float64 {
	n := min(len(t.recent), t.steps/2)
	losses := make([]float64, n, n+1)
	for i := range losses {
		losses[i] = t.recent[(t.steps-n+i)%len(t.recent)]
	}
	return losses
}

// meanOf is NaN for none.
func meanOf(v []float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += x
	}
	return sum / float64(len(v))
}

func deviationOf(v []float64, mean float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += (x - mean) * (x - mean)
	}
	return math.Sqrt(sum / float64(len(v)-1))
}
