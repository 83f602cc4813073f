package job

import (
	"fmt"
	"strings"
	"time"

	"github.com/gokfac/gokfac/internal/codec"
	"github.com/gokfac/gokfac/kfac"
)

// intervalStates are intervals as columns. A row of times has a number for each phase, a
// row of statistics kfac.StatsSize of them for the last step and as many for the last
// one that measured ρ.
type intervalStates struct {
	names                      string // of phases, each ended by a newline
	filled, last, rho          []byte // for each interval: whether it has phases, and these statistics
	undone, times, stats, rhos []byte
}

func (s *intervalStates) fields() []codec.Field {
	return []codec.Field{
		{Name: "phases", Value: &s.names}, {Name: "filled", Value: &s.filled}, {Name: "has last", Value: &s.last}, {Name: "has rho", Value: &s.rho},
		{Name: "undone", Value: &s.undone}, {Name: "times", Value: &s.times}, {Name: "last", Value: &s.stats}, {Name: "rho", Value: &s.rhos},
	}
}

func marshalIntervals(list []interval) ([]byte, error) {
	var s intervalStates
	var undone, times, stats, rhos []float64
	mark := func(to *[]byte, from *kfac.Stats, rows *[]float64) {
		if from == nil {
			*to = append(*to, 0)
			return
		}
		*to = append(*to, 1)
		row := from.Numbers()
		*rows = append(*rows, row[:]...)
	}
	for _, v := range list {
		undone = append(undone, float64(v.undone))
		if len(v.phases) == 0 {
			s.filled = append(s.filled, 0)
		} else {
			s.filled = append(s.filled, 1)
			if s.names == "" {
				for _, p := range v.phases {
					s.names += p.name + "\n"
				}
			}
			for _, p := range v.phases {
				times = append(times, p.spent.Seconds())
			}
		}
		mark(&s.last, v.last, &stats)
		mark(&s.rho, v.rho, &rhos)
	}
	s.undone, s.times, s.stats, s.rhos = codec.EncodeFloats(undone), codec.EncodeFloats(times), codec.EncodeFloats(stats), codec.EncodeFloats(rhos)
	return codec.Encode("intervals", stateVersion, s.fields())
}

// unmarshalIntervals returns at least one interval.
func unmarshalIntervals(data []byte) ([]interval, error) {
	var s intervalStates
	if err := codec.Decode(data, "intervals", stateVersion, s.fields()); err != nil {
		return nil, err
	}
	var columns [4][]float64
	for i, text := range [][]byte{s.undone, s.times, s.stats, s.rhos} {
		var err error
		if columns[i], err = codec.DecodeFloats(text); err != nil {
			return nil, err
		}
	}
	undone, times, stats, rhos := columns[0], columns[1], columns[2], columns[3]
	n := len(undone)
	if n == 0 || len(s.filled) != n || len(s.last) != n || len(s.rho) != n {
		return nil, fmt.Errorf("intervals: %d of %d, %d and %d", n, len(s.filled), len(s.last), len(s.rho))
	}
	names := strings.Split(strings.TrimSuffix(s.names, "\n"), "\n")
	take := func(has byte, rows *[]float64) (*kfac.Stats, error) {
		if has == 0 {
			return nil, nil
		}
		if len(*rows) < kfac.StatsSize {
			return nil, fmt.Errorf("intervals: statistics are missing")
		}
		values, err := kfac.StatsOf([kfac.StatsSize]float64((*rows)[:kfac.StatsSize]))
		*rows = (*rows)[kfac.StatsSize:]
		return &values, err
	}
	list := make([]interval, n)
	for i := range list {
		v := &list[i]
		v.undone = int(max(0, min(undone[i], 1<<53)))
		if s.filled[i] != 0 {
			if len(times) < len(names) {
				return nil, fmt.Errorf("intervals: times are missing")
			}
			for j, name := range names {
				v.phases = append(v.phases, phase{name, time.Duration(max(0, min(times[j], 1e9)) * float64(time.Second))})
			}
			times = times[len(names):]
		}
		var err error
		if v.last, err = take(s.last[i], &stats); err != nil {
			return nil, err
		}
		if v.rho, err = take(s.rho[i], &rhos); err != nil {
			return nil, err
		}
	}
	if len(times)+len(stats)+len(rhos) > 0 {
		return nil, fmt.Errorf("intervals: %d numbers too many", len(times)+len(stats)+len(rhos))
	}
	return list, nil
}
