package parallel

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/cpus"
)

// counted is a group over a counter: how often each number was drawn.
type counted struct {
	next  atomic.Int64
	drawn []atomic.Int32
	group *Group
}

func newCounted(n int, each func(i int)) *counted {
	c := &counted{drawn: make([]atomic.Int32, n)}
	c.group = NewGroup(func(int) {
		for i := int(c.next.Add(1) - 1); i < n; i = int(c.next.Add(1) - 1) {
			each(i)
			c.drawn[i].Add(1)
		}
	})
	return c
}

func (c *counted) run(t *testing.T, workers int) {
	c.next.Store(0)
	c.group.Run(workers)
	for i := range c.drawn {
		require.EqualValues(t, 1, c.drawn[i].Swap(0), "piece %d", i)
	}
}

// TestHelpersHelp holds every piece until a second goroutine has one, or gives
// up: the processor for it may be busy.
func TestHelpersHelp(t *testing.T) {
	defer cpus.Use(2)() // whatever the quota is
	var inside atomic.Int32
	c := newCounted(2, func(int) {
		inside.Add(1)
		for end := time.Now().Add(time.Second); inside.Load() < 2 && time.Now().Before(end); {
			runtime.Gosched()
		}
	})
	together := 0
	for range 5 {
		inside.Store(0)
		start := time.Now()
		c.run(t, 2)
		if time.Since(start) < time.Second {
			together++
		}
	}
	assert.Positive(t, together)
}

// TestGroupsInGroups: pieces that call groups of their own share the same few
// helpers, and nobody waits for one that does not come.
func TestGroupsInGroups(t *testing.T) {
	for _, procs := range []int{1, 2, 5} {
		previous := runtime.GOMAXPROCS(procs)
		outer := newCounted(6, func(int) { newCounted(40, func(int) {}).run(t, 8) })
		for range 20 {
			outer.run(t, 8)
			assert.LessOrEqual(t, int(crew.alive.Load()), max(procs-1, 4), "no more than there are, or were, processors for")
		}
		runtime.GOMAXPROCS(previous)
		eventuallyNobody(t)
	}
}

func TestManyCallers(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	var callers sync.WaitGroup
	for range 6 {
		callers.Go(func() {
			c := newCounted(30, func(int) {})
			for range 200 {
				c.run(t, 4)
			}
		})
	}
	callers.Wait()
	eventuallyNobody(t)
}

// eventuallyNobody waits for the helpers to end by themselves.
func eventuallyNobody(t *testing.T) {
	require.Eventually(t, func() bool { return crew.alive.Load() == 0 }, 10*time.Second, time.Millisecond)
	assert.Zero(t, crew.idle.Load())
}

// TestWithoutClock: helpers end where time stands still; a bubble fails with a
// goroutine left over.
func TestWithoutClock(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	eventuallyNobody(t)
	synctest.Test(t, func(t *testing.T) { newCounted(9, func(int) {}).run(t, 2) })
}

// TestRunAwakeStartsNobody: all the work is the caller's while no helper is awake.
func TestRunAwakeStartsNobody(t *testing.T) {
	defer cpus.Use(3)()
	eventuallyNobody(t)
	workers := make(map[int]int)
	g := NewGroup(func(worker int) { workers[worker]++ })
	for range 100 {
		g.RunAwake(3)
		require.Zero(t, crew.alive.Load())
		require.Zero(t, Awake())
	}
	assert.Equal(t, map[int]int{0: 100}, workers)
}

// TestRunAwake: a helper that another group has woken comes, and pieces are done once each whether it does or not.
func TestRunAwake(t *testing.T) {
	defer cpus.Use(2)() // whatever the quota is
	for range 5 {
		awake := newCounted(40, func(int) {})
		awake.run(t, 2)
		var helped atomic.Bool
		g := NewGroup(func(worker int) {
			if worker > 0 {
				helped.Store(true)
				return
			}
			for end := time.Now().Add(time.Second); !helped.Load() && Awake()+int(crew.alive.Load()) > 0 && time.Now().Before(end); {
				runtime.Gosched()
			}
		})
		g.RunAwake(2)
		if helped.Load() {
			return
		}
	}
	t.Fatal("a helper that is awake did not come in five calls")
}

// TestRunAwakeMany: several callers share the helpers that some of them wake, on memory that the race detector watches.
func TestRunAwakeMany(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	var callers sync.WaitGroup
	for i := range 6 {
		callers.Go(func() {
			sums := make([]int, 30)
			c := newCounted(30, nil)
			c.group = NewGroup(func(int) {
				for i := int(c.next.Add(1) - 1); i < 30; i = int(c.next.Add(1) - 1) {
					sums[i]++
					c.drawn[i].Add(1)
				}
			})
			for call := range 300 {
				c.next.Store(0)
				if i%2 == 0 || call%5 == 0 {
					c.group.Run(4)
				} else {
					c.group.RunAwake(1 + Awake())
				}
				for i := range sums {
					assert.Equal(t, call+1, sums[i])
					assert.EqualValues(t, 1, c.drawn[i].Swap(0))
				}
			}
		})
	}
	callers.Wait()
	eventuallyNobody(t)
}
