//go:build darwin && arm64 && accelerate && !noasm

package isa

import "github.com/gokfac/gokfac/internal/accelerate"

func libraries() []Set { return []Set{Accelerate} }

func openAccelerate() error {
	_, err := accelerate.Open()
	return err
}
