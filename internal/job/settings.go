package job

import (
	"fmt"
	"strings"
)

func modelSettings() []Setting {
	return inGroup(ModelGroup, true, []Setting{
		{Name: "model", Argument: oneOf(Models()), Text: "network (default mlp)",
			Value: func(s *Spec) Value { return choice[string]{&s.Model, Entries(Models())} }, Force: func(s *Spec) any { return s.Model }},
		{Name: "hidden", Argument: "512,512", Text: "hidden layers (autoencoder: the encoder's and the code)",
			Value: func(s *Spec) Value { return sizes{p: &s.Hidden, of: "layer size", example: "512,512"} }, Force: func(s *Spec) any { return s.Hidden }},
		{Name: "filters", Argument: "32,64", Text: "of each 3×3 convolution (convnet: with a max-pool after every second and the last), or of each block (resnet)",
			Value: func(s *Spec) Value { return sizes{p: &s.Filters, of: "number of filters", example: "32,64"} }, Force: func(s *Spec) any { return s.Filters }},
		{Name: "act", Argument: oneOf(Activations()), Text: "activation (mlp, convnet, resnet: relu, else tanh)",
			Value: func(s *Spec) Value { return choice[string]{&s.Activation, Entries(Activations())} }, Force: func(s *Spec) any { return s.Activation }},
		{Name: "init", Argument: oneOf(Initializers()), Text: "initial weights (relu and its like: he, or torch for a relu mlp or convnet of up to 3 hidden layers; else lecun)",
			Value: func(s *Spec) Value { return choice[string]{&s.Init, Entries(Initializers())} }, Force: func(s *Spec) any { return s.Init }},
		{Name: "dropout", Argument: "RATE", Text: "of hidden units, in training (convnet: 0.25, else none); or none",
			Value: func(s *Spec) Value { return number{p: &s.Dropout, below: 1, word: "none"} }, Force: func(s *Spec) any { return orNone(s.Dropout) },
			Listed: func(s *Spec) bool { return s.Dropout > 0 || s.model().Dropout > 0 }},
		{Name: "load", Argument: "DIR|FILE", Text: "begin with the model that is kept there, with its scaling and classes, in place of a new one, or with the network of an .onnx file of another program; settings of training are not taken over (⟨config⟩ has those)",
			Value: func(s *Spec) Value { return word{&s.Load} }, Force: func(s *Spec) any { return s.Load },
			Listed: func(s *Spec) bool { return s.Load != "" }},
	})
}

func dataSettings() []Setting {
	return append(inGroup(DataGroup, true, []Setting{
		{Name: "dataset", Argument: oneOf(Datasets()) + "|PATH", Text: "data to train on (default auto)",
			Value: func(s *Spec) Value { return word{&s.Dataset} }, Force: func(s *Spec) any { return s.Dataset }},
		{Name: "data-dir", Argument: "DIR", Text: "where published data sets are kept (default: in the user's cache)",
			Value: func(s *Spec) Value { return word{&s.DataDir} }, Force: func(s *Spec) any { return s.DataDir }},
		{Name: "download", Text: "download missing files there (default true)",
			Value: func(s *Spec) Value { return toggle{&s.Download} }, Force: func(s *Spec) any { return s.Download }},
		{Name: "label-column", Argument: "NAME|N", Text: "of a .csv: the classes (default: the column called " +
			"label, class, target, y or species, else the only one of text, else the first or the last that looks like it)",
			Value: func(s *Spec) Value { return word{&s.Columns.Label} }, Force: func(s *Spec) any { return s.Columns.Label }},
		{Name: "target-columns", Argument: "NAME|N,…", Text: "of a .csv, ⟨model⟩ regression: the values to predict (default: the column of such a name, else the first)",
			Value: func(s *Spec) Value { return columnNames{&s.Columns.Targets} }, Force: func(s *Spec) any { return strings.Join(s.Columns.Targets, ",") }},
		{Name: "image-size", Argument: "ROWSxCOLUMNS", Text: "of a directory of images: cut all of them to this form around their middle, and scale them to it, as in 64x64 (default: they must be of one size)",
			Value: func(s *Spec) Value { return imageSize{&s.Columns.ImageSize} }, Force: func(s *Spec) any { return sizeText(s.Columns.ImageSize) },
			Listed: func(s *Spec) bool { return s.Columns.ImageSize != [2]int{} }},
		{Name: "validation", Argument: "PART", Text: "of the training data is held back: ⟨target⟩, ⟨patience⟩ and what is best are measured on it",
			Value: func(s *Spec) Value { return number{p: &s.Validation, below: 1} }, Force: func(s *Spec) any { return s.Validation }},
	}), augmentSetting())
}

