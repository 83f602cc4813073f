package main

import (
	"flag"
	"io"
	"strings"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
)

// flagTable is the flag set with what -h needs to know about it.
type flagTable struct {
	set    *flag.FlagSet
	groups []flagGroup
}

type flagGroup struct {
	title string
	flags []flagDoc
}

type flagDoc struct{ name, argument, text string }

// group begins a section of the help.
func (t *flagTable) group(title string) { t.groups = append(t.groups, flagGroup{title: title}) }

// add defines a flag that takes an argument.
func (t *flagTable) add(v flag.Value, name, argument, text string) {
	t.set.Var(v, name, "")
	t.describe(name, argument, text)
}

// toggle defines a flag that takes none.
func (t *flagTable) toggle(p *bool, name, text string) {
	t.set.BoolVar(p, name, *p, "")
	t.describe(name, "", text)
}

func (t *flagTable) word(p *string, name, argument, text string) {
	t.set.StringVar(p, name, *p, "")
	t.describe(name, argument, text)
}

func (t *flagTable) describe(name, argument, text string) {
	last := &t.groups[len(t.groups)-1]
	last.flags = append(last.flags, flagDoc{name, argument, text})
}

func (t *flagTable) names() []string {
	var names []string
	t.set.VisitAll(func(f *flag.Flag) { names = append(names, f.Name) })
	return names
}

// newFlagTable defines the flags, which write to s, and sets the defaults of s
// that depend on nothing.
func newFlagTable(s *settings) *flagTable {
	*s = settings{opt: "kfac", model: "mlp", dataset: "auto", download: true, seed: 1, dtype: "float32", progress: "auto"}
	t := &flagTable{set: flag.NewFlagSet("train", flag.ContinueOnError)}
	t.set.SetOutput(io.Discard)
	t.set.Usage = func() {}
	t.modelFlags(s)
	t.trainingFlags(s)
	t.kfacFlags(&s.kfac)
	t.studyFlags(s)
	t.outputFlags(s)
	return t
}

// oneOf lists what an argument can be, as the help writes it.
func oneOf(entries []entry) string { return strings.Join(namesOf(entries), "|") }

func (t *flagTable) modelFlags(s *settings) {
	t.group("Model and data")
	t.add(choice[string]{&s.opt, optimizers()}, "opt", oneOf(optimizers()), "optimizer (default kfac)")
	t.add(choice[string]{&s.model, models()}, "model", oneOf(models()), "network (default mlp)")
	t.add(sizes{&s.hidden}, "hidden", "512,512", "hidden layers (autoencoder: the encoder's and the code)")
	t.add(choice[string]{&s.act, activations()}, "act", oneOf(activations()), "activation (mlp: relu, else tanh)")
	t.add(choice[string]{&s.init, initialisers()}, "init", oneOf(initialisers()), "initial weights (relu: he, or torch for an mlp of up to 3 hidden layers; else lecun)")
	t.add(number{p: &s.dropout, below: 1}, "dropout", "RATE", "of the mlp's hidden units, in training")
	t.word(&s.dataset, "dataset", oneOf(datasetNames())+"|PATH", "data to train on (default auto)")
	t.word(&s.dataDir, "data-dir", "DIR", "where MNIST is kept (default: in the user's cache)")
	t.toggle(&s.download, "download", "download missing files there (default true)")
	t.word(&s.columns.Label, "label-column", "NAME|N", "of a .csv: the classes (default: the column called "+
		"label, class, target, y or species, else the only one of text, else the first or the last that looks like it)")
	t.add(columns{&s.columns.Targets}, "target-columns", "NAME|N,…", "of a .csv, -model regression: the values to predict (default: the column of such a name, else the first)")
	t.add(number{p: &s.validation, below: 1}, "validation", "PART", "of the training data is held back: -target, -patience and what is best are measured on it")
	t.add(choice[string]{&s.dtype, dtypes()}, "dtype", oneOf(dtypes()), "arithmetic (default float32)")
	t.add(seed{&s.seed}, "seed", "N", "of weights, batches, dropout and sampled targets (default 1)")
	t.add(count{&s.workers, 0, 1024}, "workers", "N", "processors to use (default all)")
}

func (t *flagTable) trainingFlags(s *settings) {
	t.group("Training (0 or empty = the default; -list has the table; none = off)")
	t.add(count{&s.epochs, 0, manySteps}, "epochs", "N", "passes over the training data")
	t.add(count{&s.maxSteps, 0, manySteps}, "max-steps", "N", "steps, instead of -epochs or at most")
	t.add(count{&s.batch, 0, manySteps}, "batch-size", "N", "examples in a step")
	t.add(number{p: &s.lr, least: leastNumber, most: mostNumber}, "lr", "RATE", "learning rate; -kfac-mode adaptive: factor on the step found")
	t.add(number{p: &s.momentum, below: 1, word: "none"}, "momentum", "RATE", "of sgd and -kfac-mode fixed; or none")
	t.add(number{p: &s.weightDecay, most: mostNumber, word: "none"}, "weight-decay", "RATE", "decoupled from the gradient, times the learning rate; or none")
	t.add(number{p: &s.l2, most: mostNumber, word: "none"}, "l2", "ETA", "adds ETA/2·‖θ‖² to the loss (train_loss, not test_loss); or none")
	t.add(choice[string]{&s.schedule, schedules()}, "schedule", oneOf(schedules()), "of the learning rate")
	t.add(count{&s.warmup, 0, manySteps}, "warmup-steps", "N", "steps in which the learning rate rises from 0")
	t.add(number{p: &s.clip, least: leastNumber, most: mostNumber, word: "none"}, "clip-grad", "NORM", "largest norm of the gradient (not in mode adaptive); or none")
	t.add(goals{s}, "target", "METRIC=VALUE", "stop when reached, as in test_accuracy=0.98; several values, separated by commas, in -compare and -tune")
	t.add(count{&s.patience, 1, manySteps}, "patience", "N", "stop when the validation score has not improved for N evaluations")
	t.add(count{&s.evalEvery, 0, manySteps}, "eval-every", "N", "evaluate every N steps as well as after each epoch")
	t.toggle(&s.dryRun, "dry-run", "one step and one evaluation, and out")
}

