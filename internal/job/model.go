package job

import (
	"errors"
	"slices"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// Model is a row of the table of models. Another model is another row, in a file
// of its own.
type Model struct {
	Entry
	Task datasets.Task
	// Images says that an example has to be an image, H×W or H×W×C.
	Images bool
	// Fits refuses data that a new network has no place for; nil: all fit.
	Fits func(s *Spec, d *datasets.Dataset) error
	// Has tells a network of this kind from others for the same task, by one of its
	// layers: a model that is loaded is of the last row that has it. Nil: any has.
	Has func(l layers.Layer) bool
	// Dataset is what the data set auto means, if not MNIST or digits.
	Dataset string

	Hidden     []int
	Filters    []int // of each convolution
	Activation string
	Dropout    float64
	// Init is the name of the initial weights for an activation and a number of hidden
	// layers: those that keep the scale of activations.
	Init func(activation string, hidden int) string
	// Lacks are settings that it has no use for.
	Lacks []string

	Net  func(s *Spec, d *datasets.Dataset) layers.Layer
	Loss func(d *datasets.Dataset) losses.Loss
	// Maps are the affine maps of the network, from input to output: its memory is
	// estimated before it is there. Sizes are the network in a word, as in 784-512-10.
	Maps  func(s *Spec, d *datasets.Dataset) []Map
	Sizes func(s *Spec, d *datasets.Dataset) string

	// Standardizes says whether inputs are, of a data set of the user's own or a named
	// one. A model of values standardises the targets of the user's own.
	Standardizes func(d *datasets.Dataset, own bool) bool

	Metrics func() []trainer.Metric // of one run: they keep sums; nil: none
	// Scores are those without a validation part, in the order of the result. Main is
	// the one that a run is judged by, without the prefix of its part; OnTraining says
	// that it is measured on training examples as well, without a prefix, and counts
	// there.
	Scores     []string
	Main       string
	OnTraining bool
	// Pictures says that outputs are images like the inputs.
	Pictures bool

	// Batch and Epochs are for a large training set. Defaults and Spaces are, by the
	// optimizer's variant, where the variant's own are not good; MoreSpace is searched
	// with every optimizer.
	Batch, Epochs int
	Mode          kfac.Mode // of K-FAC; "": the default of all
	Defaults      map[string]Defaults
	Spaces        map[string]string
	MoreSpace     string
}

// classifier fills in what all rows of classifiers share.
func classifier(m Model) Model {
	m.Task = datasets.Classify
	m.Loss = func(*datasets.Dataset) losses.Loss { return losses.SoftmaxCrossEntropy{} }
	m.Standardizes = func(*datasets.Dataset, bool) bool { return true }
	m.Metrics, m.Scores, m.Main = func() []trainer.Metric { return []trainer.Metric{trainer.Accuracy()} }, []string{"test_loss", "test_accuracy"}, "accuracy"
	return m
}

// Models is the table: another row goes into tables.go. The slice is shared, and not
// to be written to.
func Models() []Model { return madeTables().models }

// model is the row that the spec asks for.
func (s *Spec) model() Model { return mustFind(Models(), s.Model) }

// widths are the settings that say how wide its layers are.
func (m Model) widths() []string {
	var list []string
	if len(m.Filters) > 0 {
		list = append(list, Word("filters"))
	}
	if !slices.Contains(m.Lacks, "hidden") {
		list = append(list, Word("hidden"))
	}
	return list
}

// Values says whether its targets are values, not classes.
func (m Model) Values() bool { return m.Task == datasets.Regress }

// NewModel builds the network of a resolved spec for d, with its loss.
func (s *Spec) NewModel(d *datasets.Dataset) (*trainer.Model, error) {
	m := s.model()
	cfg := trainer.ModelConfig{Input: d.Shape, DType: mustFind(DTypes(), s.DType).of, Seed: s.Seed, L2: s.L2}
	if s.Groups != "" {
		var err error
		if cfg.Groups, err = graph.ParseGroups(s.Groups); err != nil {
			return nil, Refuse("⟨groups⟩: %s", Plain(err))
		}
	}
	var model *trainer.Model
	var err error
	if s.Load != "" {
		var kept *Kept
		kept, err = LoadModel(s.Load, s.Model, func(c *trainer.ModelConfig) {
			cfg.Input = c.Input
			*c = cfg
		})
		if err == nil {
			model = kept.Model
		}
	} else {
		model, err = trainer.NewModel(m.Net(s, d), m.Loss(d), cfg)
	}
	if named := (*graph.GroupError)(nil); errors.As(err, &named) {
		return nil, Refuse("⟨groups⟩: %s", Plain(named))
	}
	return model, err
}

// Maps are the affine maps of the network, from input to output.
func (s *Spec) Maps(d *datasets.Dataset) []Map {
	if s.loaded != nil {
		return s.loaded.maps
	}
	return s.model().Maps(s, d)
}

// Sizes are the sizes of the network in a word, as in 784-512-10.
func (s *Spec) Sizes(d *datasets.Dataset) string {
	if s.loaded != nil {
		return sizesOfPlaces(s.loaded.shape, s.model().Images, s.loaded.maps)
	}
	return s.model().Sizes(s, d)
}

// perceptron has hidden layers with an activation, and a linear output.
func perceptron(s *Spec, outputs int) layers.Sequential {
	init := s.initializer()
	net := layers.Sequential{&layers.Flatten{}}
	for _, units := range s.Hidden {
		net = append(net, &layers.Dense{Units: units, Init: init}, s.activation())
		if s.Dropout > 0 {
			net = append(net, &layers.Dropout{Rate: s.Dropout})
		}
	}
	return append(net, &layers.Dense{Units: outputs, Init: init})
}

func perceptronMaps(s *Spec, d *datasets.Dataset, outputs int) []Map {
	return chain(append(append([]int{d.Features()}, s.Hidden...), outputs)...)
}

func (s *Spec) activation() layers.Layer { return mustFind(Activations(), s.Activation).layer() }

func (s *Spec) initializer() layers.Initializer {
	return mustFind(Initializers(), s.Init).of(s.Activation)
}

// small is for classifiers. One of few layers is trained faster from smaller weights, by
// every optimizer (docs/benchmarks.md), which a deep one would lose its signal to.
func small(activation string, hidden int) string {
	if activation == "relu" && hidden <= 3 {
		return "torch"
	}
	return scaled(activation, hidden)
}

// rectifies tells the activations that pass on about half of their inputs' variance.
func rectifies(activation string) bool {
	return slices.Contains([]string{"relu", "leaky-relu", "elu", "gelu", "silu"}, activation)
}

// scaled is the initialisation for deep networks and other activations than ReLU.
func scaled(activation string, _ int) string {
	if rectifies(activation) {
		return "he"
	}
	return "lecun"
}

// Pictures says whether outputs are images like the inputs.
func (s *Spec) Pictures() bool { return s.model().Pictures }

// metrics are those of one run.
func (m Model) metrics() []trainer.Metric {
	if m.Metrics == nil {
		return nil
	}
	return m.Metrics()
}
