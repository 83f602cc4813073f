package trainer

import (
	"errors"
	"fmt"
	"math"

	"github.com/gokfac/gokfac/scaling"
)

// ExampleError says which of several examples could not be predicted, counted from 0.
type ExampleError struct {
	Example int
	Err     error
}

func (e *ExampleError) Error() string {
	return fmt.Sprintf("trainer: example %d: %v", e.Example, e.Err)
}

// Unwrap returns what is wrong with the example.
func (e *ExampleError) Unwrap() error { return e.Err }

// Predict predicts one raw example, the model's input in row-major order. It fails if the example has another number of
// values, if one of them is not finite or too large for the model's numbers, or if an output is not finite. After the
// first call it allocates no more than the result.
func (r *Predictor) Predict(raw []float64) (Prediction, error) {
	means := make([]float64, r.outputs)
	if err := r.batch(means, rows{flat: raw, width: len(raw)}, 0, 1, 0); err != nil {
		if of := (*ExampleError)(nil); errors.As(err, &of) {
			err = fmt.Errorf("trainer: %w", of.Err) // there is only one
		}
		return Prediction{}, err
	}
	return r.prediction(means), nil
}

// PredictAll predicts raw examples, in order, as Predict does each of them, but in batches. The first example that it
// cannot predict is an [ExampleError], and ends it.
func (r *Predictor) PredictAll(raw [][]float64) ([]Prediction, error) {
	means := make([]float64, len(raw)*r.outputs)
	if err := r.all(means, rows{list: raw}, len(raw)); err != nil {
		return nil, err
	}
	predictions := make([]Prediction, len(raw))
	for i := range predictions {
		predictions[i] = r.prediction(means[i*r.outputs : (i+1)*r.outputs : (i+1)*r.outputs])
	}
	return predictions, nil
}

// Means predicts raw examples that lie one after the other, n×Features, and writes the mean of the predictive
// distribution to out, n×Outputs: what Prediction has as Probabilities or Values. It fails as PredictAll does, or if raw
// are not whole examples or out has another length; out then holds anything. It allocates nothing after the first calls.
func (r *Predictor) Means(out, raw []float64) error {
	n := len(raw) / r.features
	switch {
	case len(raw)%r.features != 0:
		return fmt.Errorf("trainer: %d values: want whole examples of %d values", len(raw), r.features)
	case len(out) != n*r.outputs:
		return fmt.Errorf("trainer: room for %d outputs: %d examples have %d each", len(out), n, r.outputs)
	}
	return r.all(out, rows{flat: raw, width: r.features}, n)
}

// rows are raw examples in either form.
type rows struct {
	list  [][]float64
	flat  []float64
	width int // of flat
}

func (x rows) at(i int) []float64 {
	if x.list != nil {
		return x.list[i]
	}
	return x.flat[i*x.width : (i+1)*x.width]
}

// all predicts n examples, batch after batch.
func (r *Predictor) all(out []float64, x rows, n int) error {
	for done := 0; done < n; {
		i, _ := r.graphs.nextBatch(n - done)
		count := min(batchSize(i), n-done)
		if err := r.batch(out[done*r.outputs:(done+count)*r.outputs], x, done, count, i); err != nil {
			return err
		}
		done += count
	}
	return nil
}

// batch predicts count examples from the first on with a graph of size number i.
func (r *Predictor) batch(out []float64, x rows, first, count, i int) error {
	g, err := r.graphs.get(i)
	if err != nil {
		return err
	}
	defer r.graphs.put(i, g)
	if err := r.scaleAll(g, x, first, count); err != nil {
		return err
	}
	if err := g.forward(); err != nil {
		return err
	}
	g.means(out)
	scaling.InvertRows(r.prepared.Targets, out, out)
	for j, v := range out {
		if v-v != 0 {
			return &ExampleError{first + j/r.outputs, fmt.Errorf(
				"output %d of the model is %v: its weights are not finite, or the example is far from those that it was trained on", j%r.outputs, v)}
		}
	}
	return nil
}

// scalePieces is how many pieces examples are scaled in, on all processors, from
// scaleTogether values on: what the network's products take of a large batch is less than
// ten times what reading its float64 values takes.
const (
	scalePieces   = 8
	scaleTogether = 1 << 16
)

// scalingJob is examples to be scaled, piece by piece.
type scalingJob struct {
	r            *Predictor
	scaled       []float32
	x            rows
	first, count int
	errs         *[scalePieces]error
}

// scaleAll scales count examples from the first on. The error is the first example's.
func (r *Predictor) scaleAll(g *inference, x rows, first, count int) error {
	if count*r.features < scaleTogether {
		return r.scaleSome(g.scaled, x, first, 0, count)
	}
	g.errs = [scalePieces]error{}
	r.scalers.Run(scalePieces, scalingJob{r, g.scaled, x, first, count, &g.errs}, func(j *scalingJob, piece int) {
		j.errs[piece] = j.r.scaleSome(j.scaled, j.x, j.first, piece*j.count/scalePieces, (piece+1)*j.count/scalePieces)
	})
	for _, err := range g.errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// scaleSome scales the examples from up to but not including to, counted from first.
func (r *Predictor) scaleSome(scaled []float32, x rows, first, from, to int) error {
	for e := from; e < to; e++ {
		if err := r.scale(scaled[e*r.features:(e+1)*r.features], x.at(first+e)); err != nil {
			return &ExampleError{first + e, err}
		}
	}
	return nil
}

// scale writes an example's scaled values.
func (r *Predictor) scale(scaled []float32, raw []float64) error {
	if len(raw) != r.features {
		return fmt.Errorf("%d values: the model takes %d", len(raw), r.features)
	}
	scaling.PreparedRows(r.inputs, scaled, raw)
	if r.prepared.Inputs.Bound == 0 && finite(scaled) {
		return nil
	}
	for j, v := range raw { // a bound hides infinities
		if v-v != 0 {
			return fmt.Errorf("%s is %v: want a finite number", r.feature(j), v)
		}
		if s := float64(scaled[j]); math.IsInf(s, 0) || math.IsNaN(s) {
			return fmt.Errorf("%s is %v: too large for the model's numbers", r.feature(j), v)
		}
	}
	return nil
}

// feature is what a column is called in an error.
func (r *Predictor) feature(j int) string {
	if r.prepared.Features != nil {
		return fmt.Sprintf("value %d (%s)", j, r.prepared.Features[j])
	}
	return fmt.Sprintf("value %d", j)
}

// prediction is what the means of one example say.
func (r *Predictor) prediction(means []float64) Prediction {
	if r.names == nil {
		return Prediction{Class: -1, Values: means}
	}
	best := likeliest(means)
	return Prediction{Class: best, Name: r.names[best], Probabilities: means}
}
