//go:build !nompi && (linux || (darwin && mpi)) && (amd64 || arm64)

package mpi

import (
	"errors"
	"fmt"
	"math"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/gokfac/gokfac/distributed/grouptest"
)

// roles are what processes do between Open and the end.
func roles() map[string]func(g *group) error {
	return map[string]func(g *group) error{
		"checks": func(g *group) error { return grouptest.Run(g) },
		"pieces": func(g *group) error {
			g.most = 1000
			return grouptest.Run(g)
		},
		"ranks": func(g *group) error {
			fmt.Printf("process %d of %d\n", g.rank, g.size)
			return nil
		},
		"allocations": allocations,
		"panics":      panics,
		"two opens": func(g *group) error {
			_, _, err := Open(Options{})
			if err == nil || !strings.Contains(err.Error(), "once") {
				return fmt.Errorf("a second Open: %v", err)
			}
			return g.Sum64(make([]float64, 10))
		},
		"closed group": func(g *group) error {
			part, err := g.Split(0)
			if err == nil {
				err = g.stop()
			}
			if err != nil {
				return err
			}
			if part.Sum32(make([]float32, 1)) == nil || g.Sum32(make([]float32, 1)) == nil {
				return errors.New("a sum after the end")
			}
			return nil
		},
		"status 3": func(g *group) error { return status(3) },
		"slow end": func(g *group) error {
			if g.rank == 0 {
				time.Sleep(3 * time.Second)
			}
			return nil
		},
		"wrong call": func(g *group) error { return g.do(g.allreduce, 6) },
		"leaves": func(g *group) error {
			if g.rank == 1 {
				g.Leave(errors.New("there is no\nsuch file"))
			}
			return g.Sum64(make([]float64, 10))
		},
		"is killed": func(g *group) error {
			return lastOne(g, func() error { return syscall.Kill(os.Getpid(), syscall.SIGKILL) })
		},
		"is stopped": func(g *group) error {
			return lastOne(g, stopSelf)
		},
		"is stopped at the end": func(g *group) error {
			if g.rank == g.size-1 {
				g.beats.stop() // all have agreed to end
				return stopSelf()
			}
			return nil
		},
		"computes": func(g *group) error { return lastOne(g, func() error { time.Sleep(4 * time.Second); return nil }) },
		"hangs":    func(g *group) error { return lastOne(g, func() error { select {} }) },
		"signals":  signals,

		"does not begin": func(*group) error { return errors.New("all have begun") },

		"times":  times,
		"shares": shares,
	}
}

// lastOne does something that the others wait for.
func lastOne(g *group, f func() error) error {
	x := make([]float32, 1000)
	for range 100 {
		if err := g.Sum32(x); err != nil {
			return err
		}
	}
	if g.rank == g.size-1 {
		if err := f(); err != nil {
			return err
		}
	}
	return g.Sum32(x)
}

// stopSelf has the system stop this process. On a busy machine that takes a while, in which
// its threads run on.
func stopSelf() error {
	if err := syscall.Kill(os.Getpid(), syscall.SIGSTOP); err != nil {
		return err
	}
	select {}
}

// allocations: nothing is allocated in a call, once memory for results is there.
func allocations(g *group) error {
	x32, x64, short, long := make([]float32, 1000), make([]float64, 100000), make([]byte, 10), make([]byte, 1000*(g.rank+1))
	for _, c := range []struct {
		name string
		call func() error
	}{
		{"Sum32", func() error { return g.Sum32(x32) }},
		{"Sum64", func() error { return g.Sum64(x64) }},
		{"Gather of few", func() error { _, err := g.Gather(short); return err }},
		{"Gather of many", func() error { _, err := g.Gather(long); return err }},
	} {
		var failed error
		// On a busy machine the test counts what the runtime and the signs of life allocate
		// while a call waits. The processes agree on the number of attempts.
		n, all := math.Inf(1), []float64{1}
		for attempts := 0; attempts < 20 && all[0] > 0 && failed == nil; attempts++ {
			n = min(n, testing.AllocsPerRun(200, func() { failed = errors.Join(failed, c.call()) }))
			all[0] = n
			failed = errors.Join(failed, g.Sum64(all))
		}
		if failed != nil {
			return failed
		}
		if n > 0 {
			return fmt.Errorf("%s allocates %v times", c.name, n)
		}
	}
	return nil
}

