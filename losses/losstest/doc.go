// Package losstest checks a loss of one's own, in one line of a test:
//
//	func TestMyLoss(t *testing.T) { losstest.Check(t, MyLoss{}, losstest.Config{}) }
//
// [Check] compares what the loss computes with finite differences, with sums over all targets or means over samples, and
// with itself for other batch sizes and in the other float type. A fault is reported in one line, which names the aspect,
// the element and both values, and says what is probably wrong:
//
//	losstest: mine.Loss: gradient: the gradient of Build is 5 times the finite difference of Build, the number of examples: a sum
//	in the place of a mean, or a factor N too much (element [1 1]: 0.995819 instead of 0.199164; 15 of 15 elements differ)
//
// What is looked at are the [Aspects]. An aspect is left out where one that it needs has failed.
//
// The identities of the score and of the Fisher matrix are those of every density that may be differentiated under the
// integral (Martens 2014, "New insights and perspectives on the natural gradient method", section 5). They hold the methods
// of a loss against each other: two that are wrong in the same way are not found, and means over samples do not show
// an error of a per cent.
//
// Check needs all methods of a loss. Check a cost alone as losses.With(cost, distribution), and a distribution as
// losses.With of one of the library's costs and the distribution.
package losstest
