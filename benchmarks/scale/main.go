// Command scale prints what a training step costs on several processes, by the model of
// package internal/scale: the tables of docs/scale.md, or those of a cluster of your own.
//
//	cd benchmarks
//	go run ./scale                                     # all tables
//	go run ./scale -table here -measured FILE          # with lines as those of internal/scale/measured.txt
//	go run ./scale -gflops 3000 -alpha 5 -beta 6       # strategies on a cluster of your own
//	go run ./scale -rates                              # measures the rates of this machine's kernels
package main

import (
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/gokfac/gokfac/internal/scale"
)

func main() {
	var o options
	flag.StringVar(&o.table, "table", "", "print this table alone")
	flag.StringVar(&o.measured, "measured", "", "file of measurements for the tables \"here\" and \"two\"")
	flag.BoolVar(&o.rates, "rates", false, "measure the rates of this machine's kernels, with one worker and with two")
	flag.Float64Var(&o.gflops, "gflops", 0, "10⁹ operations a second of a process's large matrix products")
	flag.Float64Var(&o.alpha, "alpha", 10, "with -gflops: microseconds of a message")
	flag.Float64Var(&o.beta, "beta", 1, "with -gflops: 10⁹ bytes a second of a link")
	flag.Parse()
	if err := run(o, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "scale:", err)
		os.Exit(1)
	}
}

type options struct {
	table, measured     string
	rates               bool
	gflops, alpha, beta float64
}

func run(o options, w io.Writer) error {
	switch {
	case o.rates:
		rates(w, 1)
		rates(w, 2)
		return nil
	case o.gflops > 0:
		if !(o.alpha >= 0 && o.beta > 0) {
			return fmt.Errorf("-alpha %g, -beta %g: want 0 or more, and more than 0", o.alpha, o.beta)
		}
		_, err := fmt.Fprint(w, scale.Strategies(cluster(o)))
		return err
	}
	text := scale.Measured()
	if o.measured != "" {
		b, err := os.ReadFile(o.measured)
		if err != nil {
			return err
		}
		text += "\n" + string(b)
	}
	found := false
	checks := map[string]string{}
	for _, t := range scale.Checks(text) {
		checks[t.Name] = t.Text
	}
	for _, t := range scale.Tables() {
		if o.table != "" && o.table != t.Name {
			continue
		}
		if found = true; checks[t.Name] != "" {
			t.Text = checks[t.Name]
		}
		if _, err := fmt.Fprintf(w, "%s\n\n%s\n", t.Name, t.Text); err != nil {
			return err
		}
	}
	if !found {
		return fmt.Errorf("there is no table %q", o.table)
	}
	return nil
}

// cluster has the other rates in the proportions of scale.Ethernet.
func cluster(o options) scale.Machine {
	m := scale.Ethernet()
	times := o.gflops * 1e9 / m.Product.Peak
	for _, r := range []*scale.Rate{&m.Product, &m.Invert, &m.Eigen, &m.Subspace} {
		r.Peak *= times
	}
	m.Memory *= times
	m.Link = scale.Link{Alpha: o.alpha * 1e-6, Beta: o.beta * 1e9}
	return m
}
