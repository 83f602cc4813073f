// Package workload is what the benchmarks run: networks and optimizers as
// cmd/train builds them, data of MNIST's shape, and the matrix products
// that a training step cannot do without.
package workload
