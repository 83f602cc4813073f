// Package stock trains networks as a program does that uses gorgonia and nothing else: its graph, its ops, its gradients, its
// tape machine, its solvers, and gonum's BLAS, which is gorgonia's default.
package stock