func (t *flagTable) kfacFlags(c *kfac.Config) {
	t.group("K-FAC (0 or empty = the default; -list has the table; none = off)")
	t.add(choice[kfac.Mode]{&c.Mode, kfacModes()}, "kfac-mode", oneOf(kfacModes()), "how a step's length is chosen (default "+string(defaultMode)+")")
	t.add(choice[kfac.Structure]{&c.Structure, structures()}, "kfac-structure", "NAME", "of the Fisher matrix: "+alternatives(namesOf(structures())))
	t.add(choice[graph.FisherEstimator]{&c.Estimator, estimators()}, "kfac-fisher", oneOf(estimators()), "targets that curvature is measured with")
	t.add(number{p: &c.Damping, least: leastNumber, most: mostDamping, word: "found"}, "kfac-damping", "LAMBDA", "Levenberg-Marquardt damping at the start; mode adaptive: or found")
	t.add(number{p: &c.MinDamping, least: leastNumber, most: mostDamping, word: "none"}, "kfac-min-damping", "LAMBDA", "its least value (mode fixed, with -kfac-damping: half of that); or none")
	t.add(count{&c.DampingUpdateSteps, -1, manySteps}, "kfac-damping-update-steps", "N", "adapt it every N steps; -1 = never")
	t.add(count{&c.GammaUpdateSteps, -1, manySteps}, "kfac-gamma-update-steps", "N",
		"mode adaptive: try more and less damping of the inverses every N steps; -1 = never")
	t.add(number{p: &c.KLClip, least: leastNumber, most: mostNumber, word: "none"}, "kfac-kl-clip", "KAPPA", "mode fixed: bound on a step's size in the Fisher norm; or none")
	t.add(number{p: &c.FactorDecay, below: 1, word: "none"}, "kfac-factor-decay", "RATE", "most weight that the old average of the factors keeps, per step; or none")
	t.add(count{&c.FactorUpdateSteps, 0, manySteps}, "kfac-factor-update-steps", "N", "update the factors every N steps")
	t.add(count{&c.InverseUpdateSteps, 0, manySteps}, "kfac-inv-update-steps", "N", "invert them every N steps")
	t.add(number{p: &c.FactorFraction, most: 1}, "kfac-factor-fraction", "PART", "of each batch that factors are measured on, up to 1")
	t.add(number{p: &c.ProductFraction, most: 1}, "kfac-product-fraction", "PART", "of each batch that exact Fisher products are taken on, up to 1")
	t.add(count{&c.ProductUpdateSteps, 0, manySteps}, "kfac-product-update-steps", "N", "mode adaptive: take them every N steps, and keep the step's length in between")
	t.add(number{p: &c.NoiseScale, most: mostNumber, word: "none"}, "kfac-noise-scale", "EXAMPLES",
		"mode adaptive: B of the part N/(N+B) that a step on N examples goes; or none = all the way")
	t.add(number{p: &c.Polyak, below: 1, word: "none"}, "kfac-polyak", "RATE",
		"evaluate a running average of the parameters, the old one weighing up to RATE; or none")
}

func (t *flagTable) studyFlags(s *settings) {
	t.group("Several runs")
	t.word(&s.compare, "compare", "kfac,adam,sgd", "train each on the same data and seeds; an entry may have flags of its own, and alternatives: "+
		"sgd:lr=0.1/0.2:momentum=0.95")
	t.word(&s.tune, "tune", "kfac,adam,sgd", "search settings of each, with the same number of trials; an entry may say what is "+
		"searched: adam:lr=1e-4..1e-2:schedule=linear/cosine")
	t.add(count{&s.seeds, 0, maxSeeds}, "seeds", "N", "runs of each entry or trial, from -seed on (-compare: 5 from seed 1; -tune: 1 from seed 101)")
	t.word(&s.tuned, "tuned", "FILE", "-compare: settings that -tune found (tune.json; several separated by commas)")
	t.add(count{&s.trials, 0, maxTrials}, "trials", "N", "-tune: settings tried for each entry (default 20; grid: all)")
	t.add(choice[string]{&s.search, searches()}, "search", oneOf(searches()), "-tune: how settings are chosen (default random)")
	t.toggle(&s.bySeconds, "by-seconds", "-tune: the best is the fastest, not the one with the fewest steps")
	t.word(&s.out, "out", "DIR", "-compare and -tune: where runs and report are kept, and looked for (default: a name made of the task)")
}

func (t *flagTable) outputFlags(s *settings) {
	t.group("Output")
	t.add(choice[string]{&s.progress, progressModes()}, "progress", oneOf(progressModes()), "on stderr (default auto: bar on a terminal, else plain)")
	t.toggle(&s.json, "json", "print the result as one JSON object")
	t.toggle(&s.list, "list", "print what can be chosen")
	t.toggle(&s.version, "version", "print the version")
	t.word(&s.cpuProfile, "cpuprofile", "FILE", "write a CPU profile")
	t.word(&s.memProfile, "memprofile", "FILE", "write a memory profile at the end")
}
