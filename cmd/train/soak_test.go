package main

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var soak = flag.Duration("soak", 3*time.Second, "how long TestSoak trains")

// perEvaluation is what a run may keep for each evaluation, in bytes: its record, which
// the result and the report are made of.
const perEvaluation = 1500

// usage is what a process holds.
type usage struct {
	evaluations, goroutines, files int
	heap                           float64
}

func measure(evaluations int) usage {
	runtime.GC()
	runtime.GC() // what pools hold outlives the first
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	files, _ := os.ReadDir("/proc/self/fd") // none on other systems
	return usage{evaluations, runtime.NumGoroutine(), len(files), float64(m.HeapAlloc)}
}

// TestSoak trains many short epochs, each with an evaluation, logs and checkpoints, and
// holds that memory beside the history, goroutines and open files stay as they are.
// go test ./cmd/train -run Soak -soak 1h is the whole of it.
func TestSoak(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	ctx, cancel := context.WithCancel(context.Background())
	began, next := time.Now(), *soak/5
	var seen []usage
	rows := 0
	watch := &lineCounter{line: func() {
		rows++
		if spent := time.Since(began); spent > next {
			seen = append(seen, measure(rows))
			if next += *soak / 10; spent > *soak {
				cancel()
				next = 1 << 62 // what a run that ends gives back says nothing
			}
		}
	}}
	status := run(ctx, []string{"-dataset", blobs(t), "-hidden", "8", "-batch-size", "4", "-workers", "1", "-epochs", "900000000", "-opt", "kfac", "-schedule", "constant",
		"-out", dir, "-checkpoint-every", "2000", "-tensorboard", "-lr", "0.01", "-progress", "plain", "-json"}, discard{}, watch)
	require.Equal(t, 130, status)
	require.GreaterOrEqual(t, len(seen), 3)
	first, last := seen[0], seen[len(seen)-1]
	for _, s := range seen[len(seen)-3:] { // a checkpoint that is being written is no leak, which would be in all of them
		if s.heap < last.heap {
			last = s
		}
	}
	t.Logf("%d evaluations; first %+v, last %+v", rows, first, last)
	assert.LessOrEqual(t, last.goroutines, first.goroutines+2)
	assert.LessOrEqual(t, last.files, first.files+2)
	more := float64(last.evaluations - first.evaluations)
	assert.Less(t, last.heap-first.heap, more*perEvaluation+4<<20, "bytes")
	assert.FileExists(t, filepath.Join(dir, "metrics.csv"))
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

// lineCounter calls line for every line that is written.
type lineCounter struct{ line func() }

func (w *lineCounter) Write(p []byte) (int, error) {
	for range strings.Count(string(p), "\n") {
		w.line()
	}
	return len(p), nil
}
