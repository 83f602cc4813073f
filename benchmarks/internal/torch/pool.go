package torch

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/gokfac/gokfac/benchmarks/internal/python"
)

// Pool is the script as it comes, and once for every set of variables to try.
type Pool struct {
	plain   *python.Process
	passive *python.Process
	others  []*python.Process // the passive one included
}

// Open starts the script everywhere. core is the processor that
// OPENBLAS_CORETYPE should name, threads how many there should be.
func Open(script, core string, threads int) (*Pool, error) {
	plain, err := python.Find(script)
	if err != nil {
		return nil, err
	}
	pool := &Pool{plain: plain}
	for _, environment := range environments(core, threads) {
		other, err := python.Start(plain.Python, script, environment...)
		if err != nil {
			return nil, errors.Join(err, pool.Close())
		}
		pool.others = append(pool.others, other)
	}
	pool.passive = pool.others[0]
	return pool, nil
}

// Passive is the setting with which threads that wait for work sleep at once. Otherwise OpenMP's turn in circles for a while,
// and on a machine without a processor to spare the one that they wait for gets nothing done.
const Passive = "OMP_WAIT_POLICY=passive"

// environments let threads wait passively, as many as there are by default and one for each core; give
// all cores to OpenMP or to the BLAS library, or one to each; and give the library the kernels of this processor.
func environments(core string, threads int) [][]string {
	share := func(omp, library int) []string {
		return []string{
			fmt.Sprintf("OMP_NUM_THREADS=%d", omp),
			fmt.Sprintf("OPENBLAS_NUM_THREADS=%d", library), fmt.Sprintf("MKL_NUM_THREADS=%d", library),
		}
	}
	passive := []string{Passive, fmt.Sprintf("OMP_NUM_THREADS=%d", threads)}
	list := [][]string{{Passive}, passive, share(1, threads), share(threads, 1)}
	if core == "" {
		return list
	}
	kernels := "OPENBLAS_CORETYPE=" + core
	for _, threading := range [][]string{nil, passive, share(1, threads), share(threads, 1), share(1, 1)} {
		list = append(list, slices.Concat([]string{kernels}, threading))
	}
	return list
}

// Plain is PyTorch as it comes.
func (p *Pool) Plain() *python.Process { return p.plain }

// Passive is PyTorch with nothing set but that threads wait passively.
func (p *Pool) Passive() *python.Process { return p.passive }

// Tuned is the process that takes the workload's steps fastest, the plain one
// included.
func (p *Pool) Tuned(w fmt.Stringer) (*python.Process, error) {
	best, least := p.plain, math.Inf(1)
	for _, candidate := range append([]*python.Process{p.plain}, p.others...) {
		ms, err := fastest(candidate, w)
		if err != nil {
			return nil, err
		}
		if ms < least {
			best, least = candidate, ms
		}
		Rest()
	}
	return best, nil
}

// fastest is the best of three trials of about 50 ms each, after some steps to
// warm up, in milliseconds per step.
func fastest(p *python.Process, w fmt.Stringer) (float64, error) {
	if _, err := p.Run(w, 3); err != nil {
		return 0, err
	}
	least, err := p.Run(w, 1)
	for range 3 {
		if err != nil {
			return 0, err
		}
		var ms float64
		ms, err = p.Run(w, Steps(least, 50))
		least = min(least, ms)
	}
	return least, err
}

// Steps is how many steps of so many milliseconds fill a turn of so many, at
// least one.
func Steps(step, turn float64) int { return max(1, int(turn/step)) }

// Rest waits until threads that have nothing more to do have stopped asking for
// it: OpenBLAS's do so for 2²⁶ cycles.
func Rest() { time.Sleep(60 * time.Millisecond) }

// Close ends all processes.
func (p *Pool) Close() error {
	err := p.plain.Close()
	for _, other := range p.others {
		err = errors.Join(err, other.Close())
	}
	return err
}
