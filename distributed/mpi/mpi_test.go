//go:build !nompi && (linux || (darwin && mpi)) && (amd64 || arm64)

package mpi

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestGroup: processes do what a group must do, in one message and in many pieces.
func TestGroup(t *testing.T) {
	each(t, func(t *testing.T, m mpirun) {
		for _, n := range []int{1, 2, 4} {
			m.succeeds(t, n, "checks")
		}
		m.succeeds(t, 2, "pieces")
	})
}

// TestProcess: what a process of a group does beside its calls.
func TestProcess(t *testing.T) {
	each(t, func(t *testing.T, m mpirun) {
		for _, role := range []string{"allocations", "panics", "two opens", "slow end", "closed group"} {
			if role == "allocations" && raceDetector {
				continue // it allocates
			}
			m.succeeds(t, 2, role)
		}
	})
}

// TestComputing: a process that computes for longer than the patience lives.
func TestComputing(t *testing.T) {
	each(t, func(t *testing.T, m mpirun) { m.succeeds(t, 3, "computes", patienceVariable+"=2") })
}

// TestStatus: after the end, mpirun passes on the processes' status and has no other
// complaint.
func TestStatus(t *testing.T) {
	each(t, func(t *testing.T, m mpirun) {
		out, exit, _ := m.run(t, 2, "status 3")
		assert.Equal(t, 3, exit, "%s", out)
		assert.NotContains(t, out, "finalize")
	})
}

// TestErrorsHaveTexts: the error of MPI says in words what is wrong, in one line.
func TestErrorsHaveTexts(t *testing.T) {
	each(t, func(t *testing.T, m mpirun) {
		out, exit, _ := m.run(t, 2, "wrong call")
		assert.NotEqual(t, 0, exit)
		assert.Regexp(t, `(?m)^failed: mpi: process [01]: a sum: error \d+ of (Open MPI|MPICH) v?[\d.]+: .*[Ii]nvalid communicator.*$`, out)
	})
}

// TestEndOfJob: a process that leaves, dies, stops or hangs ends the job, with one line
// that says which, and leaves no process behind.
func TestEndOfJob(t *testing.T) {
	each(t, func(t *testing.T, m mpirun) {
		for _, c := range []struct {
			role, patience, line string
		}{
			{"leaves", "60", `(?m)^process 1 leaves the group: there is no such file; the job ends$`},
			{"is killed", "60", `(?i)killed`}, // mpirun says so, long before the patience ends
			{"is stopped", "2", `(?m)^process 0: process 2 has given no sign of life for 2(\.\d)?s: it has died or stalled; the job ends$`},
			{"hangs", "1", `(?m)^process [01] has waited 2\d(\.\d)?s in a sum, although the processes live: one hangs, or makes other calls than this one; the job ends$`},
		} {
			t.Run(c.role, func(t *testing.T) {
				t.Parallel()
				out, exit, took := m.run(t, 3, c.role, patienceVariable+"="+c.patience)
				assert.NotEqual(t, 0, exit, out)
				assert.Regexp(t, c.line, out)
				assert.NotContains(t, out, "done\n")
				assert.Less(t, took, 50*time.Second)
			})
		}
	})
}

// TestStoppedAtTheEnd: processes that wait in vain for the end of MPI say so and end, whatever the launcher makes of it.
// Open MPI 4.1's then hangs itself in 2 of 100 runs on a busy machine: its PMIx 4.2 waits for a lock in memory that it has
// freed, while all processes of the job have ended.
func TestStoppedAtTheEnd(t *testing.T) {
	each(t, func(t *testing.T, m mpirun) {
		run := fmt.Sprintf("GOKFAC_MPI_TEST_RUN=%s of %d", t.Name(), os.Getpid())
		out, exit, took, ended := m.runFor(t, 30*time.Second, 3, "is stopped at the end", patienceVariable+"=1", run)
		assert.Regexp(t, `(?m)^process [01] has waited 1s for the end of MPI, .*: one has died or stalled there; the job ends$`, out)
		assert.NotContains(t, out, "done\n")
		assert.NotEqual(t, 0, exit, out)
		if !ended {
			t.Logf("mpirun was killed after %v", took)
		}
		assert.True(t, ended || m.family == openMPI, "mpirun has not ended after %v: %s", took, out)
		assert.Eventually(t, func() bool { return len(processesWith(run)) == 0 }, 10*time.Second, 10*time.Millisecond, "processes are left")
	})
}

// processesWith are those whose environment has a text. None is known where the system has no /proc.
func processesWith(text string) (found []string) {
	paths, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, path := range paths {
		if env, err := os.ReadFile(path); err == nil && bytes.Contains(env, []byte(text)) {
			found = append(found, filepath.Dir(path))
		}
	}
	return found
}

