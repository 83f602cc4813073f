package main

import (
	"github.com/gokfac/gokfac/distributed"
	"github.com/gokfac/gokfac/distributed/mpi"
)

// started asks the environment how this process was started.
func started() launch {
	size, rank, ok := mpi.Launched()
	if !ok {
		return launch{}
	}
	return launch{launcher: true, rank: rank, size: size, open: func() (distributed.Group, func() error, error) { return mpi.Open(mpi.Options{}) }}
}
