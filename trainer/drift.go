package trainer

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
)

// driftSteps is how often processes compare their parameters, beside the first step, which
// shows most of what can differ, and the end. A digest takes a nanosecond for each.
const driftSteps = 100

// DriftError reports processes of a group whose parameters, or buffers, are not the same.
// Steps that are equal everywhere cannot make them so: data, settings, or arithmetic
// (processors of different kinds) are others there.
type DriftError struct {
	Step  int   // steps taken
	Ranks []int // of the processes that differ from rank 0
}

func (e *DriftError) Error() string {
	ranks := make([]string, len(e.Ranks))
	for i, rank := range e.Ranks {
		ranks[i] = fmt.Sprint(rank)
	}
	who := "process " + ranks[0] + " has"
	if len(ranks) > 1 {
		who = "processes " + strings.Join(ranks, ", ") + " have"
	}
	if e.Step == 0 {
		return fmt.Sprintf("trainer: %s other parameters than process 0 before the first step: all need the same model, seed and weights", who)
	}
	return fmt.Sprintf("trainer: %s other parameters than process 0 after step %d: all need the same settings, the same program and processors of one kind", who, e.Step)
}

// checkDrift returns a *DriftError, the same on all processes, unless all have the same
// parameters and buffers.
func (s *Share) checkDrift(step int) error {
	s.sums = s.sums[:0]
	for _, p := range s.model.params {
		s.sums = binary.LittleEndian.AppendUint64(s.sums, digest(p.Value))
	}
	for _, b := range s.model.buffers {
		s.sums = binary.LittleEndian.AppendUint64(s.sums, digest(b.Value))
	}
	all, err := s.group.Gather(s.sums)
	if err != nil {
		return err
	}
	var ranks []int
	for rank, sums := range all {
		if !slices.Equal(sums, all[0]) {
			ranks = append(ranks, rank)
		}
	}
	if len(ranks) > 0 {
		return &DriftError{Step: step, Ranks: ranks}
	}
	return nil
}

// digest is FNV-1a of a tensor's elements, a word for each.
func digest(t *tensor.Dense) uint64 {
	h := uint64(fnvBasis)
	if t.Dtype() == graph.Float32 {
		for _, x := range t.Float32s() {
			h = (h ^ uint64(math.Float32bits(x))) * fnvPrime
		}
		return h
	}
	for _, x := range t.Float64s() {
		h = (h ^ math.Float64bits(x)) * fnvPrime
	}
	return h
}

// The constants of FNV-1a in 64 bits.
const (
	fnvBasis = 14695981039346656037
	fnvPrime = 1099511628211
)
