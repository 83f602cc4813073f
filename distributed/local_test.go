package distributed_test

import (
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/distributed"
)

func TestRunErrors(t *testing.T) {
	nobody := func(distributed.Group) error { return nil }
	for _, size := range []int{0, -3} {
		assert.EqualError(t, distributed.Run(size, nobody), fmt.Sprintf("distributed: a group of %d members: want 1 or more", size))
	}
	assert.NoError(t, distributed.Run(1, nobody))

	failed := errors.New("no such file")
	for _, size := range []int{1, 2, 5} {
		var others atomic.Int32
		err := distributed.Run(size, func(g distributed.Group) error {
			if g.Rank() == size/2 {
				return failed
			}
			for {
				if err := g.Sum32(make([]float32, 10)); err != nil {
					var left *distributed.LeftError
					if errors.As(err, &left) && left.Rank == size/2 && errors.Is(err, failed) {
						others.Add(1)
					}
					return err
				}
			}
		})
		assert.EqualError(t, err, fmt.Sprintf("process %d has left the group: no such file", size/2))
		assert.ErrorIs(t, err, failed)
		assert.EqualValues(t, size-1, others.Load())
	}
}

func TestRunPanics(t *testing.T) {
	err := distributed.Run(3, func(g distributed.Group) error {
		if g.Rank() == 1 {
			panic("out of order")
		}
		return g.Sum64(make([]float64, 1))
	})
	var left *distributed.LeftError
	require.ErrorAs(t, err, &left)
	assert.Equal(t, 1, left.Rank)
	assert.ErrorContains(t, err, "panic: out of order")
	assert.ErrorContains(t, err, "local_test.go") // where
}

// TestLeftForEver: no call succeeds after a member has left, however many are made.
func TestLeftForEver(t *testing.T) {
	gone := make(chan struct{})
	var succeeded atomic.Int32
	err := distributed.Run(3, func(g distributed.Group) error {
		if g.Rank() == 2 {
			g.Leave(errors.New("enough"))
			close(gone)
			return nil
		}
		<-gone
		for range 10 {
			if g.Sum32(make([]float32, 1)) == nil {
				succeeded.Add(1)
			}
		}
		return nil
	})
	assert.EqualError(t, err, "process 2 has left the group: enough")
	assert.Zero(t, succeeded.Load())
}

// TestLeftInPart: who leaves a part has left the whole, and is named by its rank there.
func TestLeftInPart(t *testing.T) {
	err := distributed.Run(4, func(g distributed.Group) error {
		part, err := g.Split(g.Rank() % 2)
		if err != nil {
			return err
		}
		if g.Rank() == 3 {
			part.Leave(errors.New("enough"))
			return nil
		}
		return g.Sum32(make([]float32, 1))
	})
	assert.EqualError(t, err, "process 3 has left the group: enough")
}

// TestLengths: sums of different lengths are an error on every member.
func TestLengths(t *testing.T) {
	var failed atomic.Int32
	err := distributed.Run(3, func(g distributed.Group) error {
		err := g.Sum32(make([]float32, 5+g.Rank()/2))
		if err != nil {
			failed.Add(1)
		}
		return err
	})
	assert.ErrorContains(t, err, "distributed: process 2 adds up 6 float32 numbers where process 0 adds up 5 float32 numbers")
	assert.EqualValues(t, 3, failed.Load())
}

// TestEnds: whoever will make no call ends those of the others, which would wait for ever.
func TestEnds(t *testing.T) {
	for name, end := range map[string]func() error{
		"it has returned":         func() error { return nil },
		"its goroutine has ended": func() error { runtime.Goexit(); return nil },
	} {
		for _, parts := range []int{1, 2} { // in the whole group, and in parts of it
			var others atomic.Int32
			err := distributed.Run(4, func(g distributed.Group) error {
				part, err := g.Split(g.Rank() % parts)
				if err == nil {
					err = part.Sum64(make([]float64, 3))
				}
				if err == nil && g.Rank() == 3 {
					return end()
				}
				for err == nil {
					err = part.Sum64(make([]float64, 3))
				}
				if left := (*distributed.LeftError)(nil); errors.As(err, &left) && left.Rank == 3 {
					others.Add(1)
				}
				return err
			})
			assert.ErrorContains(t, err, "process 3 has left the group: "+name)
			assert.EqualValues(t, 3, others.Load(), "%s, %d parts", name, parts)
		}
	}
}

// TestMisfits: calls of different kinds are an error on every member, then and later.
func TestMisfits(t *testing.T) {
	calls := []func(g distributed.Group) error{
		func(g distributed.Group) error { return g.Sum32(make([]float32, 2)) },
		func(g distributed.Group) error { return g.Sum64(make([]float64, 2)) },
		func(g distributed.Group) error { _, err := g.Gather(make([]byte, 8)); return err },
		func(g distributed.Group) error { _, err := g.Split(0); return err },
	}
	words := []string{"adds up 2 float32 numbers", "adds up 2 float64 numbers", "gathers", "splits"}
	for i := range calls {
		for j := range calls {
			if i == j {
				continue
			}
			var failed atomic.Int32
			err := distributed.Run(3, func(g distributed.Group) error {
				for range 3 {
					if err := errors.Join(calls[i](g), calls[j](g)); err != nil {
						return err
					}
				}
				k := i
				if g.Rank() == 1 {
					k = j
				}
				if calls[k](g) != nil && calls[i](g) != nil {
					failed.Add(1)
				}
				return nil
			})
			assert.EqualError(t, err, fmt.Sprintf("distributed: process 1 %s where process 0 %s", words[j], words[i]))
			assert.EqualValues(t, 3, failed.Load())
		}
	}
}

func TestSplitErrors(t *testing.T) {
	err := distributed.Run(2, func(g distributed.Group) error {
		_, err := g.Split(-1)
		return err
	})
	assert.ErrorContains(t, err, "a group of colour -1: want 0 or more")
}

// TestSumsAllocateNothing once memory for the sums is there.
func TestSumsAllocateNothing(t *testing.T) {
	require.NoError(t, distributed.Run(1, func(g distributed.Group) error {
		x32, x64 := make([]float32, 1000), make([]float64, 1000)
		sum := func() {
			if err := errors.Join(g.Sum32(x32), g.Sum64(x64)); err != nil {
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

// Each member of a group has a share of the numbers 1 … 100.
func ExampleRun() {
	err := distributed.Run(4, func(g distributed.Group) error {
		sum := make([]float64, 1)
		for i := 1 + g.Rank(); i <= 100; i += g.Size() {
			sum[0] += float64(i)
		}
		if err := g.Sum64(sum); err != nil {
			return err
		}
		if g.Rank() == 0 {
			fmt.Println("the sum of 1 … 100 is", sum[0])
		}
		return nil
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output: the sum of 1 … 100 is 5050
}
