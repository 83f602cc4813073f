// Package cpus says how many goroutines should share a computation on this
// machine.
//
//	workers := min(cpus.Workers(), pieces)
//
// That is GOMAXPROCS, which the Go runtime has already fitted to the process's
// affinity (sched_getaffinity), fitted further to the quota of processor time of
// the process's control groups, in either version, of which the tightest counts.
// The runtime reads the innermost group's quota only and never goes below two, for
// the sake of its collector of garbage. Workers go below: two that wait for each
// other under a quota of one processor are slower than one.
//
// A quota is rounded down where its fraction is below a quarter, else up. Time of a
// step of SGD and of K-FAC (adaptive), 784-512-512-10, batch 512, on two
// processors, in ms (benchmarks: BenchmarkWorkers in a group with the quota and the
// usual period of 100 ms):
//
//	quota   SGD, 1 worker   2 workers   K-FAC, 1 worker   2 workers
//	1             8.2          10.8           30.1           34.6
//	1.1           8.1           8.1           30.6           31.9
//	1.2           7.5           6.8           29.8           29.1
//	1.25          7.5           6.6           31.7           30.6
//	1.5           8.0           5.8           30.8           23.3
//	1.8           7.7           5.0           29.8           18.9
//	none          8.2           4.6           30.5           18.4
//
// Other programs are not looked at. Beside two that keep both processors busy, one
// worker takes 10 ms and two take 14 (K-FAC 49 and 56), for the same reason: each
// waits for one that does not run. But whom the scheduler lets run is told by the
// clock only, and changes by the second.
//
// What somebody asked for is kept: the environment variable GOMAXPROCS, a call of
// runtime.GOMAXPROCS with another number than the runtime's own, or Use. A call
// with the very number that is the default cannot be told from the default.
package cpus
