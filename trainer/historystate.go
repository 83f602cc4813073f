package trainer

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/gokfac/gokfac/internal/codec"
)

// historyState is a history as columns: a run of many short epochs has more history than
// anything else.
type historyState struct {
	steps, epochs, losses, seconds []byte // a number for each record
	names                          string // of all scores, each ended by a zero byte
	values, has                    []byte // a row for each record: the scores, and which it has
}

func (s *historyState) fields() []codec.Field {
	return []codec.Field{
		{Name: "steps", Value: &s.steps}, {Name: "epochs", Value: &s.epochs}, {Name: "train losses", Value: &s.losses},
		{Name: "train seconds", Value: &s.seconds}, {Name: "scores", Value: &s.names}, {Name: "values", Value: &s.values},
		{Name: "measured", Value: &s.has},
	}
}

func marshalHistory(history []Record) ([]byte, error) {
	n := len(history)
	var names []string // sorted: the same history has the same bytes
	steps, epochs, losses, seconds := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	for i, rec := range history {
		steps[i], epochs[i], losses[i], seconds[i] = float64(rec.Step), float64(rec.Epoch), rec.TrainLoss, rec.TrainSeconds
		for name := range rec.Scores {
			if at, found := slices.BinarySearch(names, name); !found {
				names = slices.Insert(names, at, name)
			}
		}
	}
	s := historyState{steps: codec.EncodeFloats(steps), epochs: codec.EncodeFloats(epochs), losses: codec.EncodeFloats(losses), seconds: codec.EncodeFloats(seconds)}
	values := make([]float64, 0, n*len(names))
	for _, name := range names {
		s.names += name + "\x00"
	}
	for _, rec := range history {
		for _, name := range names {
			v, ok := rec.Scores[name]
			values = append(values, v)
			s.has = append(s.has, bit(ok))
		}
	}
	s.values = codec.EncodeFloats(values)
	return codec.Encode("history", runVersion, s.fields())
}

func bit(ok bool) byte {
	if ok {
		return 1
	}
	return 0
}

func unmarshalHistory(data []byte) ([]Record, error) {
	var s historyState
	if err := codec.Decode(data, "history", runVersion, s.fields()); err != nil {
		return nil, err
	}
	var columns [5][]float64
	for i, text := range [][]byte{s.steps, s.epochs, s.losses, s.seconds, s.values} {
		var err error
		if columns[i], err = codec.DecodeFloats(text); err != nil {
			return nil, fmt.Errorf("the history: %w", err)
		}
	}
	names := strings.Split(s.names, "\x00")
	names = names[:len(names)-1]
	n := len(columns[0])
	if len(columns[1]) != n || len(columns[2]) != n || len(columns[3]) != n || len(columns[4]) != n*len(names) || len(s.has) != n*len(names) {
		return nil, fmt.Errorf("the history has columns of %d, %d, %d and %d records, and %d scores", n, len(columns[1]), len(columns[2]), len(columns[3]), len(columns[4]))
	}
	history := make([]Record, n)
	for i := range history {
		step, epoch := columns[0][i], columns[1][i]
		if !count(step) || !count(epoch) {
			return nil, fmt.Errorf("the history has step %g in epoch %g", step, epoch)
		}
		history[i] = Record{Step: int(step), Epoch: int(epoch), TrainLoss: columns[2][i], TrainSeconds: columns[3][i], Scores: map[string]float64{}}
		for j, name := range names {
			if at := i*len(names) + j; s.has[at] == 1 {
				history[i].Scores[name] = columns[4][at]
			}
		}
	}
	return history, nil
}

// count tells a number that a counter can be.
func count(v float64) bool { return v >= 0 && v <= 1<<53 && v == math.Trunc(v) }
