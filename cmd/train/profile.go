package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
)

// profiles are the profiles being written; nil ones are not wanted.
type profiles struct{ cpu, mem *profile }

// profile is a file that remembers its first failure: package pprof does not
// tell of any.
type profile struct {
	flag   string
	file   *os.File
	failed error
}

func (p *profile) Write(b []byte) (int, error) {
	n, err := p.file.Write(b)
	if p.failed == nil {
		p.failed = err
	}
	return n, err
}

func (p *profile) close() error {
	err := p.file.Close()
	if p.failed != nil {
		err = p.failed
	}
	if err != nil {
		return fmt.Errorf("-%s: %w", p.flag, err)
	}
	return nil
}

// newProfile returns nil for an empty path.
func newProfile(flag, path string) (*profile, error) {
	if path == "" {
		return nil, nil
	}
	// A pipe that nobody reads is an error here, and would be waited for by Create.
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC|noWait, 0o666)
	if err != nil {
		return nil, fmt.Errorf("-%s: %w", flag, err)
	}
	return &profile{flag: flag, file: f}, nil
}

// startProfiles opens both files at once: a path that cannot be written is
// told before the training, not after it.
func startProfiles(cpuPath, memPath string) (*profiles, error) {
	p := &profiles{}
	var err error
	if p.cpu, err = newProfile("cpuprofile", cpuPath); err != nil {
		return nil, err
	}
	if p.mem, err = newProfile("memprofile", memPath); err != nil {
		return nil, errors.Join(err, p.stop())
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
		errs = append(errs, p.cpu.close())
	}
	if p.mem != nil {
		runtime.GC() // the profile is as of the last collection
		err := pprof.WriteHeapProfile(p.mem)
		if closed := p.mem.close(); closed != nil {
			err = closed
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
