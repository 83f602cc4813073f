//go:build !amd64 || noasm

package blas

func tiers() []*tier { return []*tier{&generic} }
