package trainer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/gokfac/gokfac/internal/codec"
	"github.com/gokfac/gokfac/internal/memory"
	"github.com/gokfac/gokfac/internal/regular"
)

// Checkpoints lists the files of a Checkpointer's directory, the newest first and
// without the best. A directory that is not there has none.
func Checkpoints(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var files []string
	for _, e := range entries {
		if CheckpointStep(e.Name()) >= 0 && !e.IsDir() {
			files = append(files, filepath.Join(dir, e.Name()))
		}
	}
	slices.SortFunc(files, func(a, b string) int { return cmp.Compare(CheckpointStep(b), CheckpointStep(a)) })
	return files, nil
}

// CheckpointStep is the step that a checkpoint's name says; −1 of other files, and of
// the best.
func CheckpointStep(file string) int {
	number, isStep := strings.CutPrefix(filepath.Base(file), checkpointPrefix)
	number, isState := strings.CutSuffix(number, checkpointSuffix)
	if step, err := strconv.Atoi(number); isStep && isState && err == nil {
		return step
	}
	return -1
}

// Resume makes the next Fit of t go on where the newest whole checkpoint of a
// directory was taken, and returns its file; "" if there is none, and the next Fit
// begins at the beginning. A damaged one is passed over for the one before it, at last
// for the best, and reported with skipped; if all are damaged, the error says so.
func (t *Trainer) Resume(dir string) (file string, skipped error, err error) {
	files, err := Checkpoints(dir)
	if err != nil {
		return "", nil, err
	}
	if best := filepath.Join(dir, bestCheckpoint); len(files) > 0 {
		if _, err := os.Stat(best); err == nil {
			files = append(files, best) // better than nothing, where all others are damaged
		}
	}
	for _, f := range files {
		data, err := readCheckpoint(f)
		if err == nil {
			err = t.take(data)
		}
		if err == nil {
			return f, skipped, nil
		}
		skipped = errors.Join(skipped, fmt.Errorf("checkpoint %s: %w", f, err))
	}
	return "", nil, skipped
}

// readCheckpoint reads a whole file whose beginning says that it is a state of its
// size, if there is memory for it.
func readCheckpoint(name string) ([]byte, error) {
	f, size, err := regular.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	head := make([]byte, codec.HeadSize)
	if n, err := io.ReadFull(f, head); err != nil {
		return nil, fmt.Errorf("%d bytes that are no checkpoint", n)
	}
	if err := codec.CheckHead(head, size); err != nil {
		return nil, err
	}
	const copies = 3 // the file's, those of its parts, and what is restored
	if err := memory.Check(context.Background(), "reading it", copies*float64(size)); err != nil {
		return nil, err
	}
	data := make([]byte, size)
	copy(data, head)
	if _, err := io.ReadFull(f, data[len(head):]); err != nil {
		return nil, err
	}
	return data, nil
}
