//go:build !nompi && (linux || (darwin && mpi)) && (amd64 || arm64)

package mpi

import (
	"runtime"
	"syscall"

	"github.com/ebitengine/purego"
)

// signalHandlers are what the process does about the signals of wrong addresses and the like.
// Go's runtime makes a panic of these, which a program can recover from. UCX, which
// MPICH loads, puts handlers of its own in their place, which print the stack of a thread
// and end the process.
type signalHandlers struct {
	sigaction uintptr
	saved     [4][256]byte // struct sigaction; the largest, glibc's, has 152 bytes
}

func handled() [4]syscall.Signal {
	return [4]syscall.Signal{syscall.SIGSEGV, syscall.SIGBUS, syscall.SIGFPE, syscall.SIGILL}
}

// saveHandlers notes the process's handlers.
func saveHandlers() *signalHandlers {
	h := &signalHandlers{}
	var err error
	if h.sigaction, err = purego.Dlsym(purego.RTLD_DEFAULT, "sigaction"); err != nil {
		return nil
	}
	for i, s := range handled() {
		purego.SyscallN(h.sigaction, uintptr(s), 0, address(&h.saved[i]))
	}
	runtime.KeepAlive(h)
	return h
}

// restore puts them back.
func (h *signalHandlers) restore() {
	if h == nil {
		return
	}
	for i, s := range handled() {
		purego.SyscallN(h.sigaction, uintptr(s), address(&h.saved[i]), 0)
	}
	runtime.KeepAlive(h)
}
