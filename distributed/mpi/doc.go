// Package mpi is a distributed.Group of processes that a launcher has started, such as
// mpirun or Slurm's srun. It calls MPI's library, Open MPI's or MPICH's, which it opens at
// run time: nothing of MPI is needed to build, and nothing is opened before Open.
//
//	Launched   whether a launcher started this process, by the environment alone
//	Open       the group of all processes
//
// # What is called
//
//	Sum32, Sum64   MPI_Allreduce in place, with MPI_SUM
//	Gather         MPI_Iallgather of 64 bytes: the length, and the content if it has at most
//	               56; MPI_Allgatherv of more, MPI_Bcast of 2³⁰ bytes and more
//	Split          a Gather of the colours, MPI_Comm_split
//	Leave          a line on standard error, MPI_Abort
//	Open           MPI_Init_thread, MPI_Comm_dup, MPI_Comm_split_type
//	signs of life  MPI_Isend, MPI_Irecv, MPI_Test
//	the end        MPI_Finalize
//
// MPI counts in 32 bits: sums of more than 2³⁰ numbers go in pieces. A call allocates
// nothing once memory for its results is there. All errors of MPI come back as errors, with
// MPI's text (MPI_ERRORS_RETURN, MPI_Error_string).
//
// Sums of different lengths, or calls of different kinds, are errors of the program. MPI
// may notice them, wait for ever or add up nonsense; a wait ends as said below.
//
// MPI's standard recommends, and does not promise, that all processes get the same bits of
// a sum, and in each run the same; Open MPI and MPICH keep to that between processes that
// have the same hardware.
//
// # Environment
//
//	OMPI_COMM_WORLD_SIZE, _RANK     Open MPI's mpirun started the process
//	PMI_SIZE, PMI_RANK              MPICH's or Intel's mpirun, or srun --mpi=pmi2, did
//	PMIX_RANK, SLURM_STEP_NUM_TASKS srun --mpi=pmix did
//	GOKFAC_MPI_LIBRARY              path of the library, instead of the usual names
//	GOKFAC_MPI_PATIENCE             seconds that a process may give no sign of life, 15
//
// SLURM_NTASKS and SLURM_PROCID are no signs of a launcher: a shell that sbatch or salloc
// has started has them, too.
//
// # The library
//
// The launcher says which family to look for first. A library of the other family would
// know of one process only: Open compares the number with the launcher's. Handles are,
// in C's types,
//
//	Open MPI   addresses of ompi_mpi_comm_world, ompi_mpi_float, … (from its mpi.h)
//	MPICH      numbers of 32 bits, from its mpi.h; fixed by the binary interface that
//	           MPICH, Intel MPI, MVAPICH and Cray MPICH have in common since 2013
//
// Their other differences are MPI_IN_PLACE (1 and −1) and MPI_STATUS_IGNORE (0 and 1).
//
// All arguments are integers and addresses, which purego.SyscallN passes without
// reflection. What MPI reads and writes is on the heap, held by the group until a call
// returns: the garbage collector does not move it.
//
// # Threads and signals
//
// The library must allow MPI_THREAD_MULTIPLE, as those of Linux distributions do. One
// thread of its own initialises and finalises MPI. Calls of a group may come from any
// goroutine, one at a time.
//
// UCX, which MPICH loads, takes over the handlers of SIGSEGV and the like, which Go's
// runtime makes panics of: Open puts the runtime's back.
//
// What mpirun does with signals and statuses (Open MPI 4.1, MPICH 4.0):
//
//	SIGTERM, SIGINT to mpirun   Open MPI: SIGTERM to all; kills them about 2 s later, and
//	                            ends with status 1 even if all have ended in order.
//	                            (--mca odls_base_sigkill_timeout 10 gives them 10 s, and passes the signal on
//	                            as much later).
//	                            MPICH: the same signal to all; ends when they end, with
//	                            their status
//	a killed process            both end the others at once
//	a status that is not 0      Open MPI kills processes that have not ended yet: let process
//	                            0 alone end so, and the others with 0
//
// # Death and stalls
//
// Each process sends a sign of life to the next one every second, from a goroutine that
// does nothing else, whatever the others do. A process that gets none for Options.Patience
// ends the job, with a line on standard error that names the silent one: it has died, or
// the system has stopped it. A process that computes for minutes gives signs of life. One
// that hangs does, too: a call that takes longer than twenty times the patience, and ten
// times the longest time that the caller has itself spent between two calls, ends the job.
// Time counts while this process runs: a job that was stopped as a whole goes on. In Open,
// too, a process waits for the others twenty times the patience, and ends then: MPICH's mpirun
// does not end the others when one has ended before that. At the end, when all have
// agreed to it, MPI_Finalize has the patience.
//
// # More processes than processors
//
// MPI's functions wait by asking without a pause, which keeps a processor busy. In a
// Gather, processes sleep instead when it lasts: process 0 may evaluate alone for minutes,
// with all processors of the machine. Sums are short waits, in MPI's own functions. Where
// a machine has more processes than processors, Open MPI notices, and yields; for MPICH,
// sums are then begun (MPI_Iallreduce) and waited for as in a Gather.
//
// # Processors of a process
//
// Open MPI's mpirun allows each of two processes one processor core, whatever the machine
// has, and so does -n 1: a process has one worker then. Ask for more,
//
//	mpirun --bind-to none …              all processors to each
//	mpirun --map-by slot:PE=8 …          8 cores to each
//
// MPICH's allows all to each. Slurm's srun has -c for it.
//
// # Building
//
//	Linux on amd64, arm64   contains this; -tags nompi leaves it out
//	macOS                   -tags mpi contains it: with cgo, a build needs a C compiler then
//	others                  Open returns an error
//
// CGO_ENABLED=0 and 1 both do. With 0, too, the program is linked to glibc (libc.so.6,
// libdl.so.2, libpthread.so.0, /lib64/ld-linux-x86-64.so.2), because purego is part of it:
// it does not start where there is only musl, as in Alpine. Build with -tags nompi for these.
package mpi
