package memory

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

// status is MEMORYSTATUSEX.
type status struct {
	length, load                                             uint32
	totalPhysical, freePhysical, totalPageFile, freePageFile uint64
	totalVirtual, freeVirtual, freeExtendedVirtual           uint64
}

// system lists the limits in force.
func system(u usage) []Limit {
	s := status{length: uint32(unsafe.Sizeof(status{}))}
	call := windows.NewLazySystemDLL("kernel32.dll").NewProc("GlobalMemoryStatusEx")
	if call.Find() != nil {
		return nil
	}
	if ok, _, _ := call.Call(uintptr(unsafe.Pointer(&s))); ok == 0 {
		return nil
	}
	return []Limit{{Bytes: float64(s.totalPhysical), Used: u.taken, Source: "in this machine"}}
}
