//go:build !gomlx

package gomlx

import (
	"errors"

	"github.com/gokfac/gokfac/benchmarks/internal/peer"
)

// Built is whether gomlx is built in.
const Built = false

// New says how to build with gomlx.
func New(peer.Task, bool) (peer.Trainer, error) {
	return nil, errors.New("gomlx: not built in; -tags gomlx does that and downloads its module, 89 MB")
}
