//go:build !(darwin || freebsd || linux || netbsd)

package openblas

import "errors"

var errSystem = errors.New("not on this system")

func load(string) (uintptr, error) { return 0, errSystem }

func symbol(uintptr, string) (uintptr, error) { return 0, errSystem }
