package main

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"text/tabwriter"

	"github.com/gokfac/gokfac/internal/isa"
)

// entry is one thing that can be chosen.
type entry struct{ name, what string }

func optimizers() []entry {
	return []entry{
		{"kfac", "natural gradient with Kronecker-factored curvature (Martens & Grosse 2015)"},
		{"adam", "Adam; with -weight-decay, AdamW"},
		{"sgd", "stochastic gradient descent with momentum"},
	}
}

func models() []entry {
	return []entry{
		{"mlp", "classifier: in-512-512-classes, ReLU, softmax cross-entropy, standardised inputs"},
		{"autoencoder", "784-1000-500-250-30 and back, tanh, linear code layer, Bernoulli cross-entropy"},
	}
}

func datasetNames() []entry {
	return []entry{
		{"auto", "MNIST if its files are there or can be downloaded, else digits"},
		{"mnist", "handwritten digits: 60000 training and 10000 test images of 28×28"},
		{"fashion-mnist", "clothes, in the same sizes"},
		{"digits", "built in: digits rendered from fonts, 28×28, no download"},
	}
}

func activations() []entry {
	return []entry{{"relu", "max(x, 0)"}, {"tanh", "hyperbolic tangent"}, {"sigmoid", "1/(1+exp(-x))"}}
}

func initialisers() []entry {
	return []entry{
		{"he", "normal, variance 2/in: for relu"},
		{"glorot", "uniform, variance 2/(in+out)"},
		{"lecun", "normal, variance 1/in: for tanh and sigmoid"},
		{"sparse", "15 inputs per unit from N(0, 1) (Martens 2010)"},
		{"orthogonal", "orthonormal rows or columns, times √2 for relu"},
	}
}

func schedules() []entry {
	return []entry{
		{"constant", "the learning rate stays"},
		{"linear", "falls to 0 along a line"},
		{"cosine", "falls to 0 along half a cosine wave"},
		{"exponential", "falls to a hundredth, by the same factor each step"},
		{"step", "a tenth after each third of the run"},
	}
}

func estimators() []entry {
	return []entry{
		{"mc", "one target per example, drawn from the model: unbiased"},
		{"exact", "the whole Fisher, at one backward pass per output unit"},
		{"empirical", "the data's own targets: cheap, and not the Fisher"},
	}
}

func progressModes() []entry {
	return []entry{
		{"auto", "bar on a terminal, else plain"},
		{"bar", "a progress bar, and a line for each evaluation"},
		{"plain", "a line for each evaluation"},
		{"none", "the data set, and errors"},
	}
}

func dtypes() []entry { return []entry{{"float32", ""}, {"float64", ""}} }

func namesOf(entries []entry) []string {
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.name
	}
	return names
}

func printList(w io.Writer) error {
	own := entry{"PATH", "one's own: a directory of four idx files, an .npz as Keras's mnist.npz, a .csv (label first)"}
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for i, section := range []struct {
		title   string
		entries []entry
	}{
		{"Optimizers (-opt)", optimizers()},
		{"Models (-model)", models()},
		{"Data sets (-dataset)", append(datasetNames(), own)},
		{"Activations (-act)", activations()},
		{"Initial weights (-init)", initialisers()},
		{"Learning-rate schedules (-schedule)", schedules()},
		{"Fisher estimators (-kfac-fisher)", estimators()},
	} {
		if i > 0 {
			fmt.Fprintln(tab)
		}
		fmt.Fprintln(tab, section.title)
		for _, e := range section.entries {
			fmt.Fprintf(tab, "  %s\t%s\n", e.name, e.what)
		}
	}
	printDefaults(tab)
	return tab.Flush()
}

func printDefaults(tab *tabwriter.Writer) {
	fmt.Fprintln(tab, "\nDefaults\n  \tbatch-size\tepochs\tlr\tschedule\tmomentum\tkfac-damping\tkfac-min-damping\tkfac-kl-clip")
	for _, m := range models() {
		for _, o := range optimizers() {
			s := settings{opt: o.name, model: m.name}
			if s.resolve(manySteps) != nil {
				continue // the table is at fault, and the tests say so
			}
			momentum, damped := "", "\t\t"
			if o.name != "adam" {
				momentum = fmt.Sprint(s.momentum)
			}
			if o.name == "kfac" {
				damped = fmt.Sprintf("%g\t%g\t%s", s.kfac.Damping, s.kfac.MinDamping, orNone(s.kfac.KLClip))
			}
			fmt.Fprintf(tab, "  %s %s\t%d\t%d\t%g\t%s\t%s\t%s\n", m.name, o.name, s.batch, s.epochs, s.lr, s.schedule, momentum, damped)
		}
	}
}

func orNone(v float64) string {
	if v == 0 {
		return "none"
	}
	return fmt.Sprint(v)
}

func printVersion(w io.Writer) error {
	version := "(unknown)"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		version = info.Main.Version
	}
	_, err := fmt.Fprintf(w, "gokfac %s, %s %s/%s, %v kernels\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH, isa.Active())
	return err
}
