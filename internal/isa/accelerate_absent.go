//go:build !(darwin && arm64 && accelerate && !noasm)

package isa

import (
	"errors"
	"fmt"
	"runtime"
)

func libraries() []Set { return nil }

func openAccelerate() error { return without(runtime.GOOS, runtime.GOARCH, Supported()) }

// without says why a build for a system has no Accelerate, and what has to be different. The set NEON means that the tag noasm
// was not given.
func without(system, architecture string, supported []Set) error {
	switch {
	case system != "darwin" || architecture != "arm64":
		return fmt.Errorf("it is for macOS on arm64; this machine and build have %v", supported)
	case supported[0] != NEON:
		return errors.New("this build is without it; build with -tags accelerate and without noasm")
	}
	return errors.New("this build is without it; build with -tags accelerate")
}
