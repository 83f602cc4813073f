// Package torch runs training steps in PyTorch, a process for each set of
// environment variables, and finds the set it is fastest with.
//
// A PyTorch as it comes need not be a fair opponent: its OpenMP threads and
// those of its BLAS library may compete for the same cores, and that library
// may not know the processor. Tuned therefore tries a few ways out.
package torch
