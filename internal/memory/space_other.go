//go:build !linux

package memory

func claim() {}
