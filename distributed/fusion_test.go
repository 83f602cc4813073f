package distributed_test

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/distributed"
)

// counting counts messages and what is in them.
type counting struct {
	distributed.Group
	messages, numbers int
}

func (c *counting) Sum32(x []float32) error {
	c.messages++
	c.numbers += len(x)
	return c.Group.Sum32(x)
}

func (c *counting) Sum64(x []float64) error {
	c.messages++
	c.numbers += len(x)
	return c.Group.Sum64(x)
}

// TestFusion: every piece becomes the weighted sum, whether it travels with others, by
// itself or as a triangle; what is above a diagonal stays; small pieces share a message.
func TestFusion(t *testing.T) {
	for _, size := range []int{1, 2, 3} {
		require.NoError(t, distributed.Run(size, func(g distributed.Group) error {
			c := &counting{Group: g}
			var f distributed.Fusion
			for round := range 3 { // memory is kept: the second round must not see the first one's
				if err := fuse(c, &f, round); err != nil {
					return fmt.Errorf("round %d: %w", round, err)
				}
			}
			return nil
		}))
	}
}

func fuse(c *counting, f *distributed.Fusion, round int) error {
	const order = 5
	large := 40000 + round // travels by itself
	value := func(rank, piece, i int) float64 { return float64((rank+2)*(piece*100+i%50+round)) / 4 }
	weight := func(rank, piece int) float64 { return float64((rank + piece) % 3) }

	lengths := []int{0, 1, 1000, large, order * order, 7}
	f.Reset()
	x32, x64 := make([][]float32, len(lengths)), make([][]float64, len(lengths))
	for piece, n := range lengths {
		x32[piece], x64[piece] = make([]float32, n), make([]float64, n)
		for i := range n {
			x32[piece][i], x64[piece][i] = float32(value(c.Rank(), piece, i)), value(c.Rank(), piece, i)
		}
		if w := weight(c.Rank(), piece); n == order*order {
			f.Triangle32(x32[piece], order, w)
			f.Triangle64(x64[piece], order, w)
		} else {
			f.Add32(x32[piece], w)
			f.Add64(x64[piece], w)
		}
	}
	want := 0 + 1 + 1000 + large + order*(order+1)/2 + 7
	if n32, n64 := f.Elements(); n32 != want || n64 != want {
		return fmt.Errorf("%d and %d elements, want %d", n32, n64, want)
	}
	c.messages, c.numbers = 0, 0
	if err := f.Sum(c); err != nil {
		return err
	}
	if c.messages != 4 || c.numbers != 2*want {
		return fmt.Errorf("%d numbers in %d messages: want %d in 4", c.numbers, c.messages, 2*want)
	}
	for piece, n := range lengths {
		for i := range n {
			sum := 0.0
			for rank := range c.Size() {
				sum += weight(rank, piece) * value(rank, piece, i)
			}
			if n == order*order && i%order > i/order {
				sum = value(c.Rank(), piece, i)
			}
			if x64[piece][i] != sum || float64(x32[piece][i]) != sum {
				return fmt.Errorf("element %d of piece %d is %v and %v, want %v", i, piece, x32[piece][i], x64[piece][i], sum)
			}
		}
	}
	return nil
}

// TestFusionWeightOfNothing: a member that has no share may have anything in its memory.
func TestFusionWeightOfNothing(t *testing.T) {
	for _, n := range []int{10, 1 << 15} {
		require.NoError(t, distributed.Run(2, func(g distributed.Group) error {
			x := make([]float32, n)
			for i := range x {
				x[i] = 3
				if g.Rank() == 1 {
					x[i] = float32(math.NaN())
				}
			}
			var f distributed.Fusion
			f.Add32(x, float64(1-g.Rank()))
			if err := f.Sum(g); err != nil {
				return err
			}
			if x[0] != 3 || x[n-1] != 3 {
				return fmt.Errorf("the sum is %v and %v, want 3", x[0], x[n-1])
			}
			return nil
		}))
	}
}

func TestFusionOfNothing(t *testing.T) {
	require.NoError(t, distributed.Run(2, func(g distributed.Group) error {
		c := &counting{Group: g}
		var f distributed.Fusion
		if err := f.Sum(c); err != nil || c.messages > 0 {
			return fmt.Errorf("%d messages, error %v", c.messages, err)
		}
		return nil
	}))
}

// refusing fails in one kind of sums.
type refusing struct {
	distributed.Group
	in32, in64 error
}

func (r refusing) Sum32(x []float32) error { return r.in32 }
func (r refusing) Sum64(x []float64) error { return r.in64 }

func TestFusionErrors(t *testing.T) {
	failed := errors.New("no network")
	for _, n := range []int{3, 1 << 15} {
		for _, g := range []refusing{{in32: failed}, {in64: failed}} {
			var f distributed.Fusion
			f.Add32(make([]float32, n), 1)
			f.Add64(make([]float64, n), 1)
			assert.ErrorIs(t, f.Sum(g), failed)
		}
	}
}

func TestFusionAllocatesNothing(t *testing.T) {
	require.NoError(t, distributed.Run(1, func(g distributed.Group) error {
		var f distributed.Fusion
		a, b, c := make([]float32, 100), make([]float32, 1<<15), make([]float32, 9)
		sum := func() {
			f.Reset()
			f.Add32(a, 0.5)
			f.Add32(b, 0.5)
			f.Triangle32(c, 3, 0.5)
			if err := f.Sum(g); err != nil {
				panic(err)
			}
		}
		for range 4 {
			sum()
		}
		if n := testing.AllocsPerRun(100, sum); n > 0 {
			return fmt.Errorf("%v allocations", n)
		}
		return nil
	}))
}

// Two processes have 30 and 10 of the 40 examples of a mini-batch: the mean over all is
// the sum of 3/4 and 1/4 of their means. One message takes the gradient and the factor.
func ExampleFusion() {
	err := distributed.Run(2, func(g distributed.Group) error {
		gradient, factor, share := []float32{4, 8}, []float32{2, 0, 1, 2}, 0.75
		if g.Rank() == 1 {
			gradient, factor, share = []float32{0, 4}, []float32{6, 0, 5, 6}, 0.25
		}
		var f distributed.Fusion
		f.Add32(gradient, share)
		f.Triangle32(factor, 2, share) // the lower triangle of a 2×2 matrix
		if err := f.Sum(g); err != nil {
			return err
		}
		if g.Rank() == 0 {
			fmt.Println(gradient, factor)
		}
		return nil
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output: [3 7] [3 0 2 3]
}
