//go:build !(darwin && arm64 && accelerate && !noasm)

package isa

import (
	"errors"
	"fmt"
	"runtime"
)

func libraries() []Set { return nil }

// openAccelerate says what has to be different. A set of vector instructions means a build without the tag noasm.
func openAccelerate() error {
	if runtime.GOOS == "darwin" && runtime.GOARCH == "arm64" && len(vectorSets()) > 0 {
		return errors.New("this build is without it; build with -tags accelerate")
	}
	return fmt.Errorf("it is for macOS on arm64; this machine and build have %v", Supported())
}
