package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/trainer"
)

// launchers are the mpiruns that are installed here, with flags, by the kind of MPI.
func launchers(t *testing.T) map[string][]string {
	t.Helper()
	list := map[string][]string{}
	for _, name := range []string{"mpirun.openmpi", "mpirun.mpich", "mpirun"} {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		version, err := exec.Command(path, "--version").CombinedOutput()
		require.NoError(t, err, "%s --version", path)
		switch kind := "MPICH"; {
		case strings.Contains(string(version), "open-mpi.org"): // which calls itself OpenRTE under another name
			list["Open MPI"] = []string{path, "--oversubscribe", "--allow-run-as-root"}
		case list[kind] == nil:
			list[kind] = []string{path}
		}
	}
	if len(list) == 0 {
		t.Skip("no mpirun is installed here: apt-get install openmpi-bin libopenmpi3")
	}
	return list
}

// anyLauncher is Open MPI's if it is there.
func anyLauncher(t *testing.T) []string {
	list := launchers(t)
	if l := list["Open MPI"]; l != nil {
		return l
	}
	return list["MPICH"]
}

// launched is the command in n processes of a launcher, which has not begun, with what it says.
func launched(t *testing.T, launcher []string, n int, args ...string) (c *exec.Cmd, stdout, stderr *bytes.Buffer) {
	t.Helper()
	text, err := json.Marshal(args)
	require.NoError(t, err)
	c = exec.Command(launcher[0], append(launcher[1:len(launcher):len(launcher)], "-n", fmt.Sprint(n), os.Args[0])...)
	c.Env = append(os.Environ(), childArguments+"="+string(text))
	stdout, stderr = &bytes.Buffer{}, &bytes.Buffer{}
	c.Stdout, c.Stderr = stdout, stderr
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(stdout, stderr)
		}
	})
	c.WaitDelay = 10 * time.Second // for what a process that was left has open
	return c, stdout, stderr
}

// underMPI carries a command line out in n processes of a launcher.
func underMPI(t *testing.T, launcher []string, n int, args ...string) outcome {
	t.Helper()
	c, stdout, stderr := launched(t, launcher, n, args...)
	_ = c.Run()
	return outcome{c.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// TestMPIEqual: a run under mpirun is the same in one, two and four processes.
func TestMPIEqual(t *testing.T) {
	launcher, table := anyLauncher(t), rings(t, 1200)
	for name, settings := range jobs() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := table
			if name == "kfac" {
				data = "digits" // which each process draws, in a second
			}
			args := jobLine(data, settings, "-out", "none", "-batch-size", "200", "-max-steps", "12", "-distributed", "mpi")
			one := underMPI(t, launcher, 1, args...)
			for _, n := range []int{2, 4} {
				near(t, one, underMPI(t, launcher, n, args...), fmt.Sprintf("%s on %d", name, n))
			}
		})
	}
}

// TestMPIResume: what two processes have begun, one, four or a process without a launcher go on with.
func TestMPIResume(t *testing.T) {
	launcher, data := anyLauncher(t), rings(t, 700)
	dir := filepath.Join(t.TempDir(), "whole")
	whole := underMPI(t, launcher, 2, jobLine(data, resumable("-opt kfac"), "-out", dir, "-checkpoint-every", "14", "-keep", "3")...)
	require.Zero(t, whole.status, whole.stderr)
	for _, n := range []int{1, 4} {
		near(t, whole, underMPI(t, launcher, n, "-resume", begun(t, dir), "-json", "-progress", "none"), fmt.Sprint(n))
	}
	o := execute("-resume", begun(t, dir), "-json", "-progress", "none")
	assert.Zero(t, o.status, o.stderr)
}

// endless is a run of two processes that has written checkpoints, and does not end in time.
type endless struct {
	*exec.Cmd
	data, dir      string
	launcher       []string
	stdout, stderr *bytes.Buffer
}

func (r *endless) line(steps int, dir string) []string {
	return jobLine(r.data, resumable("-opt kfac"), "-hidden", "64,64", "-max-steps", fmt.Sprint(steps), "-checkpoint-every", "20", "-out", dir)
}

func beginEndless(t *testing.T, data string, launcher []string) *endless {
	t.Helper()
	r := &endless{data: data, dir: filepath.Join(t.TempDir(), "run"), launcher: launcher}
	r.Cmd, r.stdout, r.stderr = launched(t, launcher, 2, r.line(1_000_000_000, r.dir)...)
	require.NoError(t, r.Start())
	require.Eventually(t, func() bool {
		_, err := os.Stat(filepath.Join(r.dir, "checkpoints", "step-000000020.ckpt"))
		return err == nil
	}, time.Minute, 2*time.Millisecond)
	return r
}

// goesOn requires the run to go on from its last checkpoint as one that was left alone.
func (r *endless) goesOn(t *testing.T) {
	t.Helper()
	require.NoFileExists(t, filepath.Join(r.dir, "report.html"))
	states, err := trainer.Checkpoints(filepath.Join(r.dir, "checkpoints"))
	require.NoError(t, err)
	steps := 0
	for _, path := range states {
		steps = max(steps, trainer.CheckpointStep(path))
	}
	steps += 30
	alone := filepath.Join(t.TempDir(), "alone")
	require.NoError(t, os.CopyFS(alone, os.DirFS(r.dir)))
	more := func(dir string) []string {
		return []string{"-resume", dir, "-max-steps", fmt.Sprint(steps), "-json", "-progress", "none"}
	}
	whole := underMPI(t, r.launcher, 2, r.line(steps, filepath.Join(t.TempDir(), "whole"))...)
	near(t, whole, underMPI(t, r.launcher, 2, more(r.dir)...), fmt.Sprintf("up to step %d", steps))
	o := execute(more(alone)...)
	assert.Zero(t, o.status, o.stderr)
}

