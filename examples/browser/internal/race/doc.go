// Package race trains one network twice on the built-in digits, with K-FAC and with Adam, from the same weights on the same
// mini-batches, and tells how far both are. It knows nothing of a browser.
//
//	r, err := race.New(race.Open(0), race.Defaults())
//	err = r.Turn(ctx, 100*time.Millisecond) // steps of both
//	news := r.News()                        // what is new since the last call
//
// Both get the same share of the processor: the next step is for the one that has trained for less time. Which of them is
// first changes nothing in what either computes.
//
// The network is mean pooling 2×2 (28×28 pixels become 14×14), a hidden layer of rectified linear units, and softmax over
// the ten digits. The pooling is for the browser, where Go has neither vector instructions nor a second thread: K-FAC's
// largest factor is then 197×197, not 785×785.
//
// [Serve] is a race under orders, which a page sends.
package race
