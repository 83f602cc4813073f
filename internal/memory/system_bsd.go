//go:build darwin || freebsd || netbsd

package memory

import (
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// system lists the limits in force. The system does not tell how much of the address space is in use; the runtime's own
// memory is taken for it.
func system(u usage) (limits []Limit) {
	name := "hw.physmem"
	switch runtime.GOOS {
	case "darwin":
		name = "hw.memsize"
	case "netbsd":
		name = "hw.physmem64"
	}
	if total, err := unix.SysctlUint64(name); err == nil {
		limits = append(limits, Limit{Bytes: float64(total), Used: u.taken, Source: "in this machine"})
	}
	var r syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_AS, &r); err == nil && uint64(r.Cur) < 1<<60 {
		limits = append(limits, Limit{Bytes: float64(r.Cur), Used: u.taken, Source: "of address space (ulimit -v)", own: true})
	}
	return limits
}
