package python

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/gokfac/gokfac/benchmarks/internal/peer"
)

// Trainer trains a network in a script, on mini-batches that it is given in files. It is for checks, not for times.
type Trainer struct {
	process *Process
	file    string
	sizes   []int
}

var _ peer.Trainer = (*Trainer)(nil)

// NewTrainer begins a network in the script with copies of the task's parameters; workload names it as the script knows it.
// Files are exchanged in a directory.
func NewTrainer(p *Process, task peer.Task, workload fmt.Stringer, directory string) (*Trainer, error) {
	t := &Trainer{process: p, file: filepath.Join(directory, "exchange")}
	var data bytes.Buffer
	for _, values := range task.Start {
		t.sizes = append(t.sizes, len(values))
		if err := binary.Write(&data, binary.NativeEndian, values); err != nil {
			return nil, err
		}
	}
	if err := os.WriteFile(t.file, data.Bytes(), 0o600); err != nil {
		return nil, err
	}
	return t, t.expect(fmt.Sprintf("begin %s %s", workload, t.file))
}

func (t *Trainer) expect(request string) error {
	answer, err := t.process.Ask(request)
	if err == nil && answer != "ok" {
		err = fmt.Errorf("%s: %s", t.process.Python, answer)
	}
	return err
}

// Step takes a step.
func (t *Trainer) Step(x []float32, labels []int32) (float64, error) {
	var data bytes.Buffer
	for _, part := range []any{x, labels} {
		if err := binary.Write(&data, binary.NativeEndian, part); err != nil {
			return 0, err
		}
	}
	if err := os.WriteFile(t.file, data.Bytes(), 0o600); err != nil {
		return 0, err
	}
	answer, err := t.process.Ask("feed " + t.file)
	if err != nil {
		return 0, err
	}
	return strconv.ParseFloat(answer, 64)
}

// Parameters are copies.
func (t *Trainer) Parameters() ([][]float32, error) {
	if err := t.expect("keep " + t.file); err != nil {
		return nil, err
	}
	data, err := os.ReadFile(t.file)
	if err != nil {
		return nil, err
	}
	r := bytes.NewReader(data)
	var list [][]float32
	for _, size := range t.sizes {
		values := make([]float32, size)
		if err := binary.Read(r, binary.NativeEndian, values); err != nil {
			return nil, err
		}
		list = append(list, values)
	}
	return list, nil
}
