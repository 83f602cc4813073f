package torch

import (
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"time"
)

// Pool is the script as it comes, and once for every set of variables to try.
type Pool struct {
	Python string
	plain  *Process
	others []*Process
}

// Open starts the script everywhere. core is the processor that
// OPENBLAS_CORETYPE should name, threads how many there should be.
func Open(script, core string, threads int) (*Pool, error) {
	python, plain, err := find(script)
	if err != nil {
		return nil, err
	}
	pool := &Pool{Python: python, plain: plain}
	for _, environment := range environments(core, threads) {
		other, err := Start(python, script, environment...)
		if err != nil {
			return nil, errors.Join(err, pool.Close())
		}
		pool.others = append(pool.others, other)
	}
	return pool, nil
}

// find starts the script with the Python that the variable PYTHON names, else
// with python3 of the path or of the system, whichever has PyTorch.
func find(script string) (python string, plain *Process, err error) {
	pythons := []string{"python3", "/usr/bin/python3"}
	if python := os.Getenv("PYTHON"); python != "" {
		pythons = []string{python}
	}
	var failures []error
	for _, python := range pythons {
		plain, err := Start(python, script)
		if err == nil {
			return python, plain, nil
		}
		failures = append(failures, err)
	}
	return "", nil, fmt.Errorf("no Python with PyTorch: %w", errors.Join(failures...))
}

// environments give all cores to OpenMP or to the BLAS library, or one to
// each, and the library the kernels of this processor.
func environments(core string, threads int) [][]string {
	share := func(omp, library int) []string {
		return []string{
			fmt.Sprintf("OMP_NUM_THREADS=%d", omp),
			fmt.Sprintf("OPENBLAS_NUM_THREADS=%d", library), fmt.Sprintf("MKL_NUM_THREADS=%d", library),
		}
	}
	list := [][]string{share(1, threads), share(threads, 1)}
	if core == "" {
		return list
	}
	kernels := "OPENBLAS_CORETYPE=" + core
	for _, threading := range [][]string{nil, share(1, threads), share(threads, 1), share(1, 1)} {
		list = append(list, slices.Concat([]string{kernels}, threading))
	}
	return list
}

// Plain is PyTorch as it comes.
func (p *Pool) Plain() *Process { return p.plain }

// Tuned is the process that takes the workload's steps fastest, the plain one
// included.
func (p *Pool) Tuned(w fmt.Stringer) (*Process, error) {
	best, least := p.plain, math.Inf(1)
	for _, candidate := range append([]*Process{p.plain}, p.others...) {
		ms, err := candidate.fastest(w)
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
func (p *Process) fastest(w fmt.Stringer) (float64, error) {
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
