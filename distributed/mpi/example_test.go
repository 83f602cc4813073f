package mpi_test

import (
	"fmt"
	"os"

	"github.com/gokfac/gokfac/distributed/mpi"
)

// Started by mpirun -n 4, the processes add up their ranks, and process 0 prints 6.
func ExampleOpen() {
	if _, _, ok := mpi.Launched(); !ok {
		return // one process, which needs no group
	}
	group, end, err := mpi.Open(mpi.Options{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	sum := []float64{float64(group.Rank())}
	if err := group.Sum64(sum); err != nil {
		group.Leave(err) // ends all processes
	}
	if group.Rank() == 0 {
		fmt.Println(sum[0])
	}
	if err := end(); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	// Output:
}
