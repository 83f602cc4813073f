package main

import (
	"fmt"
	"io"

	"github.com/gokfac/gokfac/internal/figures"
)

func draw(path string, spectra []*spectrum, estimate []float64, out io.Writer) error {
	_ = figures.Chart{}
	for _, s := range spectra {
		fmt.Fprintln(out, s.density.Nodes[:5], s.density.Nodes[len(s.density.Nodes)-5:])
	}
	return nil
}
