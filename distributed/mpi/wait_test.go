//go:build !nompi && (linux || (darwin && mpi)) && (amd64 || arm64)

package mpi

import (
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestProcessors(t *testing.T) { assert.GreaterOrEqual(t, processors(), runtime.NumCPU()) }

// TestOverdue: a call may take twenty times the patience, and ten times the longest time
// that the process has itself spent between two.
func TestOverdue(t *testing.T) {
	ago := func(d time.Duration) time.Time { return time.Now().Add(-d) }
	w := &watch{clock: ago(time.Hour)}
	_, overdue := w.overdue(time.Second)
	assert.False(t, overdue, "no call")

	w = &watch{clock: ago(0)}
	w.begin(aSum)
	w.clock = ago(19 * time.Second)
	_, overdue = w.overdue(time.Second)
	assert.False(t, overdue)
	w.clock = ago(22 * time.Second)
	waited, overdue := w.overdue(time.Second)
	assert.True(t, overdue)
	assert.InDelta(t, 22, waited.Seconds(), 1)

	w.longest.Store(int64(10 * time.Second)) // now 20 s + 100 s
	w.clock = ago(119 * time.Second)
	_, overdue = w.overdue(time.Second)
	assert.False(t, overdue)
	w.clock = ago(122 * time.Second)
	_, overdue = w.overdue(time.Second)
	assert.True(t, overdue)

	w.end()
	_, overdue = w.overdue(time.Second)
	assert.False(t, overdue)
}
