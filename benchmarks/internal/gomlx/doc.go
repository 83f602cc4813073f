// Package gomlx trains networks in github.com/gomlx/gomlx, on its backend in plain Go ("go", package simplego), with its
// gradients or with a backward pass written out for that backend, whose products are slow where the summed axis of an operand
// is not its last one.
//
// Its module is a download of 89 MB, models and pictures included. It is therefore built in with the tag gomlx only: nobody
// downloads it for the other benchmarks.
package gomlx
