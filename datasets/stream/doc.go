// Package stream deals out, in mini-batches, examples that come one at a time: rows of files that do not fit in memory,
// answers of a service, numbers that a program draws, values that are in memory already.
//
// A source of one's own is an iterator of examples, which [New] cuts into mini-batches for a trainer.Trainer:
//
//	examples := func(yield func(stream.Example, error) bool) {
//		for rows.Next() {
//			var e stream.Example
//			e.X = make([]float64, 2)
//			err := rows.Scan(&e.X[0], &e.X[1], &e.Label)
//			if !yield(e, err) {
//				return
//			}
//		}
//	}
//	train, err := stream.New(ctx, examples, stream.Options{Shape: []int{2}, Classes: 3, BatchSize: 128, Window: 10_000})
//
// The package stands apart from package datasets, whose downloads compile the standard library's network.
//
// # Notation
//
//	B   examples of a mini-batch, Options.BatchSize
//	W   examples that are held to draw the next from, Options.Window
//	x   float32 of shape B×Shape, scaled
//	y   int32 of shape B, or float32 of shape B×Outputs
//
// # Memory and goroutines
//
// A goroutine for each epoch holds W examples and two mini-batches, scaled, in float32: 4·(W + 2B) bytes for each value
// of an example. See [Stream] for when it ends.
//
// # Reproducibility
//
// The order is drawn from PCG-DXSM of math/rand/v2, seeded with Options.Seed and the number of the epoch. It does not
// depend on how fast examples come. A position is the epoch's number and the number of batches dealt.
//
// # Errors
//
// An error of the sequence, and an example that does not fit the options, end the data: [Stream.Err] has the reason, and
// trainer.Trainer's Fit and Evaluate return it.
package stream
