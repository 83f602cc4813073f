// Command natural-gradient shows what textbooks claim about the natural gradient, in small
// tables, a section for each claim, and draws pictures.
//
//	go run ./examples/natural-gradient                          # all sections
//	go run ./examples/natural-gradient -only em                 # one of them
//	go run ./examples/natural-gradient -out docs/figures        # and the pictures
//
// docs/natural-gradient.md has the mathematics. The tests of natural/claims check each
// claim for many distributions and for networks.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/gokfac/gokfac/internal/figures"
)

// section is one claim. Its file has the numbers and the words.
type section struct {
	name, title string
	show        func(p *page) error
}

func sections() []section {
	return []section{
		{"bernoulli", "A coin: one natural step and one plain step", showBernoulli},
		{"curve", "Small natural steps draw one curve, in all parameterisations", showCurve},
		{"gaussian", "Gaussians of known and of unknown scale", showGaussian},
		{"softmax", "Softmax has one logit too many", showSoftmax},
		{"regression", "Linear regression: one natural step", showRegression},
		{"kl", "KL is half the squared length of a step", showKL},
		{"steepest", "The natural gradient is the steepest descent in a KL ball", showSteepest},
		{"mirror", "Mirror descent is natural gradient descent", showMirror},
		{"em", "EM takes natural steps of rate 1", showEM},
		{"hessian", "The Hessian is the Fisher matrix in natural parameters only", showHessian},
		{"empirical", "The empirical Fisher matrix is another matrix", showEmpirical},
		{"damping", "Damping goes from the natural gradient to the plain one", showDamping},
		{"networks", "Two networks of one function, and K-FAC", showNetworks},
		{"trajectories", "Paths on a bowl, and on a Gaussian's mean and standard deviation", showTrajectories},
	}
}

func main() {
	chosen, dir, err := parse(os.Args[1:], os.Stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return
	case err != nil:
		fmt.Fprintln(os.Stderr, "natural-gradient:", err)
		os.Exit(2)
	}
	if err := show(chosen, dir, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "natural-gradient:", err)
		os.Exit(1)
	}
	if dir == "" {
		fmt.Println("\n-out DIR draws the pictures that belong to these sections.")
	}
}

// parse reads the flags. Help goes to w.
func parse(args []string, w io.Writer) (chosen []section, dir string, err error) {
	var names []string
	for _, s := range sections() {
		names = append(names, s.name)
	}
	set := flag.NewFlagSet("natural-gradient", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	only := set.String("only", "", "sections, separated by commas; empty: all of\n"+strings.Join(names, ", "))
	set.StringVar(&dir, "out", "", "directory for pictures, made if there is none; empty: no pictures")
	if err := set.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(w, "natural-gradient shows what textbooks claim about the natural gradient.")
			set.SetOutput(w)
			set.PrintDefaults()
		}
		return nil, "", err
	}
	if set.NArg() > 0 {
		return nil, "", fmt.Errorf("unexpected %q: a section is named with -only", set.Arg(0))
	}
	if err := figures.MakeDirectory(dir); err != nil {
		return nil, "", fmt.Errorf("-out: %w", err)
	}
	if *only == "" {
		return sections(), dir, nil
	}
	for _, name := range strings.Split(*only, ",") {
		i := slices.Index(names, name)
		if i < 0 {
			return nil, "", fmt.Errorf("-only: no section %q: choose of %s", name, strings.Join(names, ", "))
		}
		chosen = append(chosen, sections()[i])
	}
	return chosen, dir, nil
}

// show prints sections.
func show(chosen []section, dir string, w io.Writer) error {
	for i, s := range chosen {
		if i > 0 {
			fmt.Fprintln(w)
		}
		p := &page{w: w, dir: dir}
		p.heading(s.name, s.title)
		if err := s.show(p); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		if p.err != nil {
			return fmt.Errorf("%s: %w", s.name, p.err)
		}
	}
	return nil
}