// TestMPIKilled: a process that is killed ends the job within seconds, and the run goes on from the last checkpoint, under the launcher or
// without it.
func TestMPIKilled(t *testing.T) {
	data := rings(t, 700)
	for kind, launcher := range launchers(t) {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			r := beginEndless(t, data, launcher)
			require.NoError(t, syscall.Kill(member(t, r.dir, 1), syscall.SIGKILL))
			began := time.Now()
			require.Error(t, r.Wait())
			assert.Less(t, time.Since(began), 30*time.Second)
			assert.Regexp(t, `(?i)killed`, r.stderr.String()+r.stdout.String())
			r.goesOn(t)
		})
	}
}

// TestMPITerminated: a signal to mpirun has the processes end the step and save. Its status is the launcher's own.
func TestMPITerminated(t *testing.T) {
	data := rings(t, 700)
	for kind, launcher := range launchers(t) {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			r := beginEndless(t, data, launcher)
			require.NoError(t, r.Process.Signal(syscall.SIGTERM))
			_ = r.Wait()
			assert.Regexp(t, "saved at step [0-9]+; go on with: mpirun -n 2 go run ./cmd/train -resume "+r.dir, r.stderr)
			r.goesOn(t)
		})
	}
}

// TestMPIUsage: what is said once, and with which status, under mpirun.
func TestMPIUsage(t *testing.T) {
	launcher, data := anyLauncher(t), blobs(t)
	for line, c := range map[string]struct {
		status int
		want   string
	}{
		"-opt adm":                      {exitUsage, `"adm" for flag -opt`},
		"-dataset DATA -batch-size 999": {exitUsage, "larger than the 160 training examples"},
		"-dataset no-such.csv":          {exitError, "no such file or directory"},
		"-resume no-such-run":           {exitError, "no run is kept there"},
		"-dataset DATA -hidden 1000000,1000000 -out none":                                              {exitError, "for each of 2 processes"},
		"-tune adam,sgd -dataset DATA":                                                                 {exitUsage, "-tune works in one process"},
		"-dataset DATA -opt sgd -lr 1e30 -max-steps 9 -out none":                                       {exitDiverged, "diverged at step"},
		"-dataset DATA -opt sgd -hidden 4 -max-steps 3 -out none -target test_accuracy=1 -lr 0.000001": {exitMissed, "was not reached"},
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel() // mpirun waits most of the time
			o := underMPI(t, launcher, 2, append(strings.Fields(strings.ReplaceAll(line, "DATA", data)), "-progress", "none")...)
			assert.Equal(t, c.status, o.status, o.stderr)
			assert.Contains(t, o.stderr, c.want)
			assert.Equal(t, 1, strings.Count(o.stderr, "train: "), o.stderr)
			if c.status < exitDiverged {
				assert.Empty(t, o.stdout)
			}
		})
	}
	for _, line := range []string{"-version", "-completion fish", "-h"} {
		words := strings.Fields(line)
		want := execute(words...)
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, want, underMPI(t, launcher, 2, words...))
		})
	}
	each := underMPI(t, launcher, 2, "-distributed", "none", "-dataset", data, "-dry-run", "-json", "-workers", "1", "-progress", "none")
	require.Zero(t, each.status, each.stderr)
	assert.Equal(t, 2, strings.Count(each.stdout, `{"version":1,`))
	assert.NotContains(t, each.stdout, `"processes"`)
}

// TestMPICompare: whole runs are dealt out to processes.
func TestMPICompare(t *testing.T) {
	launcher, data := anyLauncher(t), stripes(t)
	args := strings.Fields("-compare kfac,adam,sgd -seeds 2 -dataset " + data + " -hidden 8 -epochs 2 -workers 1 -json -out ")
	want := comparisonOf(t, execute(append(args, filepath.Join(t.TempDir(), "one"))...))
	got := comparisonOf(t, underMPI(t, launcher, 2, append(args, filepath.Join(t.TempDir(), "two"))...))
	require.Len(t, got.Runs, len(want.Runs))
	for i, run := range got.Runs {
		assert.Equal(t, want.Runs[i].Scores, run.Scores, "%s, seed %d", run.Label, run.Seed)
	}
}

// member finds the process of a rank by what its environment has of the command line.
func member(t *testing.T, word string, rank int) int {
	t.Helper()
	dirs, err := filepath.Glob("/proc/[0-9]*/environ")
	require.NoError(t, err)
	for _, path := range dirs {
		text, _ := os.ReadFile(path)
		variables := "\x00" + string(text)
		ranked := strings.Contains(variables, fmt.Sprintf("\x00OMPI_COMM_WORLD_RANK=%d\x00", rank)) || strings.Contains(variables, fmt.Sprintf("\x00PMI_RANK=%d\x00", rank))
		if ranked && strings.Contains(variables, word) {
			pid := 0
			_, err := fmt.Sscanf(path, "/proc/%d/", &pid)
			require.NoError(t, err)
			return pid
		}
	}
	require.Fail(t, "no such process", "rank %d of %s", rank, word)
	return 0
}
