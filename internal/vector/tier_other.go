//go:build !(amd64 || arm64) || noasm

package vector

import "github.com/gokfac/gokfac/internal/isa"

func tierOf(isa.Set) *tier { return &generic }
