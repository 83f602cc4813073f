// Command train trains a network on images, on one's own data or on an
// ill-conditioned regression with K-FAC, Adam, SGD, Muon, Shampoo or SOAP.
//
//	go run ./cmd/train -opt kfac
//	go run ./cmd/train -opt adam -dataset mnist -target test_accuracy=0.98 -json
//	go run ./cmd/train -model autoencoder -dataset my.npz -epochs 10
//	go run ./cmd/train -model regression -target test_loss=0.05
//	go run ./cmd/train -model regression -dataset my.csv -target-columns price,weight
//	go run ./cmd/train -dataset my.csv -label-column species -validation 0.1 -patience 10
//
//	go run ./cmd/train -resume auto
//	go run ./cmd/train -load runs/mlp-my-kfac-001 -eval
//	go run ./cmd/train -load runs/mlp-my-kfac-001 -predict new.csv -to predicted.csv
//	go run ./cmd/train -load runs/mlp-my-kfac-001 -export model.onnx
//	go run ./cmd/train -config runs/mlp-my-kfac-001/config.json -seed 2
//
//	go run ./cmd/train -tune kfac,adam,sgd -target test_accuracy=0.98 -out tuning
//	go run ./cmd/train -compare kfac,adam,sgd -seeds 5 -target test_accuracy=0.98 -tuned tuning/tune.json
//
// Flag -h lists all flags, -list what can be chosen. Messages and progress go
// to stderr, the result to stdout: a short table or, with -json, one object.
//
// The exit status is 0 when done, 1 on an error, 2 on a wrong command line, 3
// if the run diverged: its loss stopped being a number, or ended at ten times its
// beginning and more (docs/endings.md has the rule), 4 if a target was asked for and not
// reached, 130 or 143 after SIGINT or SIGTERM. Of several runs, one that diverges
// or misses its target is a result.
//
// Losses are means over examples; the regression's is half the sum of squares
// over the values of a target. With -l2, train_loss includes the penalty,
// and test_loss does not. The autoencoder's train_subset_loss is, like
// test_loss, the data loss alone, on the first 10000 training examples, which
// reconstruction_error is measured on as well.
//
// With -opt kfac and -json, each entry of the history has K-FAC's diagnostics
// under "kfac": of the last step, but for rho, predicted_change and
// actual_change, which are the last measured ones since the entry before, and
// for undone_steps, which is a sum since then. What was not measured is null.
// Of every optimizer, phase_seconds are the times of the parts of a step, sums
// since then, too. In -kfac-mode adaptive, lr is a factor on the step that is
// found, and kfac_damping is null in the configuration if it was to be found.
//
// # Data of one's own
//
// A .csv has columns for everything. The line "data set:" says which one was
// taken for the label, and what the classes are. -label-column and
// -target-columns name them; without them it is a column called label, class,
// target, y or species, and without one the only column of text, else the first
// or the last that looks like a label (see package datasets' ReadOptions). A
// fifth of the rows is for testing, of each class its share, always the same rows; an .npz, idx files and CIFAR's have their own test
// part. A directory of images has a directory for each class, and may have train and test around them; -image-size
// makes its images of one size (docs/data.md). Labels are whole numbers or, in a .csv, text.
//
// Inputs are standardised by the training examples' means and deviations, one
// pair for each feature, or one for all pixels (see Dataset.Standardize), and are
// pixels by one rule for all kinds of file. The autoencoder takes pixels as they
// are, from 0 to 1, with a Bernoulli loss, and standardises everything else, with a
// Gaussian loss, half the squared error. -model regression standardises one's own
// targets as well: test_loss is in units of their variance in the training data,
// ½ for each target for a model that predicts the mean. "targets" in the result
// has their means and deviations, and the table the test error of a single target
// in its own units. The built-in regression is left as it is.
//
// Images of several channels have a mean and a deviation for each channel. -augment
// changes training images at random, as in crop=2,flip,mixup=0.2: docs/data.md has the
// words. What is evaluated stays as it is, so that train_loss is higher than test_loss.
//
// With -validation PART, so much of the training data is held back, of each class
// its share, always the same examples. Scores with the prefix validation_ join the
// others, "best" in the result is the evaluation with the best of them
// (validation_accuracy, validation_reconstruction_error or validation_loss; with
// -target, its metric), -patience N ends a run after N evaluations in a row that
// were no better ("ending": "patience"), and -tune ranks by them. -target must name
// one of them: the test part, which judges the result, is not to end the run.
//
// # What is kept of a run
//
// A run has a directory: the one that -out names, or a new one runs/MODEL-DATASET-OPT-NNN;
// -out none keeps nothing. Package rundir lists what is in it. SIGINT and SIGTERM let the
// step end, save, and print the command that goes on; -resume DIR goes on there, to the
// bit, also after the process was killed: then from the last checkpoint. A run that is
// resumed keeps its settings, but may be given more -epochs or -max-steps, another
// -target or -patience. A schedule that falls over the whole run falls over the longer
// one from there on.
//
// model.safetensors is the model with the parameters that were scored: averaged where
// averages are evaluated, and with -validation those that were best on that part (of
// equally good ones the first). The result's scores are the last evaluation's, and
// "best" has those of the model. A run that was interrupted has no report yet. -load
// DIR begins with it, on the data that it was trained on unless -dataset names others,
// which are scaled and whose classes are numbered as the model's own. With -eval it is
// scored, with -predict it predicts rows of raw examples, else it is trained further; that
// run needs the directory still when it is resumed.
//
// -export FILE writes the model as an .onnx file, which onnxruntime and other programs run:
// that of -load, and nothing is trained unless a setting asks for it, or a run's when it has
// ended. -load takes .onnx files as well, of -export or of another program such as PyTorch.
// -model says what such a network's outputs are, where it does not end with a softmax:
// logits of classes for a classifier, else values. docs/onnx.md has what is read.
//
// -config FILE takes all settings from a config.json, or from a result; flags beside it
// win. With another -opt, -kfac-mode or -model the file's settings of training are left
// out, which are not the other's.
//
// What cannot be written is told at once; training goes on, and the status is 1.
//
// # Groups of parameters
//
// -groups names parameters that are trained differently, by patterns of their names
// (dense1.weight, dense1.bias, dense2.weight, …): '*.bias:l2=none' takes the penalty from
// biases, 'dense1.*:frozen' leaves a layer as it is, 'dense3.*:rate=0.1,decay=2' has
// factors on learning rate and weight decay. Semicolons separate groups, and a later
// one wins. A pattern that matches nothing is an error that lists the names.
//
// # Several runs
//
// -compare trains each of its entries on the same data, initial weights and
// order of batches, seed by seed, and -tune searches settings for each. An entry
// is an optimizer with flags of its own behind colons; values with slashes between
// them are alternatives, of which a comparison trains each, and LOW..HIGH is
// searched log-uniformly. What an entry says goes before what the command line
// says, and that before what -tuned found. Flags that an optimizer has no use for
// are the others'.
//
// Each run is kept in the output directory as it ends, and taken from there if
// its configuration, its data and the program are the same: the same command goes
// on after an interruption, and more seeds or entries can be added. A run of data
// that have changed since is made again, and one command at a time works in a
// directory: docs/files.md has the rules. A run that diverges or misses its target
// is a result. -json prints {"version":1,"runs":[…]} of the objects of single
// runs, which have a "label", an "ending" (done, target, patience, diverged, cut, or
// interrupted, which a single run can be) and the "command" that repeats them.
//
// A search ranks by the median over its seeds of the steps to the target, or of
// the seconds, and what does not reach it by the final score. A run that has taken
// twice what the best trial took is cut, which changes no ranking. Seeds are from
// 101 on, so that a comparison is not made on those that were tuned on.
//
// # Several processes
//
// Processes that a launcher such as mpirun or srun has started train one model together,
// unless -distributed none says otherwise: each has its share of every mini-batch, and
// -batch-size is the whole one. The same flags make the same run on any number of
// processes, up to rounding; dropout masks and sampled targets are others than without a
// launcher. "processes" in the result and in config.json is their number.
//
// The first process has the terminal, the directory of the run and the live page. The
// others say nothing but why they cannot join it. Before the first step all must have the
// same program, kernels, settings and data. An error that only some have is told once, with
// the processes that have it. All end with the same status, which a launcher makes its own;
// after a signal it may have another one. -version, -list, -eval, -predict, -export, -serve and a
// wrong command line are the first process's alone, and the others end with status 0.
// -tune works in one process.
//
// -resume goes on on any number of processes, or without a launcher; the number of workers
// may change with that of the processes. Unless -kfac-inverse-holders is 1, a state of several
// processes has no inverses, and the run that goes on makes them anew. -compare deals whole runs out: each is made by one
// process, as without a launcher, and kept by the first one. Where the processes of a machine
// have more workers than it has processors, the report says that seconds cannot be compared.
//
// The same seed and the same number of workers give the same numbers, bit for
// bit. Only times differ. Where -workers says nothing, there are as many as the
// processors that the process may run on, or fewer if the environment variable
// GOMAXPROCS or a quota of processor time (of a container, for instance) says so; the
// processes that a launcher has started on a machine divide them, and each has as many as
// any other.
package main
