//go:build darwin || freebsd || netbsd

package memory

import (
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// system lists the limits in force. Of the address space no more is known to
// be used than the runtime has.
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
		limits = append(limits, Limit{Bytes: float64(r.Cur), Used: u.taken, Source: "of address space (ulimit -v)"})
	}
	return limits
}
