package job

import (
	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/distributed"
	"github.com/gokfac/gokfac/internal/results"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/trainer"
)

// Spec says what one run is to be. A zero stands for the default, and
// [trainer.None] for none where a number can be none; [Spec.Resolve] replaces both
// by what is in force. The table of settings ([Settings]) says what each field
// may be.
type Spec struct {
	Model      string
	Hidden     []int
	Filters    []int // of convolutions
	Activation string
	Init       string
	Dropout    float64

	Load string // directory or file of the model to begin with; empty: a new one

	Dataset    string
	DataDir    string
	Download   bool
	Columns    datasets.ReadOptions // of one's own data; its Task is the model's
	Validation float64              // part of the training data; 0: none

	Augmentation datasets.Augmentation // of the training examples

	Optimizer    string
	Epochs       int // 0 once resolved: as many as MaxSteps takes
	MaxSteps     int
	Batch        int
	Accumulate   int // parts of a mini-batch; 0 and 1: it is one
	LearningRate float64
	Momentum     float64
	Schedule     string
	WarmUp       int // steps
	WeightDecay  float64
	L2           float64
	ClipNorm     float64
	Groups       string // of parameters, as graph.ParseGroups reads them
	KFAC         kfac.Config
	Muon         trainer.MuonConfig // these three without what fields above have
	Shampoo      trainer.ShampooConfig
	SOAP         trainer.SOAPConfig

	Target    *trainer.Target // nil: none
	Goals     []results.Goal  // what the target names, the hardest last
	EvalEvery int
	Patience  int // evaluations; 0: endless
	Seed      uint64
	Workers   int
	DType     string
	DryRun    bool

	Asked   Choices // what was asked for, in order
	Label   string  // of the run among others
	Command string  // that repeats this run

	Group distributed.Group // of the processes that make the run together; nil: this process makes it by itself

	// Moved says that the run goes on on another number of processes than it was made on:
	// then the workers of each may be others, too.
	Moved bool

	loaded *loaded // what Load has; nil before Check
}

// NewSpec is what is asked for where nothing is said.
func NewSpec() *Spec {
	return &Spec{Optimizer: "kfac", Model: "mlp", Dataset: "auto", Download: true, Seed: 1, DType: "float32"}
}

// Given reports whether a setting was asked for, be it by its default.
func (s *Spec) Given(name string) bool { return s.Asked.Has(name) }

// total is the number of steps in the run, but for a dry run's one.
func (s *Spec) total(perEpoch int) int {
	steps := s.Epochs * perEpoch
	if steps == 0 || s.MaxSteps > 0 && s.MaxSteps < steps {
		return s.MaxSteps
	}
	return steps
}
