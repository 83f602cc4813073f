package cpus

import (
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCount(t *testing.T) {
	for _, c := range []struct {
		machine
		want string
	}{
		{machine{processors: 2, allowed: 2, online: 2}, "2 workers"},
		{machine{processors: 2, allowed: 2}, "2 workers"},
		{machine{processors: 1, allowed: 1, online: 2}, "1 worker (may run on 1 processor only)"},
		{machine{processors: 2, allowed: 2, online: 8}, "2 workers (may run on 2 processors only)"},

		// The runtime goes down to 2 by itself, and rounds up.
		{machine{processors: 2, allowed: 2, online: 2, quota: 1}, "1 worker (quota of 1 processor)"},
		{machine{processors: 2, allowed: 8, online: 8, quota: 1}, "1 worker (quota of 1 processor)"},
		{machine{processors: 2, allowed: 8, online: 8, quota: 0.001}, "1 worker (quota of 0.001 processors)"},
		{machine{processors: 2, allowed: 2, online: 2, quota: 1.2}, "1 worker (quota of 1.2 processors)"},
		{machine{processors: 2, allowed: 2, online: 2, quota: 1.25}, "2 workers"},
		{machine{processors: 2, allowed: 8, online: 8, quota: 1.25}, "2 workers (quota of 1.25 processors)"},
		{machine{processors: 3, allowed: 8, online: 8, quota: 2.125}, "2 workers (quota of 2.12 processors)"},
		{machine{processors: 3, allowed: 8, online: 8, quota: 2.5}, "3 workers (quota of 2.5 processors)"},
		{machine{processors: 3, allowed: 8, online: 8, quota: 3}, "3 workers (quota of 3 processors)"},
		{machine{processors: 8, allowed: 8, online: 8, quota: 3}, "3 workers (quota of 3 processors)"}, // of a group around, which the runtime does not read
		{machine{processors: 8, allowed: 8, online: 8, quota: 7.75}, "8 workers"},
		{machine{processors: 8, allowed: 8, online: 8, quota: 1e300}, "8 workers"},
		{machine{processors: 128, allowed: 256, online: 256, quota: 128}, "128 workers (quota of 128 processors)"},
		{machine{processors: 2, allowed: 2, online: 8, quota: 4}, "2 workers (may run on 2 processors only)"},
		{machine{processors: 2, allowed: 2, online: 8, quota: 1}, "1 worker (quota of 1 processor)"},

		// A wish stands above a quota.
		{machine{processors: 2, named: 2, allowed: 2, online: 2, quota: 1}, "2 workers (environment variable GOMAXPROCS)"},
		{machine{processors: 2, allowed: 8, online: 8}, "2 workers (GOMAXPROCS)"},
	} {
		assert.Equal(t, c.want, c.count().String(), "%+v", c.machine)
	}
	assert.Equal(t, "3 workers (as asked for)", Count{Workers: 3, Why: Asked}.String())
}

// TestWishesStand: calls of runtime.GOMAXPROCS and of Use count, and Use is undone.
func TestWishesStand(t *testing.T) {
	before := Workers()
	assert.Equal(t, before, Now().Workers)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(atStart + 3))
	assert.Equal(t, Count{Workers: atStart + 3, Why: Called}, Now())
	restore := Use(atStart)
	assert.Equal(t, Count{Workers: atStart, Why: Asked}, Now())
	assert.Equal(t, atStart, runtime.GOMAXPROCS(0))
	inner := Use(atStart + 1)
	assert.Equal(t, atStart+1, Workers())
	runtime.GOMAXPROCS(1) // no more than can run
	assert.Equal(t, 1, Workers())
	inner()
	assert.Equal(t, atStart, Workers())
	restore()
	assert.Equal(t, atStart+3, Workers())
	runtime.GOMAXPROCS(atStart)
	assert.Equal(t, before, Workers())
}

func TestWorkersAllocateNothing(t *testing.T) {
	assert.Zero(t, testing.AllocsPerRun(100, func() { Workers() }))
}

func BenchmarkWorkers(b *testing.B) {
	for b.Loop() {
		Workers()
	}
}

// TestProcess asks a process of its own, with a variable and on one processor.
func TestProcess(t *testing.T) {
	const child = "GOKFAC_TEST_WORKERS"
	if os.Getenv(child) != "" {
		os.Stdout.WriteString("now: " + Now().String() + "\n")
		return
	}
	self, err := os.Executable()
	require.NoError(t, err)
	ask := func(words []string, variables ...string) string {
		words = append(words, self, "-test.run=^TestProcess$")
		command := exec.Command(words[0], words[1:]...)
		command.Env = append(os.Environ(), append(variables, child+"=1")...)
		out, err := command.CombinedOutput()
		require.NoError(t, err, string(out))
		_, rest, _ := strings.Cut(string(out), "now: ")
		line, _, _ := strings.Cut(rest, "\n")
		return line
	}
	assert.Equal(t, "3 workers (environment variable GOMAXPROCS)", ask(nil, "GOMAXPROCS=3"))
	assert.NotContains(t, ask(nil, "GOMAXPROCS=many"), "environment", "which the runtime ignores, too")

	taskset, err := exec.LookPath("taskset")
	if err != nil {
		t.Skip("taskset is not in PATH: nothing binds a process to a processor")
	}
	if runtime.NumCPU() > 1 {
		assert.Regexp(t, `^1 worker \((may run on 1 processor only|quota of .*)\)$`, ask([]string{taskset, "-c", "0"}, "GOMAXPROCS="))
	}
}
