package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
)

// profiles are the profiles being written; nil files are not wanted.
type profiles struct{ cpu, mem *os.File }

// startProfiles opens both files at once: a path that cannot be written is
// told before the training, not after it.
func startProfiles(cpuPath, memPath string) (*profiles, error) {
	p := &profiles{}
	var err error
	if cpuPath != "" {
		if p.cpu, err = os.Create(cpuPath); err != nil {
			return nil, fmt.Errorf("-cpuprofile: %w", err)
		}
	}
	if memPath != "" {
		if p.mem, err = os.Create(memPath); err != nil {
			return nil, fmt.Errorf("-memprofile: %w", err)
		}
	}
	if p.cpu != nil {
		if err := pprof.StartCPUProfile(p.cpu); err != nil {
			return nil, fmt.Errorf("-cpuprofile: %w", err)
		}
	}
	return p, nil
}

func (p *profiles) stop() error {
	var errs []error
	if p.cpu != nil {
		pprof.StopCPUProfile()
		errs = append(errs, p.cpu.Close())
	}
	if p.mem != nil {
		runtime.GC() // the profile is as of the last collection
		errs = append(errs, pprof.WriteHeapProfile(p.mem), p.mem.Close())
	}
	return errors.Join(errs...)
}
