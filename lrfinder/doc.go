// Package lrfinder finds a learning rate: the range test of Smith (Cyclical learning
// rates for training neural networks, 2017, section 3.3). It trains for some mini-batches
// with a rate that grows from step to step, and looks where the loss falls fastest.
//
//	finder := lrfinder.Finder{Model: model, Optimizer: func() (trainer.Optimizer, error) {
//		return trainer.NewSGD(trainer.SGDConfig{Momentum: 0.9})
//	}}
//	result, err := finder.Run(ctx, loader)
//	…
//	fmt.Println(result.Suggested)
//	err = picture.WriteSVG(file, result) // of package lrfinder/picture
//
// # The test
//
//	α_k   the rate of step k = 0 … n−1 of N: Min·(Max/Min)^(k/(N−1))
//	h_k   the loss of mini-batch k before its step, L2 included
//	m_k   the mean of h_0 … h_k with weights β^(k−j): what is known at step k
//	s_k   the mean of all h_j with weights β^|k−j|: the smoothed curve, which lags behind
//	      neither side. A loss above the bound counts as the bound
//	bound b + (Stop−1)·|b| for b the least m_j: Stop·b where losses are above 0
//
// The test ends after N steps, or where m_k exceeds the bound, or where a loss or a
// gradient is not finite. The suggestion is the rate α_k, 0 < k ≤ the place of the least
// s_k, at which (s_{k+1} − s_{k−1})/2 is least: where the curve over log α falls fastest.
// That is below the rate of the least loss, at which training is nearly unstable. There
// is no suggestion where the curve does not fall, or by less than noise: eight standard
// deviations of s_k, as they are for losses that vary by chance alone.
//
// For K-FAC in adaptive mode the rate is the factor on the step that its quadratic model
// proposes, and 1 is its default.
//
// # No trace
//
// Parameters, buffers and generators of the model, and the position of the data, are
// after Run as they were before, also after an error: training goes on with the same
// bits. The optimizer of the test is one of its own. Observers of the model
// (trainer.Model.Observe) see the passes of the test.
package lrfinder
