package trainer

import (
	"errors"
	"slices"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/vector"
)

// emaMemory is what belongs to parameters.
type emaMemory struct {
	values  graph.Direction // of parameters and buffers: their own memory
	average graph.Direction // in float64
	wide    []float64       // room for a piece of values in float64
}

// Adopter is an optimizer that can be told its parameters before its first step. One that
// is an [Averager] as well then has its average at once after UnmarshalBinary.
type Adopter interface {
	// Adopt takes the parameters of obj, on which it runs nothing. It fails, and changes
	// nothing, if the optimizer or its restored state is of other parameters.
	Adopt(obj graph.Objective) error
}

// Adopt takes the parameters of obj, for Averaged to work before the first step, and tells
// the inner optimizer of obj if that is an [Adopter]. It fails, and a restored state stays,
// if that is of other parameters.
func (o *EMA) Adopt(obj graph.Objective) error {
	params := obj.Params()
	if o.params != nil && !slices.Equal(o.params, params) {
		return errOtherParams
	}
	memory := o.emaMemory
	if o.params == nil {
		var err error
		if memory, err = o.memoryFor(params); err != nil {
			return err
		}
	}
	if inner, ok := o.inner.(Adopter); ok {
		if err := inner.Adopt(obj); err != nil {
			return err
		}
	}
	o.own(params, memory)
	return nil
}

var errOtherParams = errors.New("trainer: an average of weights serves one model: make another one for these parameters")

func (o *EMA) own(params []*graph.Param, memory emaMemory) {
	o.params, o.emaMemory, o.pending = slices.Clone(params), memory, nil
}

// memoryFor makes memory for parameters, and fills it with the pending average.
func (o *EMA) memoryFor(params []*graph.Param) (emaMemory, error) {
	var m emaMemory
	m.values = graph.Values(params)
	for _, b := range o.cfg.Buffers {
		m.values = append(m.values, b.Value)
	}
	most := 0
	for _, x := range m.values {
		m.average = append(m.average, graph.NewDense(graph.Float64, x.Shape()...))
		if x.Dtype() == graph.Float32 {
			most = max(most, x.DataSize())
		}
	}
	m.wide = make([]float64, min(most, emaPiece))
	if len(o.pending) == 0 {
		return m, nil
	}
	return m, o.decodeAverage(o.pending, params, m.average)
}

// emaPiece is the number of float32 elements that are widened at a time: few enough for
// a cache, enough to be shared among cores.
const emaPiece = 1 << 17

// fold moves the average by the part c of its distance to the present values.
func (o *EMA) fold(c float64) {
	for i, x := range o.values {
		average := o.average[i].Float64s()
		if x.Dtype() == graph.Float64 {
			vector.Combine(average, 1-c, c, x.Float64s())
			continue
		}
		for single := x.Float32s(); len(single) > 0; {
			n := min(len(single), len(o.wide))
			vector.Widen(o.wide[:n], single[:n])
			vector.Combine(average[:n], 1-c, c, o.wide[:n])
			average, single = average[n:], single[n:]
		}
	}
}
