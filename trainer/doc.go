// Package trainer trains a network: a [Model] compiles layers and a loss into
// an objective, an [Optimizer] takes steps on it, and [Trainer.Fit] runs the
// loop with a learning-rate schedule, evaluations and callbacks.
//
// The loop knows nothing of the optimizer it drives. SGD, Adam, Muon, Shampoo and SOAP are here;
// K-FAC is package kfac, which this package does not import. One's own loop
// needs neither Trainer nor Fit:
//
//	for batch, err := range trainer.Batches(data) {
//		obj, err := model.Batch(batch.X, batch.Y)
//		…
//		loss, err := optimizer.Step(obj)
//		…
//	}
//
// [Trainer.Begin] gives the steps and epochs of Fit to range over. docs/embedding.md is about use in servers.
//
// # Data
//
// A [Source] gives mini-batches, epoch after epoch: a datasets.Loader, a stream.Stream of
// package datasets/stream, or one's own. Its epochs may be
// of unknown length, and its data may fail ([FallibleSource]).
//
// # Terms
//
//	θ            all parameters together; the learned ones are those that no group has frozen
//	z            the network's outputs, N×C for a mini-batch of N examples and C units
//	h(θ)         the objective: the mean loss of a mini-batch, with the L2 penalty
//	mini-batch   a [MiniBatch]: h with its gradient, its taps, curvature passes and exact products;
//	             [Model.Batch] has it in training mode, [Model.EvaluationBatch] as the network predicts
//	part         a piece of a mini-batch that does not fit in memory ([Accumulation])
//	step         one update of θ from one mini-batch
//	evaluation   a data set that is scored, without dropout and without a step
//	training, evaluation mode   graphs of their own, over the same memory of parameters and buffers
//
// # Scores
//
// An [Evaluation] is scored by the data loss and by metrics, each of which says
// whether a higher value is the better one: [Accuracy] of classes,
// [BinaryAccuracy] of Bernoulli models, [ReconstructionError], or one's own
// [Metric]. A [Target] stops a run at a score.
//
// # Predictions
//
// A [Predictor] takes raw examples and gives classes with their names and
// probabilities, or values in their units, to any number of callers at once. A
// [Preparation] says how raw values were scaled for the model.
//
// # Files
//
// [Save] writes a model to a directory, with its network, its loss and what its inputs
// and outputs mean, and [Load] makes it again without the code that built it. Layers
// and losses of one's own need a [layers.Kind] and a [losses.Kind] for that.
// [LoadWeights] gives a model the weights that PyTorch saved.
//
// # What is kept
//
// [Save] and [Load] keep a model with its network, loss, scaling and names, for
// [NewPredictor] or further training. Trainer.MarshalBinary has the whole of a run
// between two steps, and [Checkpointer] writes it to files:
//
//	saver := &trainer.Checkpointer{Trainer: run, Dir: "checkpoints", Every: 100}
//	run.Callbacks = append(run.Callbacks, saver.Callback) // the last
//	file, skipped, err := run.Resume("checkpoints")       // "": there is none yet
//	result, err := run.Fit(ctx, data)                     // the same bits as without an interruption
//
// Callbacks that keep numbers, such as [EarlyStopping], stand in Trainer.Keep as well.
//
// # Scaling
//
// The objective is h(θ) = (1/N) Σ_n loss_n + (η/2)‖θ‖², a mean over the
// examples of the batch. L2 (η, [ModelConfig]) is part of it: its gradient is
// seen by momentum, by Adam's moments and by K-FAC's damping. Weight decay (of
// an optimizer's configuration) is not: θ ← θ − αwθ beside the step, which for
// Adam makes it AdamW (Loshchilov & Hutter 2019). Clipping by the gradient's
// norm comes before the optimizer sees it, L2 included.
package trainer
