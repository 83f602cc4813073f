//go:build nompi || !(linux || (darwin && mpi)) || !(amd64 || arm64)

package mpi

import (
	"errors"
	"runtime"

	"github.com/gokfac/gokfac/distributed"
)

// Open returns an error: this program was built without what opens MPI.
func Open(o Options) (g distributed.Group, end func() error, err error) {
	if _, err := o.filled(); err != nil {
		return nil, nil, err
	}
	return nil, nil, errors.New("mpi: this program was built without MPI for " + runtime.GOOS + "/" + runtime.GOARCH +
		": Linux on amd64 and arm64 has it without the build tag nompi, macOS with the tag mpi")
}
