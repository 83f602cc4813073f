package race

import (
	"context"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/trainer"
)

// Point is what was measured of one contender at one time.
type Point struct {
	Step     int     `json:"step"`
	Seconds  float64 `json:"seconds"`  // of training steps, without evaluations
	Loss     float64 `json:"loss"`     // mean training loss of the steps since the last point
	Accuracy float64 `json:"accuracy"` // of the test digits
}

// evaluateEvery is the number of steps from one point to the next.
const evaluateEvery = 5

// contender is one optimizer with its network.
type contender struct {
	name      string
	run       *trainer.Run
	predictor *trainer.Predictor
	points    []Point
	told      int // of the points
	steps     int
	problem   string // why it has stopped; empty: it has not
}

// endless is more steps than a race has time for: it is the seconds that end it.
const endless = 10_000_000

func newContender(name string, d *Data, s Settings, optimizer trainer.Optimizer) (*contender, error) {
	model, err := s.model(d)
	if err != nil {
		return nil, err
	}
	train, err := s.batches(d)
	if err != nil {
		return nil, err
	}
	test, err := datasets.NewLoader(d.set, d.set.Test, datasets.LoaderOptions{BatchSize: testBatch, KeepLast: true})
	if err != nil {
		return nil, err
	}
	fit := &trainer.Trainer{
		Model: model, Optimizer: optimizer, MaxSteps: endless, EvalEvery: evaluateEvery,
		Evaluations: []trainer.Evaluation{{Prefix: "test_", Source: test}}, Metrics: []trainer.Metric{trainer.Accuracy()},
	}
	c := &contender{name: name}
	if c.run, err = fit.Begin(train); err != nil {
		return nil, err
	}
	if c.predictor, err = trainer.NewPredictor(model, trainer.Preparation{Inputs: d.set.Scaling}); err != nil {
		return nil, err
	}
	scores, err := model.Evaluate(context.Background(), test, trainer.Accuracy())
	if err != nil {
		return nil, err
	}
	c.points = []Point{{Accuracy: scores["accuracy"]}} // its loss is that of the first step, which is measured before it
	return c, nil
}

// seconds of training so far.
func (c *contender) seconds() float64 { return c.run.Result().TrainSeconds }

// step takes one step. An error that is not ctx's is this contender's end, not the race's.
func (c *contender) step(ctx context.Context) error {
	for event, err := range c.run.Steps(ctx) {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			c.problem = err.Error()
			return nil
		}
		c.steps = event.Step
		if event.Step == 1 {
			c.points[0].Loss = event.Loss
		}
		if r := event.Record; r != nil {
			c.points = append(c.points, Point{Step: r.Step, Seconds: r.TrainSeconds, Loss: r.TrainLoss, Accuracy: r.Scores["test_accuracy"]})
		}
		break // a loop that is left pauses the run
	}
	return nil
}
