package scale

// Layer is an affine map s = aW + b that is used at several locations of each example.
type Layer struct {
	Name      string
	In, Out   int
	Locations int // 1 for a dense layer
	Bias      bool
}

// rows is the order of A: the bias adds an input that is always 1.
func (l Layer) rows() int {
	if l.Bias {
		return l.In + 1
	}
	return l.In
}

// parameters are the elements of W and b.
func (l Layer) parameters() int { return l.rows() * l.Out }

// orders are those of A and G.
func (l Layer) orders() [2]int { return [2]int{l.rows(), l.Out} }

// Network is what the cost of a step depends on.
type Network struct {
	Name   string
	Layers []Layer // from input to output
	Other  int     // parameters under no affine map, such as those of normalisation layers

	// Buffers are the elements of running statistics, which travel with the gradients.
	Buffers int
}

// Parameters are all learnable elements.
func (n Network) Parameters() int {
	sum := n.Other
	for _, l := range n.Layers {
		sum += l.parameters()
	}
	return sum
}

// activations are the elements of all pre-activations of an example.
func (n Network) activations() int {
	sum := 0
	for _, l := range n.Layers {
		sum += l.Locations * l.Out
	}
	return sum
}

// ForwardFlops are the operations of a forward pass of one example.
func (n Network) ForwardFlops() float64 {
	sum := 0.
	for _, l := range n.Layers {
		sum += 2 * float64(l.Locations) * float64(l.In) * float64(l.Out)
	}
	return sum
}

// Triangles are the elements of the lower triangles of all factors.
func (n Network) Triangles() int {
	sum := 0
	for _, l := range n.Layers {
		for _, order := range l.orders() {
			sum += triangle(order)
		}
	}
	return sum
}

// Squares are the elements of all factors.
func (n Network) Squares() int {
	sum := 0
	for _, l := range n.Layers {
		for _, order := range l.orders() {
			sum += order * order
		}
	}
	return sum
}

func triangle(order int) int { return order * (order + 1) / 2 }
