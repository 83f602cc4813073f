// Package gomlx trains networks in github.com/gomlx/gomlx, on its backend in plain Go ("go", package simplego), with its
// gradients or with a backward pass written out. Its gradients at a product's operands broadcast both to batch×inputs×outputs,
// multiply and sum over an axis, which this backend carries out as it stands: 0.8 GB for 512×784×512. The pass written out
// consists of products of transposed copies.
//
// Its module is a download of 89 MB, models and pictures included. It is therefore built in with the tag gomlx only: nobody
// downloads it for the other benchmarks.
package gomlx
