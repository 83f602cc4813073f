package logs

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/trainer"
)

// callbacks are what the logs have in common.
type callbacks interface {
	Callback(*trainer.Event) error
	Close() error
}

// each makes one log of each kind.
func each(dir string, onError func(error), wrap func(sink) sink) map[string]callbacks {
	return map[string]callbacks{
		"CSV":         &CSV{Path: filepath.Join(dir, "metrics.csv"), OnError: onError, log: log{wrap: wrap}},
		"TensorBoard": &TensorBoard{Dir: dir, Every: 5, OnError: onError, log: log{wrap: wrap}},
		"JSONLines":   &JSONLines{Path: filepath.Join(dir, "log.jsonl"), Every: 5, OnError: onError, log: log{wrap: wrap}},
	}
}

// play tells a log of a run, and returns its errors.
func play(c callbacks) (errs []error) {
	for _, r := range records() {
		for step := r.Step - 9; step <= r.Step; step++ {
			errs = append(errs, c.Callback(&trainer.Event{Kind: trainer.StepDone, Step: step, Epoch: r.Epoch, Loss: 1, Examples: 4, LearningRate: 0.5, Total: 30}))
		}
		errs = append(errs, c.Callback(evaluated(r)))
	}
	return append(errs, c.Callback(&trainer.Event{Kind: trainer.Ended, Step: 30, Epoch: 2, Total: 30}), c.Close())
}

// TestFullDisk: the first error is told once or returned, and the file has what was written before it.
func TestFullDisk(t *testing.T) {
	for name := range each("", nil, nil) {
		t.Run(name, func(t *testing.T) {
			for room := 0; ; room += 13 {
				disk := &fullDisk{room: room}
				wrap := func(s sink) sink { disk.sink = s; return disk }
				var told []error
				var log callbacks
				log = each(quickDir(t), func(err error) {
					told = append(told, err)
					assert.NoError(t, log.Close(), "OnError may close the log")
				}, wrap)[name]
				for _, err := range play(log) {
					require.NoError(t, err)
				}
				if disk.refused == 0 {
					require.Positive(t, room)
					require.Empty(t, told)
					return
				}
				require.Len(t, told, 1)
				require.ErrorIs(t, told[0], errFull)
				require.Equal(t, 1, disk.refused, "nothing is written after an error")

				disk = &fullDisk{room: room}
				var first error
				for _, err := range play(each(quickDir(t), nil, wrap)[name]) {
					if first == nil {
						first = err
					}
				}
				require.ErrorIs(t, first, errFull)
			}
		})
	}
}

// TestReadOnly: a place where no file can be made is told before the training, or at the first event.
func TestReadOnly(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, (&CSV{Path: filepath.Join(dir, "file")}).Callback(evaluated(records()[0])))
	var told []error
	for name, log := range each(filepath.Join(dir, "file", "below"), func(err error) { told = append(told, err) }, nil) {
		told = nil
		for _, err := range play(log) {
			assert.NoError(t, err, name)
		}
		require.Len(t, told, 1, name)
		assert.ErrorContains(t, told[0], "file", name)
	}
}
