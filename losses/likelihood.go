package losses

import "github.com/gokfac/gokfac/graph"

// NegativeLogLikelihood is the cost itself: −log softmax(z)_y.
func (l SoftmaxCrossEntropy) NegativeLogLikelihood(b *graph.Builder, z, y *graph.Node) (*graph.Node, error) {
	return l.Build(b, z, y)
}

// NegativeLogLikelihood is the cost itself: ½‖z − y‖², without the constant
// (C/2)·log 2π.
func (l SquaredError) NegativeLogLikelihood(b *graph.Builder, z, y *graph.Node) (*graph.Node, error) {
	return l.Build(b, z, y)
}

// NegativeLogLikelihood is the cost itself.
func (l SigmoidCrossEntropy) NegativeLogLikelihood(b *graph.Builder, z, y *graph.Node) (*graph.Node, error) {
	return l.Build(b, z, y)
}
