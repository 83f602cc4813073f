// Command train trains a network on images, on one's own data or on an
// ill-conditioned regression with K-FAC, Adam or SGD.
//
//	go run ./cmd/train -opt kfac
//	go run ./cmd/train -opt adam -dataset mnist -target test_accuracy=0.98 -json
//	go run ./cmd/train -model autoencoder -dataset my.npz -epochs 10
//	go run ./cmd/train -model regression -target test_loss=0.05
//
// Flag -h lists all flags, -list what can be chosen. Messages and progress go
// to stderr, the result to stdout: a short table or, with -json, one object.
//
// The exit status is 0 when done, 1 on an error, 2 on a wrong command line, 3
// if the loss stopped being a number, 4 if a target was asked for and not
// reached, 130 or 143 after SIGINT or SIGTERM.
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
// for undone_steps, which is a sum since then. What was not measured
// is null. phase_seconds are sums since the entry before, too. In -kfac-mode adaptive, lr is a factor on the step that is found, and
// kfac_damping is null in the configuration if it was to be found, too.
//
// The same seed and the same number of workers give the same numbers, bit for
// bit. Only times differ.
package main
