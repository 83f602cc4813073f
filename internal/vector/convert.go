package vector

import "github.com/gokfac/gokfac/internal/parallel"

// Widen is dst ← src.
func Widen(dst []float64, src []float32) {
	same(len(dst), len(src))
	convert(conversion{active.widen, nil, dst, src})
}

// Narrow is dst ← src, rounded to the nearest float32.
func Narrow(dst []float32, src []float64) {
	same(len(dst), len(src))
	convert(conversion{nil, active.narrow, src, dst})
}

// ToFloat64 is dst ← src for either type of src.
func ToFloat64[T Float](dst []float64, src []T) {
	switch src := any(src).(type) {
	case []float32:
		Widen(dst, src)
	case []float64:
		same(len(dst), len(src))
		copy(dst, src)
	}
}

// FromFloat64 is dst ← src for either type of dst, rounded to the nearest.
func FromFloat64[T Float](dst []T, src []float64) {
	switch dst := any(dst).(type) {
	case []float32:
		Narrow(dst, src)
	case []float64:
		same(len(dst), len(src))
		copy(dst, src)
	}
}

// conversion is the arguments of a call of Widen or Narrow.
type conversion struct {
	widen  func(dst []float64, src []float32)
	narrow func(dst []float32, src []float64)
	wide   []float64
	slim   []float32
}

var conversions = parallel.NewPool[conversion]()

func convert(c conversion) {
	pieces := count(len(c.wide), pieceSize)
	if bytes := 12 * len(c.wide); pieces == 1 || bytes < serialBelow {
		for i := range pieces {
			c.piece(i)
		}
		return
	}
	conversions.Run(pieces, c, (*conversion).piece)
}

func (c *conversion) piece(i int) {
	lo, hi := bounds(i, pieceSize, len(c.wide))
	if c.widen != nil {
		c.widen(c.wide[lo:hi], c.slim[lo:hi])
	} else {
		c.narrow(c.slim[lo:hi], c.wide[lo:hi])
	}
}
