//go:build !nompi && (linux || (darwin && mpi)) && (amd64 || arm64)

package mpi

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/distributed"
)

// roleVariable has what this test binary does as a process that mpirun has started.
const roleVariable = "GOKFAC_MPI_TEST_ROLE"

func TestMain(m *testing.M) {
	if role := os.Getenv(roleVariable); role != "" {
		os.Exit(play(role))
	}
	os.Exit(m.Run())
}

// play opens the group, plays a role in it, and closes it. It returns the exit status.
func play(role string) int {
	f, ok := roles()[role]
	if !ok {
		fmt.Println("no such role:", role)
		return 9
	}
	if _, rank, _ := Launched(); role == "does not begin" && rank == 1 {
		return 0
	}
	g, end, err := Open(Options{})
	if err == nil {
		if err = f(g.(*group)); err == nil || errors.As(err, new(status)) {
			err = errors.Join(err, end())
		}
	}
	if s := status(0); errors.As(err, &s) {
		fmt.Printf("ended with %d\n", s)
		return int(s)
	}
	if err != nil {
		fmt.Println("failed:", err)
		return 8
	}
	fmt.Println("done")
	return 0
}

// status is an exit status in order.
type status int

func (s status) Error() string { return fmt.Sprint("status ", int(s)) }

// mpirun is a launcher that is installed here.
type mpirun struct {
	name, path string
	family     family
	flags      []string
}

// mpiruns are those of both families, under the names that Debian gives them, or mpirun.
func mpiruns(t testing.TB) []mpirun {
	t.Helper()
	var found []mpirun
	for _, name := range []string{"mpirun.openmpi", "mpirun.mpich", "mpirun"} {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		out, err := exec.Command(path, "--version").CombinedOutput()
		require.NoError(t, err, "%s --version", path)
		m := mpirun{name: name, path: path, family: mpich}
		if bytes.Contains(out, []byte("Open MPI")) || bytes.Contains(out, []byte("OpenRTE")) {
			m.family = openMPI
			m.flags = []string{"--oversubscribe"}
			if os.Geteuid() == 0 {
				m.flags = append(m.flags, "--allow-run-as-root")
			}
		}
		if !slices.ContainsFunc(found, func(o mpirun) bool { return o.family == m.family }) {
			found = append(found, m)
		}
	}
	if len(found) == 0 {
		t.Skip("no mpirun in PATH: neither Open MPI nor MPICH is installed")
	}
	return found
}

// command starts n processes that play a role.
func (m mpirun) command(ctx context.Context, n int, role string, env ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, m.path, slices.Concat(m.flags, []string{"-n", fmt.Sprint(n), os.Args[0]})...)
	// A tmpdir with a short path: Open MPI puts sockets there.
	c.Env = append(os.Environ(), append([]string{roleVariable + "=" + role}, env...)...)
	c.WaitDelay = 5 * time.Second
	return c
}

// run returns what the processes print, the exit status of mpirun, and how long it took.
func (m mpirun) run(t testing.TB, n int, role string, env ...string) (out string, exit int, took time.Duration) {
	t.Helper()
	out, exit, took, ended := m.runFor(t, 2*time.Minute, n, role, env...)
	require.True(t, ended, "%s with %d processes that play %s did not end: %s", m.name, n, role, out)
	return out, exit, took
}

// runFor is run, which kills mpirun if it has not ended by itself in that time.
func (m mpirun) runFor(t testing.TB, limit time.Duration, n int, role string, env ...string) (out string, exit int, took time.Duration, ended bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	begin := time.Now()
	text, err := m.command(ctx, n, role, env...).CombinedOutput()
	took = time.Since(begin)
	if ctx.Err() != nil {
		return string(text), -1, took, false
	}
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		require.NoError(t, err)
	}
	if failed != nil {
		exit = failed.ExitCode()
	}
	return string(text), exit, took, true
}

// succeeds runs a role that must end in order on every process.
func (m mpirun) succeeds(t testing.TB, n int, role string, env ...string) string {
	t.Helper()
	out, exit, _ := m.run(t, n, role, env...)
	require.Equal(t, 0, exit, "%s", out)
	require.Equal(t, n, strings.Count(out, "done\n"), "%s", out)
	return out
}

// each runs a test on every mpirun, side by side: most of the time processes wait.
func each(t *testing.T, f func(t *testing.T, m mpirun)) {
	for _, m := range mpiruns(t) {
		t.Run(m.family.String(), func(t *testing.T) {
			t.Parallel()
			f(t, m)
		})
	}
}

var _ distributed.Group = (*group)(nil)
