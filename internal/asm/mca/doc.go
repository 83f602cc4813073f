// Command mca predicts how fast the inner loops of the kernels run on processors that are not at hand. From internal/asm:
//
//	go run ./mca                        # the kernels of arm64
//	go run ./mca -kernels sgemm         # those whose names contain sgemm
//	go run ./mca -arch amd64 -set avx2  # the kernels of AVX2
//	go run ./mca -markdown -llvm 22     # the table of docs/performance.md
//
// It builds the test binaries of the packages that have assembly, disassembles each kernel, finds its innermost loop
// with the most work, and lets llvm-mca simulate the trips of that loop with LLVM's scheduling model of a processor.
// The tables show, for each trip of a loop:
//
//	instr     instructions
//	fma       fused multiply-adds of whole vectors
//	vector    instructions of the vector units, fused multiply-adds included
//	load      loads of up to a whole vector, each register for itself
//	store     stores, counted the same way
//	cycles    cycles by llvm-mca
//	bound     cycles that the model's busiest resource needs alone
//	by        what that is: the width of the front end (width), the vector units (vector), the load and store units
//	          (memory), those for integers (integer), or fused multiply-adds that wait for each other (latency); on amd64
//	          counted by hand
//	of bound  bound ÷ cycles; the rest is latencies
//	fma/cycle fused multiply-adds of whole vectors per cycle, and its share of the model's peak
//	B/cycle   bytes loaded and stored per cycle
//	el/cycle  values stored per cycle, where the loop stores any
//
// Predictions are no measurements: every load hits the first cache, every branch is predicted, and a model may be that
// of another processor. Each table is headed by the model that LLVM has for the name, and by what is known of it.
//
// LLVM is found on the path (llvm-mca and llvm-objdump, or the same names with the suffix of a version: the newest
// wins). Without it the command says so in one line.
package main
