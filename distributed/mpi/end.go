//go:build !nompi && (linux || (darwin && mpi)) && (amd64 || arm64)

package mpi

import (
	"fmt"
	"os"
	"time"

	"github.com/ebitengine/purego"
)

// endJob says why, ends all processes, and does not return.
func (w *world) endJob(why string) {
	sayWhy(why)
	// MPI_Abort may wait for what another thread holds in MPI. It is the launcher's task
	// to end the others when this process has ended with a status that is not 0.
	time.AfterFunc(abortTime, func() { os.Exit(1) })
	purego.SyscallN(w.abort, w.library.world, 1)
	os.Exit(1)
}

// endSelf says why, and ends this process where MPI cannot be called. The launcher ends the
// others, as the status is not 0.
func endSelf(why string) {
	sayWhy(why)
	os.Exit(1)
}

// sayWhy says why the job ends. MPICH's launcher drops what it has not read of a process's
// output when it hears of the end.
func sayWhy(why string) {
	fmt.Fprintln(os.Stderr, line(why)+"; the job ends")
	time.Sleep(readTime)
}

const (
	readTime  = 300 * time.Millisecond // for the launcher to read why
	abortTime = 2 * time.Second        // that MPI_Abort may take
)