func trainingSettings() []Setting {
	return inGroup(TrainingGroup, false, []Setting{
		{Name: "opt", Argument: oneOf(Optimizers()), Text: "optimizer (default kfac)",
			Value: func(s *Spec) Value { return choice[string]{&s.Optimizer, Entries(Optimizers())} }, Force: func(s *Spec) any { return s.Optimizer }},
		{Name: "epochs", Argument: "N", Text: "passes over the training data",
			Value: func(s *Spec) Value { return count{&s.Epochs, 0, manySteps} }, Force: func(s *Spec) any { return s.Epochs }},
		{Name: "max-steps", Argument: "N", Text: "steps, instead of ⟨epochs⟩ or at most",
			Value: func(s *Spec) Value { return count{&s.MaxSteps, 0, manySteps} }, Force: func(s *Spec) any { return s.MaxSteps }},
		{Name: "batch-size", Argument: "N", Text: "examples in a step",
			Value: func(s *Spec) Value { return count{&s.Batch, 0, manySteps} }, Force: func(s *Spec) any { return s.Batch }},
		{Name: "accumulate", Argument: "N", Text: "parts of a step's mini-batch that are worked on one after the other, for one larger than memory; it must divide ⟨batch-size⟩",
			Value: func(s *Spec) Value { return count{&s.Accumulate, 0, manySteps} }, Force: func(s *Spec) any { return s.Accumulate },
			Listed: func(s *Spec) bool { return s.Accumulate > 1 }},
		{Name: "lr", Argument: "RATE", Text: "learning rate; ⟨kfac-mode⟩ adaptive: factor on the step found",
			Value: func(s *Spec) Value { return number{p: &s.LearningRate, least: leastNumber, most: mostNumber} }, Force: func(s *Spec) any { return s.LearningRate }},
		{Name: "momentum", Argument: "RATE", Text: "of sgd, muon, shampoo and ⟨kfac-mode⟩ fixed; or none",
			Value: func(s *Spec) Value { return number{p: &s.Momentum, below: 1, word: "none"} }, Force: func(s *Spec) any { return orNone(s.Momentum) }},
		{Name: "schedule", Argument: oneOf(Schedules()), Text: "of the learning rate",
			Value: func(s *Spec) Value { return choice[string]{&s.Schedule, Entries(Schedules())} }, Force: func(s *Spec) any { return s.Schedule }},
		{Name: "warmup-steps", Argument: "N", Text: "steps in which the learning rate rises from 0",
			Value: func(s *Spec) Value { return count{&s.WarmUp, 0, manySteps} }, Force: func(s *Spec) any { return s.WarmUp }},
		{Name: "weight-decay", Argument: "RATE", Text: "decoupled from the gradient, times the learning rate; or none",
			Value: func(s *Spec) Value { return number{p: &s.WeightDecay, most: mostNumber, word: "none"} }, Force: func(s *Spec) any { return s.WeightDecay }},
		{Name: "l2", Argument: "ETA", Text: "adds ETA/2·‖θ‖² to the loss (train_loss, not test_loss); or none", Task: true,
			Value: func(s *Spec) Value { return number{p: &s.L2, most: mostNumber, word: "none"} }, Force: func(s *Spec) any { return s.L2 }},
		{Name: "clip-grad", Argument: "NORM", Text: "largest norm of the gradient (not in mode adaptive); or none",
			Value: func(s *Spec) Value {
				return number{p: &s.ClipNorm, least: leastNumber, most: mostNumber, word: "none"}
			}, Force: func(s *Spec) any { return s.ClipNorm }, Listed: always},
		{Name: "groups", Task: true, Argument: "GROUPS", Text: "parameters that are trained differently, by patterns of names, as in '*.bias:l2=none; dense1.*:frozen; dense3.*:rate=0.1,decay=2' (factors)",
			Value: func(s *Spec) Value { return groups{&s.Groups} }, Force: func(s *Spec) any { return s.Groups },
			Listed: func(s *Spec) bool { return s.Groups != "" }},
	})
}

func runSettings() []Setting {
	return inGroup(RunGroup, true, []Setting{
		{Name: "target", Argument: "METRIC=VALUE", Text: "stop when reached, as in test_accuracy=0.98; several values, separated by commas, in a comparison or a search",
			Value: func(s *Spec) Value { return goals{s} }, Force: func(s *Spec) any { return s.TargetText() }},
		{Name: "eval-every", Argument: "N", Text: "evaluate every N steps as well as after each epoch",
			Value: func(s *Spec) Value { return count{&s.EvalEvery, 0, manySteps} }, Force: func(s *Spec) any { return s.EvalEvery }},
		{Name: "patience", Argument: "N", Text: "stop when the validation score has not improved for N evaluations",
			Value: func(s *Spec) Value { return count{&s.Patience, 1, manySteps} }, Force: func(s *Spec) any { return s.Patience }},
		{Name: "seed", Each: true, Argument: "N", Text: "of weights, batches, dropout and sampled targets (default 1)",
			Value: func(s *Spec) Value { return seed{&s.Seed} }, Force: func(s *Spec) any { return s.Seed }},
		{Name: "workers", Argument: "N", Text: "processors to use (default all, or as many as a quota of processor time allows; of several processes on a machine: its share of them)",
			Value: func(s *Spec) Value { return count{&s.Workers, 0, 1024} }, Force: func(s *Spec) any { return s.Workers }},
		{Name: "dtype", Argument: oneOf(DTypes()), Text: "arithmetic (default float32)",
			Value: func(s *Spec) Value { return choice[string]{&s.DType, Entries(DTypes())} }, Force: func(s *Spec) any { return s.DType }},
		{Name: "dry-run", Text: "one step and one evaluation, and out",
			Value: func(s *Spec) Value { return toggle{&s.DryRun} }, Force: func(s *Spec) any { return s.DryRun }},
	})
}

// inGroup fills in what rows share.
func inGroup(g Group, task bool, rows []Setting) []Setting {
	for i := range rows {
		rows[i].Group = g
		rows[i].Task = (rows[i].Task || task) && !rows[i].Each
	}
	return rows
}

func always(*Spec) bool { return true }

// oneOf lists what a value can be, as the help writes it.
func oneOf[T Named](rows []T) string { return strings.Join(Names(rows), "|") }

// TargetText is the target as it was asked for.
func (s *Spec) TargetText() string {
	if s.Target == nil {
		return ""
	}
	return fmt.Sprintf("%s=%g", s.Target.Metric, s.Target.Value)
}

// orNone is a number in force that is only 0 where none was asked for: a
// configuration for people says so, since leaving the setting out would be the
// default.
type orNone float64

func (v orNone) String() string {
	if v == 0 {
		return "none"
	}
	return fmt.Sprint(float64(v))
}
