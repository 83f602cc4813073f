package results

import (
	"encoding/json"
	"fmt"
	"math"
)

// How a run ended.
const (
	Done     = "done"     // after its steps
	Reached  = "target"   // at its target
	Cut      = "cut"      // at a limit from outside, as a search sets it
	Stalled  = "patience" // since its validation score improved no more
	Diverged = "diverged" // with a loss that is NaN or infinite, or far above its beginning

	Interrupted = "interrupted" // by a signal; such a run is printed, and not kept
)

// Run is one training run: the object that cmd/train -json prints.
type Run struct {
	Version   int
	Label     string // of the setting, in a comparison
	Optimizer string
	Model     string
	Dataset   string
	Seed      uint64
	Workers   int // of each process
	Processes int // that trained it together; 0: one by itself
	DType     string
	BatchSize int
	Params    int
	Steps     int
	Epochs    int // completed
	PerEpoch  int // steps of an epoch

	TrainSeconds   Number // of training steps only
	StepsPerSecond Number
	TrainLoss      Number
	Scores         Fields[Number] // of the last evaluation
	Best           Fields[any]    // the evaluation with the best validation score: metric, step, epoch, scores; nil: no such part
	Targets        []Standardized // what a regression's standardised targets are in the units of the data; nil: none
	Target         *Target        // nil: none was set
	Metrics        Fields[Number] // of a look at the test part beyond the scores; nil: none was taken
	Ending         string
	Warnings       []string // reasons to doubt the result
	History        []Record
	Config         Fields[any] // all that was in force, by flag with _ for -
	DataDigest     string      // of the data as they were trained on; empty: not taken
	Command        string      // that repeats the run
	Environment    *Environment
}

// Standardized is one value of the targets as the training data have it: a model predicts (value − Mean)/Deviation.
type Standardized struct {
	Name      string `json:"name,omitempty"` // in the table's header
	Mean      Number `json:"mean"`
	Deviation Number `json:"deviation"`
}

// Target is a score to be reached.
type Target struct {
	Metric  string  `json:"metric"`
	Value   float64 `json:"value"`
	Reached bool    `json:"reached"`
	Step    *int    `json:"step"`
	Seconds *Number `json:"seconds"`
}

// Record is what was known after one evaluation.
type Record struct {
	Step         int
	Epoch        int
	TrainLoss    Number
	Scores       Fields[Number]
	TrainSeconds Number
	Phases       Fields[Number] // seconds since the record before, by part of a step
	KFAC         *Diagnostics   // nil: another optimizer
}

// TrainLoss is read like a score.
const TrainLoss = "train_loss"

// Score is the last score of a name, or NaN.
func (r *Run) Score(name string) float64 { return scoreOf(name, r.TrainLoss, r.Scores) }

// Score is a score by name, or NaN.
func (r *Record) Score(name string) float64 { return scoreOf(name, r.TrainLoss, r.Scores) }

func scoreOf(name string, trainLoss Number, scores Fields[Number]) float64 {
	if name == TrainLoss {
		return float64(trainLoss)
	}
	if v, ok := scores.Get(name); ok {
		return float64(v)
	}
	return math.NaN()
}

// member is a JSON name with what it is read into and written from.
type member struct {
	name     string
	value    any
	optional bool // left out while it is empty
}

// members lists the fields before and after the scores.
func (r *Run) members() (head, tail []member) {
	head = []member{
		{"version", &r.Version, false}, {"label", &r.Label, r.Label == ""}, {"optimizer", &r.Optimizer, false},
		{"model", &r.Model, false}, {"dataset", &r.Dataset, false}, {"seed", &r.Seed, false}, {"workers", &r.Workers, false},
		{"processes", &r.Processes, r.Processes == 0},
		{"dtype", &r.DType, false}, {"batch_size", &r.BatchSize, false}, {"params", &r.Params, false},
		{"steps", &r.Steps, false}, {"epochs", &r.Epochs, false}, {"steps_per_epoch", &r.PerEpoch, false},
		{"train_seconds", &r.TrainSeconds, false},
		{"steps_per_second", &r.StepsPerSecond, false}, {"train_loss", &r.TrainLoss, false},
	}
	tail = []member{
		{"best", &r.Best, r.Best == nil}, {"targets", &r.Targets, r.Targets == nil}, {"metrics", &r.Metrics, r.Metrics == nil}, {"target", &r.Target, r.Target == nil},
		{"ending", &r.Ending, false}, {"warnings", &r.Warnings, len(r.Warnings) == 0}, {"history", &r.History, false},
		{"config", &r.Config, false}, {"data_digest", &r.DataDigest, r.DataDigest == ""},
		{"command", &r.Command, r.Command == ""}, {"environment", &r.Environment, r.Environment == nil},
	}
	return head, tail
}

// MarshalJSON writes the scores among the other fields.
func (r *Run) MarshalJSON() ([]byte, error) { return encode(r.members, r.Scores) }

// UnmarshalJSON takes fields with names of their own for scores.
func (r *Run) UnmarshalJSON(text []byte) error {
	*r = Run{}
	return decode(text, r.members, &r.Scores)
}

func (r *Record) members() (head, tail []member) {
	head = []member{{"step", &r.Step, false}, {"epoch", &r.Epoch, false}, {"train_loss", &r.TrainLoss, false}}
	tail = []member{
		{"train_seconds", &r.TrainSeconds, false}, {"phase_seconds", &r.Phases, r.Phases == nil}, {"kfac", &r.KFAC, r.KFAC == nil},
	}
	return head, tail
}

// MarshalJSON writes the scores among the other fields.
func (r Record) MarshalJSON() ([]byte, error) { return encode(r.members, r.Scores) }

// UnmarshalJSON takes fields with names of their own for scores.
func (r *Record) UnmarshalJSON(text []byte) error {
	*r = Record{}
	return decode(text, r.members, &r.Scores)
}

func encode(members func() (head, tail []member), scores Fields[Number]) ([]byte, error) {
	var all Fields[any]
	add := func(list []member) {
		for _, m := range list {
			if !m.optional {
				all = append(all, Field[any]{m.name, m.value})
			}
		}
	}
	head, tail := members()
	add(head)
	for _, s := range scores {
		all = append(all, Field[any]{s.Name, s.Value})
	}
	add(tail)
	return all.MarshalJSON()
}

func decode(text []byte, members func() (head, tail []member), scores *Fields[Number]) error {
	var all Fields[json.RawMessage]
	if err := all.UnmarshalJSON(text); err != nil {
		return err
	}
	known := map[string]any{}
	head, tail := members()
	for _, m := range append(head, tail...) {
		known[m.name] = m.value
	}
	for _, field := range all {
		to, ok := known[field.Name]
		if !ok {
			var v Number
			if err := v.UnmarshalJSON(field.Value); err != nil {
				continue // of a later version
			}
			*scores = append(*scores, Field[Number]{field.Name, v})
			continue
		}
		if err := json.Unmarshal(field.Value, to); err != nil {
			return fmt.Errorf("%s: %w", field.Name, err)
		}
	}
	return nil
}
