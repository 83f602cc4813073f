package kfac

import (
	"encoding/binary"
	"errors"
	"math"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/vector"
)

// message is what one process tells the others. The same calls in the same order write it
// and read it, so that nothing can be sent and not taken.
type message struct {
	data    []byte // as far as it is written, or what is left to read
	reading bool
	short   bool // the message ended before all was read
}

// errMessage is the error of processes that do not compute the same thing.
var errMessage = errors.New("kfac: the processes of a group do not agree on what they exchange: they need the same model and settings")

// begin prepares to write in the memory of the message before.
func (m *message) begin() { *m = message{data: m.data[:0]} }

// read returns data as a message to read.
func read(data []byte) *message { return &message{data: data, reading: true} }

// end returns an error unless all of a message was read.
func (m *message) end() error {
	if m.short || len(m.data) > 0 {
		return errMessage
	}
	return nil
}

// take returns the next n bytes, or nil.
func (m *message) take(n int) []byte {
	if m.short || n < 0 || n > len(m.data) {
		m.short = true
		return nil
	}
	b := m.data[:n]
	m.data = m.data[n:]
	return b
}

func (m *message) uint64(v uint64) uint64 {
	if !m.reading {
		m.data = binary.LittleEndian.AppendUint64(m.data, v)
		return v
	}
	if b := m.take(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

// count writes or reads a number that is not negative.
func (m *message) count(x *int) { *x = int(m.uint64(uint64(*x))) }

func (m *message) float(x *float64) { *x = math.Float64frombits(m.uint64(math.Float64bits(*x))) }

func (m *message) flag(x *bool) {
	var v uint64
	if *x {
		v = 1
	}
	*x = m.uint64(v) != 0
}

// floats writes or reads all elements of x, as memory has them: the processes of a group are
// machines of one kind.
func floats[T graph.Float](m *message, x []T) {
	if !m.reading {
		m.data = append(m.data, vector.Bytes(x)...)
	} else if b := m.take(len(vector.Bytes(x))); b != nil {
		copy(vector.Bytes(x), b)
	}
}

// varying writes or reads x with its number of elements, which is at most so many.
func varying[T graph.Float](m *message, x *[]T, most int) {
	n := len(*x)
	m.count(&n)
	if n < 0 || n > most {
		m.short = true
		return
	}
	if m.reading && n != len(*x) {
		*x = make([]T, n)
	}
	floats(m, *x)
}

// triangle writes or reads a symmetric n×n matrix as its lower triangle.
func triangle[T graph.Float](m *message, x []T, n int) {
	for i := range n {
		floats(m, x[i*n:][:i+1])
	}
	if m.reading {
		vector.Mirror(x, n)
	}
}
