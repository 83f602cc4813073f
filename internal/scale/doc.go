// Package scale is a model of what a training step costs on several processes: bytes,
// operations, messages, seconds, memory. docs/scale.md has its tables and what follows
// from them; `go run ./scale` in benchmarks prints them, for machines of your own as well.
//
//	symbol    meaning                                                  where
//	P         processes                                                Plan.Processes
//	N, N_r    examples of a mini-batch, of process r's share of it     Settings.Batch, Plan.Share
//	H         processes that hold a layer's inverses, a divisor of P   Plan.Holders
//	C = P/H   columns: groups of H processes with the same inverses    Plan.Columns
//	T_f, T_i  steps from one update of factors, of inverses, to next   Settings
//	α, β      seconds of a message, bytes a second of a link           Link
//	A, G      factors of a layer, of order rows = in (+1) and out      Layer
//
// # The grid
//
// Process r is in row r/C and column r mod C. Each layer belongs to a column. In it, each
// of the layer's two factors is inverted by one process, and all H get the inverses
// (Pauloski et al. 2021, KAISA, arXiv 2107.01739). Each of them preconditions the
// gradients of the column's layers, and the C processes of a row exchange these.
//
//	H = P   COMM-OPT   inverses go to all; no preconditioned gradient is sent
//	H = 1   MEM-OPT    inverses stay where they are made; preconditioned gradients go to all:
//	                   kfac's default
//
// EKFAC's eigenvectors are everybody's in any case, and one process of a row applies them.
//
// # Collectives
//
//	sum over P        2·log₂P·α + 2·(P−1)/P·bytes/β
//	gather from P     log₂P·α + (P−1)/P·bytes/β, with the bytes of all together; twice, as
//	                  lengths and parts of at most 56 bytes come first, in 64 bytes of each
//
// These are costs of recursive doubling for short messages, and of rings for long ones.
//
// # Closed formula and simulation
//
// Plan.Balanced is the closed formula: work that is shared out takes its mean. In
// Plan.Simulated each process has a clock, does the work that shares.Assign gives it, and waits
// in each collective for the last one. The two differ by imbalance alone. Goroutines with
// the same work find the same on a group of Members, which is a distributed.Group over
// modelled links, for any program.
//
// # What is left out
//
// Reading and decoding of data, evaluation, checkpoints, other programs on the machine,
// congestion between messages of different groups, and the order of messages on links that
// several processes of a node share: Link is what one process sees when all send at once.
package scale
