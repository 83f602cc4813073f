//go:build !(accelerate && linux && (amd64 || arm64))

package blas

import "testing"

// libraries is for Linux. On a Mac, Accelerate is one of the machine's tiers in builds with the tag, and in every test.
func libraries(*testing.T) map[string]*tier { return nil }
