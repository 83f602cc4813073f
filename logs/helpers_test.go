package logs

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/trainer"
)

// records are of a run of 30 steps, evaluated after every 10, with values of all kinds.
func records() []trainer.Record {
	return []trainer.Record{
		{Step: 10, Epoch: 1, TrainLoss: 1.0 / 3, Scores: map[string]float64{"test_loss": 0.30000000000000004, "accuracy": 1}, TrainSeconds: 0.25},
		{Step: 20, Epoch: 1, TrainLoss: 5e-324, Scores: map[string]float64{"test_loss": math.NaN(), "accuracy": math.Inf(-1)}, TrainSeconds: 1e300},
		{Step: 30, Epoch: 2, TrainLoss: math.Inf(1), Scores: map[string]float64{"test_loss": 0, "accuracy": 1e-9}, TrainSeconds: 2.5},
	}
}

// evaluated tells a callback of a record.
func evaluated(r trainer.Record) *trainer.Event {
	return &trainer.Event{Kind: trainer.Evaluated, Step: r.Step, Epoch: r.Epoch, Total: 30, Record: &r}
}

// content is a file's.
func content(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(b)
}

// onlyFile says that a directory has one file and no unfinished ones.
func onlyFile(t testing.TB, path string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	assert.Len(t, entries, 1)
}

var errFull = errors.New("no space left on device")

// fullDisk takes room bytes and refuses the others. It counts the refused calls.
type fullDisk struct {
	sink
	room    int
	refused int
}

func (d *fullDisk) Write(b []byte) (int, error) {
	if len(b) <= d.room {
		d.room -= len(b)
		return d.sink.Write(b)
	}
	d.refused++
	n, _ := d.sink.Write(b[:d.room])
	d.room = 0
	return n, errFull
}

// memory is a trainer.Source of one mini-batch in an epoch, the exclusive or.
type memory struct{ done bool }

func (*memory) Steps() int { return 1 }

func (m *memory) Next() (x, y *tensor.Dense, ok bool) {
	if m.done = !m.done; !m.done {
		return nil, nil, false
	}
	return tensor.New(tensor.WithShape(4, 2), tensor.WithBacking([]float64{0, 0, 0, 1, 1, 0, 1, 1})),
		tensor.New(tensor.WithShape(4), tensor.WithBacking([]int{0, 1, 1, 0})), true
}

// quickDir is a directory for thousands of files: in memory where there is such a place, since each is synced to disk.
func quickDir(t testing.TB) string {
	dir, err := os.MkdirTemp("/dev/shm", "gokfac-logs-*")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}
