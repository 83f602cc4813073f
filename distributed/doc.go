// Package distributed is groups of processes that train one model together: each computes
// its share of every mini-batch, and the shares are added up.
//
//	Group      what the members of a group can do together
//	Run        a group of goroutines in one process, for tests
//	mpi        package distributed/mpi: a group of processes that mpirun or Slurm started
//	grouptest  package distributed/grouptest: checks of a Group, such as one of your own
//	Fusion     sums of many pieces of memory in few messages
//	Await      what members do by themselves, while those that are done wait
//	Alone      what one member does for all, such as an evaluation
//
// A trainer.Trainer takes a Group in its field Group. docs/scale.md says what is sent in
// a step, and which strategy pays with how many processes.
package distributed
