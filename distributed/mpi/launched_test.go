package mpi

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLaunched(t *testing.T) {
	for _, c := range []struct {
		name       string
		env        map[string]string
		size, rank int
		ok         bool
		family     family
	}{
		{name: "nothing"},
		{"Open MPI", map[string]string{"OMPI_COMM_WORLD_SIZE": "4", "OMPI_COMM_WORLD_RANK": "3", "PMIX_RANK": "3"}, 4, 3, true, openMPI},
		{"one process", map[string]string{"OMPI_COMM_WORLD_SIZE": "1", "OMPI_COMM_WORLD_RANK": "0"}, 1, 0, true, openMPI},
		{"MPICH", map[string]string{"PMI_SIZE": "2", "PMI_RANK": "1", "PMI_FD": "8"}, 2, 1, true, mpich},
		{"Open MPI in a job of Slurm", map[string]string{"OMPI_COMM_WORLD_SIZE": "4", "OMPI_COMM_WORLD_RANK": "2", "SLURM_NTASKS": "8", "SLURM_PROCID": "0", "SLURM_STEP_NUM_TASKS": "1"}, 4, 2, true, openMPI},
		{"srun with PMIx", map[string]string{"PMIX_RANK": "5", "SLURM_STEP_NUM_TASKS": "8", "SLURM_NTASKS": "8", "SLURM_PROCID": "5"}, 8, 5, true, openMPI},
		{"srun with PMI", map[string]string{"PMI_RANK": "5", "PMI_SIZE": "8", "SLURM_NTASKS": "8"}, 8, 5, true, mpich},
		{name: "a shell of sbatch or salloc", env: map[string]string{"SLURM_NTASKS": "8", "SLURM_PROCID": "0", "SLURM_JOB_ID": "77"}},
		{name: "srun without MPI", env: map[string]string{"SLURM_NTASKS": "8", "SLURM_STEP_NUM_TASKS": "8", "SLURM_PROCID": "3"}},
		{"a shell that srun started with PMIx", map[string]string{"PMIX_RANK": "0", "SLURM_STEP_NUM_TASKS": "1", "SLURM_NTASKS": "8"}, 1, 0, true, openMPI},
		{name: "no numbers", env: map[string]string{"OMPI_COMM_WORLD_SIZE": "many", "OMPI_COMM_WORLD_RANK": "0"}},
		{name: "no size", env: map[string]string{"PMI_RANK": "0"}},
		{name: "a rank beyond the size", env: map[string]string{"PMI_SIZE": "2", "PMI_RANK": "2"}},
		{name: "a rank below 0", env: map[string]string{"PMI_SIZE": "2", "PMI_RANK": "-1"}},
	} {
		l, ok := launchedBy(func(name string) string { return c.env[name] })
		assert.Equal(t, c.ok, ok, c.name)
		assert.Equal(t, c.size, l.size, c.name)
		assert.Equal(t, c.rank, l.rank, c.name)
		assert.Equal(t, c.family, l.family, c.name)
	}
}

// unlaunched takes away what a launcher of the tests themselves may have said.
func unlaunched(t *testing.T) {
	t.Helper()
	for _, s := range signs() {
		t.Setenv(s.size, "")
		t.Setenv(s.rank, "")
	}
	t.Setenv(libraryVariable, "")
	t.Setenv(patienceVariable, "")
}

func TestOptions(t *testing.T) {
	unlaunched(t)
	o, err := Options{}.filled()
	require.NoError(t, err)
	assert.Equal(t, Options{Patience: DefaultPatience}, o)

	t.Setenv(libraryVariable, "/some/libmpi.so")
	t.Setenv(patienceVariable, "2.5")
	o, err = Options{}.filled()
	require.NoError(t, err)
	assert.Equal(t, Options{Library: "/some/libmpi.so", Patience: 2500 * time.Millisecond}, o)

	o, err = Options{Library: "other", Patience: time.Hour}.filled()
	require.NoError(t, err)
	assert.Equal(t, Options{Library: "other", Patience: time.Hour}, o)

	for _, text := range []string{"0", "-1", "15s", "NaN", "+Inf", "1e300"} {
		t.Setenv(patienceVariable, text)
		_, err = Options{}.filled()
		assert.EqualError(t, err, "mpi: GOKFAC_MPI_PATIENCE="+text+": want a number of seconds more than 0")
		_, _, err = Open(Options{})
		assert.ErrorContains(t, err, "GOKFAC_MPI_PATIENCE")
	}
	_, _, err = Open(Options{Patience: -1})
	assert.EqualError(t, err, "mpi: a patience of -1ns: want more than 0")
}

func TestNoLauncher(t *testing.T) {
	unlaunched(t)
	_, _, ok := Launched()
	assert.False(t, ok)
	_, _, err := Open(Options{})
	require.Error(t, err)
	assert.Regexp(t, `^mpi: (no launcher started this process|this program was built without MPI)[^\n]*$`, err.Error())
}