// TestDoesNotBegin: processes do not wait for ever for one that ends before it begins. Open
// MPI's mpirun sees to it by itself. Which of those that wait says so first is chance: the
// launcher ends the others.
func TestDoesNotBegin(t *testing.T) {
	each(t, func(t *testing.T, m mpirun) {
		out, exit, took := m.run(t, 3, "does not begin", patienceVariable+"=0.2")
		assert.NotEqual(t, 0, exit, "%s", out)
		if m.family == mpich {
			assert.Regexp(t, `(?m)^process [02] has waited 4s for the 3 processes that a launcher that speaks PMI .* started to begin: one has ended before, .*; the job ends$`, out)
		}
		assert.Less(t, took, 50*time.Second)
	})
}

// TestSignals: a signal to mpirun reaches the processes, which agree to end, and save.
// Open MPI's gives them a second or two and counts the job as failed.
func TestSignals(t *testing.T) {
	each(t, func(t *testing.T, m mpirun) {
		for _, s := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
			ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
			defer cancel()
			c := m.command(ctx, 2, "signals")
			ready := make(chan struct{})
			out := &transcript{tell: func(text string) {
				if strings.Count(text, "ready\n") == 2 {
					close(ready)
				}
			}}
			c.Stdout, c.Stderr = out, out
			require.NoError(t, c.Start())
			select {
			case <-ready:
			case <-ctx.Done():
				require.FailNow(t, "not ready", out.String())
			}
			require.NoError(t, c.Process.Signal(s))
			err := c.Wait()
			if m.family == mpich {
				assert.NoError(t, err, "%v: %s", s, out)
			}
			assert.Contains(t, out.String(), "process 0 has saved", "%v", s)
			assert.Contains(t, out.String(), "process 1 has saved", "%v", s)
		}
	})
}

// transcript keeps what is written, and tells of the whole after each "ready".
type transcript struct {
	mu   sync.Mutex
	text bytes.Buffer
	tell func(text string)
}

func (b *transcript) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.text.Write(p)
	if bytes.Contains(p, []byte("ready")) {
		b.tell(b.text.String())
	}
	return len(p), nil
}

func (b *transcript) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// TestOtherLibrary: processes of one MPI's launcher that open the other's library are told
// so, instead of becoming groups of one process each.
func TestOtherLibrary(t *testing.T) {
	all := mpiruns(t)
	if len(all) < 2 {
		t.Skip("only one MPI is installed")
	}
	for i, m := range all {
		other := all[1-i]
		l, err := openLibrary("", other.family)
		require.NoError(t, err)
		require.Equal(t, other.family, l.family)
		out, exit, _ := m.run(t, 2, "checks", libraryVariable+"="+l.path)
		assert.NotEqual(t, 0, exit)
		assert.Regexp(t, `(?m)^failed: mpi: .*MPI.* started 2 processes, but the library `+l.path+` \(`+other.family.String()+`.*\) knows of 1: .*$`, out)
	}
}

func TestOpenLibraryErrors(t *testing.T) {
	t.Setenv("OMPI_COMM_WORLD_SIZE", "2")
	t.Setenv("OMPI_COMM_WORLD_RANK", "1")
	_, _, err := Open(Options{Library: "/no/such/libmpi.so"})
	require.Error(t, err)
	assert.Regexp(t, `^mpi: cannot open /no/such/libmpi\.so: [^\n]+$`, err.Error())
	assert.Equal(t, 1, strings.Count(err.Error(), "libmpi.so"), "the path once: %v", err)

	system := "libc.so.6"
	if _, _, err = Open(Options{Library: system}); assert.Error(t, err) {
		assert.Regexp(t, `^mpi: libc\.so\.6 is no library of MPI 3: [^\n]+$`, err.Error())
	}
	assert.EqualError(t, missing([]string{"a.so", "b.so"}, mpich),
		"mpi: no library of MPI is installed here (looked for a.so, b.so): install MPICH (Debian: apt-get install mpich), or set GOKFAC_MPI_LIBRARY to the path of its library")
}

// TestGoRun: mpirun can start the go command, which passes on what the launcher says.
func TestGoRun(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil || testing.Short() {
		t.Skip("it wants the go command, and time")
	}
	each(t, func(t *testing.T, m mpirun) {
		args := append(append([]string{}, m.flags...), "-n", "2", "go", "test", "-count=1", "-run=^$", "-v", ".")
		c := exec.Command(m.path, args...)
		c.Env = append(c.Environ(), roleVariable+"=ranks")
		out, err := c.CombinedOutput()
		require.NoError(t, err, "%s", out)
		assert.Contains(t, string(out), "process 0 of 2")
		assert.Contains(t, string(out), "process 1 of 2")
	})
}

// TestTimes prints what docs/scale.md has: go test -run TestTimes -v ./distributed/mpi, with
// GOKFAC_MPI_TIMES=1 in the environment.
func TestTimes(t *testing.T) {
	if os.Getenv("GOKFAC_MPI_TIMES") == "" {
		t.Skip("it measures, and is asked for by GOKFAC_MPI_TIMES=1")
	}
	each(t, func(t *testing.T, m mpirun) {
		for _, n := range []int{2, 4} {
			for _, role := range []string{"times", "shares"} {
				t.Logf("%d processes, %s:\n%s", n, role, m.succeeds(t, n, role))
			}
		}
	})
}
