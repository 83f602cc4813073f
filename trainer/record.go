package trainer

import "strconv"

// Record is what was known after one evaluation.
type Record struct {
	Step         int                // steps taken
	Epoch        int                // the epoch that Step belongs to, counted from 1
	TrainLoss    float64            // mean over the examples of the steps since the last record of h before the step
	Scores       map[string]float64 // by Evaluation.Prefix + metric
	TrainSeconds float64            // spent in batches and steps, not in evaluations or callbacks

	// HigherIsBetter says so of each score, as its metric does. It is the same
	// map in all records of a run.
	HigherIsBetter map[string]bool
}

// Result is what a run came to.
type Result struct {
	Steps        int
	Epochs       int // completed
	TrainSeconds float64
	History      []Record // one record per evaluation

	Rises   []*RiseError // losses that ended above the beginning, though not far
	Unmoved bool         // no parameter has changed since the beginning, to a millionth
}

// DivergedError reports a loss that is NaN or infinite, or one that ended far
// above the beginning.
type DivergedError struct {
	Step int // the step, counted from 1, whose loss it was
	Err  error
}

func (e *DivergedError) Error() string {
	return "diverged at step " + strconv.Itoa(e.Step) + ": " + e.Err.Error()
}

// Unwrap returns the cause, a *graph.NonFiniteError or a *RiseError.
func (e *DivergedError) Unwrap() error { return e.Err }