// panics: the handlers of signals are still those of Go's runtime, which makes a panic of
// a wrong address, and interrupts goroutines that make no calls.
func panics(g *group) (err error) {
	func() {
		defer func() {
			if recover() == nil {
				err = errors.New("no panic")
			}
		}()
		var none *group
		none.size++
	}()
	ticks := 0
	clock := time.NewTicker(time.Millisecond)
	defer clock.Stop()
	for begin := time.Now(); time.Since(begin) < 300*time.Millisecond; ticks++ {
		<-clock.C
	}
	if ticks < 10 {
		return fmt.Errorf("%d ticks of a clock in 300 ms", ticks)
	}
	return errors.Join(err, g.Sum32(make([]float32, 3)))
}

// signals: processes that are told to end agree on that between two sums, and save.
func signals(g *group) error {
	told := make(chan os.Signal, 8)
	signal.Notify(told, syscall.SIGTERM, syscall.SIGINT)
	fmt.Print("ready\n")
	begin := time.Now()
	for {
		stop := []float64{0}
		select {
		case s := <-told:
			fmt.Printf("process %d: %v\n", g.rank, s)
			stop[0] = 1
		case <-time.After(10 * time.Millisecond):
		}
		if err := g.Sum64(stop); err != nil {
			return err
		}
		if stop[0] > 0 {
			break
		}
		if time.Since(begin) > time.Minute {
			return errors.New("no signal")
		}
	}
	time.Sleep(300 * time.Millisecond)
	fmt.Printf("process %d has saved\n", g.rank)
	return nil
}

// times prints µs of calls, the median of many.
func times(g *group) error {
	report := func(name string, n int, call func() error) error {
		for range 3 {
			if err := call(); err != nil {
				return err
			}
		}
		took := make([]float64, n)
		for i := range took {
			begin := time.Now()
			if err := call(); err != nil {
				return err
			}
			took[i] = time.Since(begin).Seconds() * 1e6
		}
		slices.Sort(took)
		if g.rank == 0 {
			fmt.Printf("%-20s %10.1f µs, a tenth above %.1f\n", name, took[n/2], took[n*9/10])
		}
		return nil
	}
	for _, n := range []int{1, 1000, 100_000, 670_000, 2_800_000} {
		x := make([]float32, n)
		if err := report(fmt.Sprintf("Sum32 %d", n), max(20, min(2000, 10_000_000/n)), func() error { return g.Sum32(x) }); err != nil {
			return err
		}
	}
	for _, n := range []int{8, 1000, 100_000} {
		own := make([]byte, n)
		if err := report(fmt.Sprintf("Gather %d", n), max(20, min(2000, 10_000_000/n)), func() error { _, err := g.Gather(own); return err }); err != nil {
			return err
		}
	}
	return nil
}

// shares prints how long process 0 takes for a work that is the same each time: by itself,
// while the others wait for it in a gather, and while they wait in a sum.
func shares(g *group) error {
	work := func() time.Duration {
		begin, x := time.Now(), 1.0
		for range 300_000_000 {
			x = x*0.999 + 1
		}
		worked.Store(math.Float64bits(x))
		return time.Since(begin)
	}
	var took [3]time.Duration
	for i := range took {
		if g.rank == 0 {
			if i == 0 {
				time.Sleep(time.Second) // the others sleep meanwhile
			}
			took[i] = work()
		} else if i == 0 {
			time.Sleep(2500 * time.Millisecond)
		}
		var err error
		if i == 2 {
			err = g.Sum64(make([]float64, 1))
		} else {
			_, err = g.Gather(nil)
		}
		if err != nil {
			return err
		}
	}
	if g.rank == 0 {
		fmt.Printf("work takes %v, %v while the others wait in a gather, %v in a sum\n", took[0], took[1], took[2])
	}
	return nil
}

var worked atomic.Uint64 // so that no compiler leaves the work out
