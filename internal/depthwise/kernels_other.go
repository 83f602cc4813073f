//go:build !(amd64 || arm64) || noasm

package depthwise

import "github.com/gokfac/gokfac/internal/isa"

func kernelsOf[T Float]() kernels[T] { return kernels[T]{} }

func kernelsFor[T Float](isa.Set) kernels[T] { return kernels[T]{} }
