package main

import (
	"fmt"
	"io"

	"github.com/gokfac/gokfac/curvature"
	"github.com/gokfac/gokfac/graph"
)

// spectrum is what was measured of a matrix.
type spectrum struct {
	matrix         graph.Matrix
	order          int
	largest, least *curvature.Eigenpairs // least is of the Hessian
	trace          curvature.Estimate
	density        *curvature.Density
}

func measure(n *network, matrix graph.Matrix, o options) (*spectrum, error) {
	operator, err := curvature.NewModel(n.batches(), curvature.ModelConfig{Matrix: matrix})
	if err != nil {
		return nil, err
	}
	s := &spectrum{matrix: matrix, order: operator.SymmetricDim()}
	cfg := curvature.EigenConfig{Count: o.count, Tolerance: 1e-6, Seed: o.seed}
	if s.largest, err = curvature.Eigen(operator, cfg); err != nil {
		return nil, err
	}
	if matrix == graph.Hessian {
		cfg.End, cfg.Count = curvature.Smallest, min(o.count, 3)
		if s.least, err = curvature.Eigen(operator, cfg); err != nil {
			return nil, err
		}
	}
	if s.trace, err = curvature.HutchPlusPlus(operator, curvature.TraceConfig{Products: o.trace, Seed: o.seed}); err != nil {
		return nil, err
	}
	s.density, err = curvature.NewDensity(operator, curvature.DensityConfig{Vectors: o.vectors, Steps: o.lanczos, Seed: o.seed})
	return s, err
}

func (s *spectrum) print(out io.Writer) {
	fmt.Fprintf(out, "\n%s, %d×%d\n", s.matrix, s.order, s.order)
	printPairs(out, "greatest", s.largest)
	if s.least != nil {
		printPairs(out, "least", s.least)
	}
	fmt.Fprintf(out, "  trace       %.5g ± %.2g (%d products)\n", s.trace.Value, s.trace.StandardError, s.trace.Products)
	negative := s.density.Trace(func(x float64) float64 {
		if x < -s.threshold() {
			return 1
		}
		return 0
	})
	positive := s.density.Trace(func(x float64) float64 {
		if x > s.threshold() {
			return 1
		}
		return 0
	})
	fmt.Fprintf(out, "  beyond %.1g  %.0f ± %.0f above, %.0f ± %.0f below −%.1g\n", s.threshold(), positive.Value, positive.StandardError, negative.Value, negative.StandardError, s.threshold())
}

// threshold is the size of eigenvalues that count as such: a thousandth of the greatest.
func (s *spectrum) threshold() float64 { return s.largest.Values[0] / 1000 }

func printPairs(out io.Writer, name string, p *curvature.Eigenpairs) {
	fmt.Fprintf(out, "  %-11s", name)
	for _, v := range p.Values {
		fmt.Fprintf(out, " %.4g", v)
	}
	note := ""
	if !p.Converged {
		note = ", not converged"
	}
	fmt.Fprintf(out, " (%d products%s)\n", p.Products, note)
}
