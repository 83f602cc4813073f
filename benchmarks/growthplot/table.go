package main

import (
	"fmt"
	"io"
)

// size is something that grows.
type size struct{ key, label string }

var sizes = []size{
	{"width", "width of two hidden layers, batch 512"},
	{"depth", "hidden layers of 512, batch 512"},
	{"batch", "batch size, two hidden layers of 512"},
}

// writeTable writes a table in Markdown. Figures in brackets are those before.
func writeTable(w io.Writer, s size, before, now series) {
	fmt.Fprintf(w, "| %s | products, ms | SGD, ms | ÷ products | Adam ÷ SGD | K-FAC fixed, ms | ÷ SGD | adaptive, ms | ÷ SGD | MiB: SGD | Adam | K-FAC fixed | adaptive |\n", s.key)
	fmt.Fprintln(w, "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
	for _, value := range now.values() {
		fmt.Fprintf(w, "| %d |", value)
		for _, metric := range []string{"GEMM-ms", "sgd-ms", "sgd-xGEMM", "adam-xSGD", "kfac-ms", "kfac-xSGD", "adaptive-ms", "adaptive-xSGD",
			"sgd-MiB", "adam-MiB", "kfac-MiB", "adaptive-MiB"} {
			fmt.Fprintf(w, " %s |", figure(metric, before[value], now[value]))
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintln(w)
}

// figure writes a metric, and in brackets what a change of K-FAC should move.
func figure(metric string, before, now map[string]float64) string {
	v, ok := now[metric]
	if !ok {
		return "–"
	}
	text := number(v)
	switch metric {
	case "sgd-xGEMM", "kfac-xSGD", "adaptive-xSGD", "kfac-MiB", "adaptive-MiB":
		if old, ok := before[metric]; ok {
			text += " (" + number(old) + ")"
		}
	}
	return text
}

// number writes three digits.
func number(v float64) string {
	if v >= 100 {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%#.3g", v)
}
