package kfac

import (
	"fmt"

	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/graph"
)

// products returns the matrix of dᵢᵀFdⱼ for the directions dᵢ, with F the exact Fisher
// matrix of the mini-batch's leading examples (τ2). An objective without exact products
// is a [graph.MissingError].
func (o *Optimizer) products(obj graph.Objective, dirs ...graph.Direction) (*mat.SymDense, error) {
	p, err := graph.ProductsOf(obj)
	if err != nil {
		cure := "take fixed mode with DampingUpdateSteps None"
		if o.cfg.Mode == Fixed {
			cure = "keep λ, with DampingUpdateSteps None"
		}
		return nil, fmt.Errorf("kfac: exact products with the Fisher matrix are needed: %w: %s", err, cure)
	}
	o.dirs = append(o.dirs[:0], dirs...) // memory that stays: a step allocates nothing
	return p.Products(o.productExamples(), o.dirs...)
}

// productExamples returns the number of examples that F is measured on. 0 means all.
func (o *Optimizer) productExamples() int {
	if tau := o.cfg.ProductFraction; tau < 1 {
		return leading(tau, o.pre.examples)
	}
	return 0
}
