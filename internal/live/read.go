package live

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"path"
	"slices"
	"strconv"

	"github.com/gokfac/gokfac/internal/job"
	"github.com/gokfac/gokfac/internal/results"
)

// maxFile is the greatest number of bytes of a file of a run that is read, as in
// internal/rundir.
const maxFile = 64 << 20

// read is the content of a regular file.
func (d *directory) read(name string) ([]byte, error) {
	info, err := d.root.Stat(name) // before Open, which would wait at a pipe
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is not a regular file", path.Base(name))
	case info.Size() > maxFile:
		return nil, fmt.Errorf("%s has %d bytes: at most %d are read", path.Base(name), info.Size(), maxFile)
	}
	f, err := d.root.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxFile))
}

// result reads the object that a run has printed.
func (d *directory) result(name string) (*results.Run, error) {
	text, err := d.read(name)
	if err != nil {
		return nil, err
	}
	run, err := parseResult(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path.Base(name), err)
	}
	return run, nil
}

func parseResult(text []byte) (*results.Run, error) {
	run := &results.Run{}
	if err := json.Unmarshal(text, run); err != nil {
		return nil, err
	}
	if run.Version != 1 {
		return nil, fmt.Errorf("version %d: this program reads version 1", run.Version)
	}
	// A run that was interrupted is printed, which Check does not know of.
	checked := *run
	if run.Ending == results.Interrupted {
		checked.Ending = results.Done
	}
	if err := checked.Check(); err != nil {
		return nil, err
	}
	return run, nil
}

// unfinished makes a run of its configuration and the evaluations so far.
func (d *directory) unfinished(dir string, logged bool) (*results.Run, error) {
	text, err := d.read(path.Join(dir, configFile))
	if err != nil {
		return nil, err
	}
	run, err := parseConfig(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", configFile, err)
	}
	if !logged {
		return run, nil
	}
	if text, err = d.read(path.Join(dir, metricsFile)); err != nil {
		return nil, err
	}
	if run.History, err = parseMetrics(text); err != nil {
		return nil, fmt.Errorf("%s: %w", metricsFile, err)
	}
	if n := len(run.History); n > 0 {
		last := run.History[n-1]
		run.Steps, run.TrainSeconds, run.TrainLoss, run.Scores = last.Step, last.TrainSeconds, last.TrainLoss, last.Scores
		if run.TrainSeconds > 0 {
			run.StepsPerSecond = results.Number(run.Steps) / run.TrainSeconds
		}
	}
	return run, nil
}

// parseConfig makes a run without steps of what config.json says.
func parseConfig(text []byte) (*results.Run, error) {
	var c job.Config
	if err := json.Unmarshal(text, &c); err != nil {
		return nil, err
	}
	switch {
	case len(c.Config) == 0:
		return nil, errors.New(`not a run's configuration: it has no member "config"`)
	case c.Version != 1:
		return nil, fmt.Errorf("version %d: this program reads version 1", c.Version)
	}
	run := &results.Run{
		Model: c.Model, Dataset: c.Dataset, PerEpoch: c.PerEpoch, Config: c.Config, Command: c.Command, Environment: c.Environment,
		Ending: unfinished, TrainLoss: nan, TrainSeconds: nan, StepsPerSecond: nan,
	}
	if v, ok := c.Config.Get("opt"); ok {
		run.Optimizer = fmt.Sprint(v)
	}
	if v, ok := c.Config.Get("batch_size"); ok {
		if n, ok := v.(float64); ok && n > 0 && n < 1e9 {
			run.BatchSize = int(n)
		}
	}
	if v, ok := c.Config.Get("seed"); ok { // a float64 has not all of its digits
		if n, ok := v.(float64); ok && n >= 0 && n < 1<<53 {
			run.Seed = uint64(n)
		}
	}
	return run, nil
}

// parseMetrics reads the table that package logs writes. A last line without its end is being
// written, and left out.
func parseMetrics(text []byte) ([]results.Record, error) {
	text = text[:bytes.LastIndexByte(text, '\n')+1]
	r := csv.NewReader(bytes.NewReader(text))
	r.ReuseRecord = true
	row, err := r.Read()
	if err == io.EOF {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	header := slices.Clone(row)
	n := len(header)
	if n < 4 || !slices.Equal(header[:3], []string{"step", "epoch", "train_loss"}) || header[n-1] != "train_seconds" {
		return nil, errors.New("the header is not step,epoch,train_loss,…,train_seconds")
	}
	if n > 4+maxColumns {
		return nil, fmt.Errorf("%d columns: at most %d are read", n, 4+maxColumns)
	}
	var list []results.Record
	for last := 0; ; {
		row, err := r.Read()
		if err == io.EOF {
			return list, nil
		}
		if err != nil {
			return nil, err
		}
		line, _ := r.FieldPos(0)
		values := make([]results.Number, n)
		for i, field := range row {
			v, err := strconv.ParseFloat(field, 64)
			if err != nil {
				return nil, fmt.Errorf("line %d: %s is %.40q", line, header[i], field)
			}
			values[i] = results.Number(v)
		}
		step, epoch := values[0], values[1]
		if !(step > results.Number(last)) || step > math.MaxInt32*1e3 || !(epoch >= 1) || epoch > step {
			return nil, fmt.Errorf("line %d: step %g of epoch %g after step %d", line, float64(step), float64(epoch), last)
		}
		last = int(step)
		record := results.Record{Step: last, Epoch: int(epoch), TrainLoss: values[2], TrainSeconds: values[n-1]}
		for i := 3; i < n-1; i++ {
			record.Scores = append(record.Scores, results.Field[results.Number]{Name: header[i], Value: values[i]})
		}
		list = append(list, record)
	}
}
