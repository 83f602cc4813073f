package mpi

import (
	"os"
	"strconv"
)

// Launched says whether a launcher, such as mpirun, started this process as one of size
// processes. It reads the environment, and opens nothing. A launcher that starts one
// process is one, too: with a size of 1, training needs no group.
func Launched() (size, rank int, ok bool) {
	l, ok := launchedBy(os.Getenv)
	return l.size, l.rank, ok
}

// launcher is what the environment says of the launcher.
type launcher struct {
	name       string // for messages
	size, rank int
	family     family // of the libraries that its processes open first
}

// sign is a set of variables that a launcher gives to every process it starts, and to
// nobody else.
type sign struct {
	launcher   string
	size, rank string // names of variables
	family     family
}

// signs are in the order in which they count: a launcher inside a job of Slurm leaves
// Slurm's variables as they are.
//
// Slurm's own SLURM_NTASKS and SLURM_PROCID are no sign: a shell inside sbatch or salloc
// has them, too, and is no member of anything. PMIX_RANK is set by srun's PMIx plugin for
// the tasks of a step alone. It has no size with it; SLURM_STEP_NUM_TASKS counts the tasks
// of the step, and not, like SLURM_NTASKS, those that the job could have.
func signs() []sign {
	return []sign{
		{"Open MPI's mpirun", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK", openMPI},
		{"a launcher that speaks PMI (MPICH's mpirun, srun --mpi=pmi2)", "PMI_SIZE", "PMI_RANK", mpich},
		{"srun --mpi=pmix", "SLURM_STEP_NUM_TASKS", "PMIX_RANK", openMPI},
	}
}

func launchedBy(getenv func(string) string) (launcher, bool) {
	for _, s := range signs() {
		size, err := strconv.Atoi(getenv(s.size))
		if err != nil {
			continue
		}
		rank, err := strconv.Atoi(getenv(s.rank))
		if err != nil || rank < 0 || rank >= size {
			continue
		}
		return launcher{s.launcher, size, rank, s.family}, true
	}
	return launcher{}, false
}

// family is the set of libraries that have the same handles.
type family int

const (
	openMPI family = iota
	mpich          // and Intel MPI, MVAPICH, Cray MPICH
)

func (f family) String() string { return [...]string{"Open MPI", "MPICH"}[f] }
