// Package gokfac is the root of a small neural-network framework on gorgonia
// graphs with a K-FAC natural-gradient trainer. It holds no code: see packages
// layers, losses, trainer, kfac and datasets, and the command cmd/train.
package gokfac
