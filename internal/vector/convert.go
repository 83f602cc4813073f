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
