// Package benchmarks measures gokfac against what else there is: gonum and
// OpenBLAS for matrices, bare matrix products for a training step, PyTorch,
// scikit-learn, gorgonia and gomlx for everything together. It is a module of its own, so that nobody who uses gokfac
// downloads what it needs.
//
//	cd benchmarks
//	go test ./...                                             # does it all run? no figures
//	go test -run '^$' -bench Step -benchtime 4x -timeout 1h
//
// Whatever is compared is measured in one run, in turns: on a machine that
// others use, times drift, ratios hold. A ratio after an x says how many times as
// fast gokfac is (xgonum, xOpenBLAS, xTorch, xTorchPassive, xTorchTuned,
// xScikitLearn, xGorgonia, xGomlx, xGomlxByHand: more is better) or how
// many times as long a step takes (xGEMM, xSGD: less is better). Times are
// medians. ns/op is left out: an iteration holds all contenders' turns.
//
// # Matrices
//
// BenchmarkGemm, BenchmarkSyrk and BenchmarkInverse need OpenBLAS for one of
// their columns; where it is not installed they say so and go on. OpenBLAS is
// loaded while they run (Debian: libopenblas0; OPENBLAS_LIBRARY can give a path),
// so there is nothing to compile. Which kernels it chose is printed first. Older
// versions do not know newer processors and fall back to slow ones; the
// comparisons for one set of instructions on both sides are
//
//	OPENBLAS_CORETYPE=SkylakeX GOKFAC_ISA=avx512 go test -run '^$' -bench 'Gemm|Syrk|Inverse' -timeout 1h
//	OPENBLAS_CORETYPE=Haswell  GOKFAC_ISA=avx2   go test -run '^$' -bench 'Gemm|Syrk|Inverse' -timeout 1h
//
// Names are type/orientation/m×n×k, with a T in the orientation for an operand
// that is transposed; for Syrk n×k. The shapes are those of the models' training
// steps. A turn is one product, or half a millisecond of them, right after one
// that is not timed. gonum has three turns only. BenchmarkInverse runs dpotrf and
// dpotri of three LAPACKs: gonum's on internal/blas, gonum's on its own BLAS, and
// OpenBLAS's. What K-FAC inverts with is faster and has a benchmark in package
// kfac.
//
// # Steps
//
// BenchmarkStep takes training steps of cmd/train's two networks on synthetic data
// of MNIST's shape: Model.Batch and Optimizer.Step, after a warm-up, fetching the
// mini-batch left out. xGEMM compares a step with the matrix products that
// forward and backward pass cannot do without, xSGD with a step of SGD.
//
// kfac is K-FAC's fixed mode, kfac-adaptive the adaptive one, whose search for λ
// is in the warm-up. K-FAC's steps differ: factors, inverses, damping and, in
// adaptive mode, γ are updated every so many steps. ms/step is therefore their
// mean over a whole period (20 steps with the default settings), each position's
// time being its median over all periods; median-ms is the median of all steps.
// gradient-ms (loss, gradient and factors), inverse-ms, product-ms (exact
// curvature products), update-ms and damping-ms are the same mean of the phases
// in kfac.Stats. An iteration is one period, so -benchtime 4x is 80 steps.
//
// BenchmarkGrowth does the same, all optimizers in one turn, as one size grows from
// 784-512-512-10 at batch 512: the width (784-w-w-10), the depth (hidden layers of
// 512) or the batch. Here kfac is the fixed mode and adaptive the adaptive one, at
// cmd/train's defaults. NAME-MiB is what lives on the heap once training has ended
// and goes when that model and optimizer go: parameters, buffers, factors,
// inverses, the loader's batches, but neither the data nor buffers that all share.
// NAME-peak-MiB, on Linux, is how far resident memory rose while they were built
// and took their first steps, six or more, with garbage collected early.
//
// At width 4096, K-FAC inverts matrices of order 4097 and needs 2 GiB for each mode;
// an iteration is still a whole period, and takes 40 s. The whole sweep takes 3 to 4
// minutes. Command growthplot makes the tables and figures of it, before and after a
// change; results/growth-before.txt is a sweep at commit c3507f5.
//
//	go test -run '^$' -bench Growth -benchtime 3s -timeout 1h | tee results/growth.txt
//	go run ./growthplot -out ../docs/figures results/growth-before.txt results/growth.txt
//
// # Workers
//
// BenchmarkWorkers takes steps with one worker, two, … as many as there are
// processors, and with as many as package internal/cpus chooses (chosen-ms), a
// second each in turns. Its times are means over a turn: under a quota of processor
// time a program stands still for tens of milliseconds, which a median of steps
// leaves out. Run it in a control group with a quota, or under taskset:
//
//	systemd-run --scope -p CPUQuota=150% go test -run '^$' -bench Workers -benchtime 5x
//
// # PyTorch
//
// BenchmarkTorch takes steps of the same networks with the same optimizers in
// PyTorch and here, this time with everything that belongs to a step: choosing and
// fetching a mini-batch, forward, backward, update. It needs a Python that can
// import torch (Debian: python3-torch); PYTHON names another one.
//
// As it comes, PyTorch may run with threads that are in each other's way and
// without the kernels for the processor. xTorch compares with that, no variable
// set; xTorchPassive with OMP_WAIT_POLICY=passive and nothing else: OpenMP's
// threads sleep while they wait, instead of turning in circles on a processor
// that another thread could use; xTorchTuned with the fastest of several settings
// of that variable, OMP_NUM_THREADS, OPENBLAS_NUM_THREADS and OPENBLAS_CORETYPE,
// tried for each network, batch and optimizer. The line after the figures says
// which. Every setting is a process of its own; together they take about 5 GiB of
// memory.
//
//	go test -run '^$' -bench Torch -benchtime 10x -timeout 1h
//
// BenchmarkPredict compares predictions in the same way: 1, 10, 100 and 1000 raw
// examples, float64 pixels up to 255, to probabilities, with the weights of the
// 784-512-512-10 network at rest.
//
//	go test -run '^$' -bench Predict -benchtime 20x -timeout 1h
//
// # Peers
//
// BenchmarkPeers takes the steps of BenchmarkTorch in other libraries as well, as
// their users would: the MLP at batches 128 and 512, the autoencoder at 1000. Who is
// not there is left out, and a line says why. Tests compare losses and updates of a
// few steps with ours: all of them take the same step, up to rounding.
//
//   - xTorch, xTorchPassive: PyTorch, as above.
//   - xScikitLearn: MLPClassifier.partial_fit on one mini-batch, float32, with α = 0
//     (Debian: python3-sklearn). It has no such autoencoder.
//   - xGorgonia: gorgonia's own graph, gradients, tape machine and solver, on gonum's
//     BLAS, which is its default.
//   - xGomlx, xGomlxByHand: gomlx on its backend in plain Go, SGD, with its gradients
//     or with a backward pass written out in products of transposed copies. The tag
//     gomlx builds it in; without it its module, 89 MB, is not downloaded. Its own
//     gradients are left out for the autoencoder: ten times the work of an MLP's step
//     that takes seconds.
//
// Who needs more than 1.5 seconds for a step has three turns of one step.
//
//	go test -tags gomlx -run '^$' -bench Peers -benchtime 7x -timeout 1h
package benchmarks
