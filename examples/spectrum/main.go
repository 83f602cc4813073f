// Command spectrum shows the eigenvalues of a trained network's curvature: the exact
// Hessian and Fisher matrix, as operators that nobody writes out, and K-FAC's estimate.
//
//	go run ./examples/spectrum                              # MNIST if it is there, else the built-in digits
//	go run ./examples/spectrum -data-dir DIR                # MNIST, in DIR
//	go run ./examples/spectrum -load runs/mine -data digits # a model that cmd/train has kept
//	go run ./examples/spectrum -out pictures                # and pictures/spectrum.svg
//
// It prints the greatest and the least eigenvalues and traces, and with -out it draws the
// densities of the spectra. docs/figures/spectrum.svg is MNIST's.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"strconv"
	"strings"

	"github.com/gokfac/gokfac/curvature"
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/figures"
)

// options are the command's flags.
type options struct {
	data, dir, load, out           string
	hidden                         []int
	steps, examples                int
	count, vectors, lanczos, trace int
	seed                           uint64
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("spectrum: ")
	if err := run(context.Background(), os.Args[1:], os.Stdout); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return
		}
		log.Print(err)
		if errors.As(err, new(usageError)) {
			os.Exit(2)
		}
		os.Exit(1)
	}
}

// usageError is an error of the flags, for which the exit status is 2.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func parse(args []string, out io.Writer) (options, error) {
	var o options
	var hidden string
	f := flag.NewFlagSet("spectrum", flag.ContinueOnError)
	f.SetOutput(io.Discard) // an error is one line, without the list of flags
	f.StringVar(&o.data, "data", "auto", "mnist, fashion-mnist, digits or a path; auto: MNIST if it is there, else digits")
	f.StringVar(&o.dir, "data-dir", "", "directory of published data; empty: the user's cache directory")
	f.StringVar(&o.load, "load", "", "directory of a kept run, or a model file, in place of training; the data are scaled as its own")
	f.StringVar(&o.out, "out", "", "directory for the picture, made if there is none; empty: none")
	f.StringVar(&hidden, "hidden", "128,64", "units of the hidden layers")
	f.IntVar(&o.steps, "steps", 150, "training steps of K-FAC, of 512 examples each")
	f.IntVar(&o.examples, "examples", 2048, "examples of the training set that the matrices are of")
	f.IntVar(&o.count, "count", 10, "greatest eigenvalues to find")
	f.IntVar(&o.vectors, "vectors", 4, "random vectors of a density")
	f.IntVar(&o.lanczos, "lanczos", 80, "Lanczos steps with each of them")
	f.IntVar(&o.trace, "products", 60, "products for a trace")
	f.Uint64Var(&o.seed, "seed", 1, "seed of training and of random vectors")
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			f.SetOutput(out)
			f.PrintDefaults()
		}
		return o, err
	}
	if f.NArg() > 0 {
		return o, fmt.Errorf("unexpected argument %q", f.Arg(0))
	}
	for _, text := range strings.Split(hidden, ",") {
		units, err := strconv.Atoi(text)
		if err != nil || units < 1 {
			return o, fmt.Errorf("-hidden %s: want numbers of units, as in 128,64", hidden)
		}
		o.hidden = append(o.hidden, units)
	}
	if o.examples < 1 || o.steps < 0 || o.steps == 0 && o.load == "" {
		return o, errors.New("-examples and -steps: want positive numbers")
	}
	if err := figures.MakeDirectory(o.out); err != nil {
		return o, fmt.Errorf("-out: %w", err)
	}
	if o.trace < 6 {
		return o, errors.New("-products: want 6 or more")
	}
	if err := (curvature.EigenConfig{Count: o.count}).Validate(); err != nil {
		return o, err
	}
	return o, curvature.DensityConfig{Vectors: o.vectors, Steps: o.lanczos}.Validate()
}

func run(ctx context.Context, args []string, out io.Writer) error {
	o, err := parse(args, out)
	if err != nil {
		return usageError{err}
	}
	net, err := prepare(ctx, o, out)
	if err != nil {
		return err
	}
	var spectra []*spectrum
	for _, matrix := range []graph.Matrix{graph.Hessian, graph.GaussNewton, graph.Fisher} {
		s, err := measure(net, matrix, o)
		if err != nil {
			return err
		}
		s.print(out)
		spectra = append(spectra, s)
	}
	estimate, err := kronecker(net, out)
	if err != nil {
		return err
	}
	if o.out == "" {
		return nil
	}
	return draw(o.out, net.name, spectra, estimate, out)
}
