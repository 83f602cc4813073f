package vector

// SGD is a step of gradient descent with momentum:
//
//	v ← μv + g
//	θ ← shrink·θ − αv
func SGD[T Float](theta, grad, velocity []T, alpha, mu, shrink T) {
	same(len(theta), len(grad))
	same(len(theta), len(velocity))
	each(&arguments[T]{operation: sgd, k: kernelsOf[T](), x: theta, y: grad, z: velocity, c: [8]T{alpha, mu, shrink}})
}

// Nesterov is a step of gradient descent with look-ahead momentum:
//
//	v ← μv + g
//	θ ← shrink·θ − α(g + μv)
func Nesterov[T Float](theta, grad, velocity []T, alpha, mu, shrink T) {
	same(len(theta), len(grad))
	same(len(theta), len(velocity))
	each(&arguments[T]{operation: nesterov, k: kernelsOf[T](), x: theta, y: grad, z: velocity, c: [8]T{alpha, mu, shrink}})
}

// AdamCoefficients are the factors of a step of Adam, with the corrections of
// both averages for starting at zero in Step and Root.
type AdamCoefficients[T Float] struct {
	Beta1, Beta2 T // parts that the averages keep, β₁ and β₂
	Rest1, Rest2 T // 1−β₁ and 1−β₂, rounded once: 1−0.999 in float32 is off by 1e-5
	Step         T // α/(1−β₁ᵗ)
	Root         T // 1/√(1−β₂ᵗ)
	Epsilon      T
	Shrink       T // 1−αw
}

// Adam is a step of Adam:
//
//	m ← β₁m + (1−β₁)g
//	v ← β₂v + (1−β₂)g²
//	θ ← shrink·θ − step·m/(root·√v + ε)
func Adam[T Float](theta, grad, m, v []T, c AdamCoefficients[T]) {
	same(len(theta), len(grad))
	same(len(theta), len(m))
	same(len(theta), len(v))
	each(&arguments[T]{
		operation: adam, k: kernelsOf[T](), x: theta, y: grad, z: m, w: v,
		c: [8]T{c.Beta1, c.Beta2, c.Rest1, c.Rest2, c.Step, c.Root, c.Epsilon, c.Shrink},
	})
}

// Momentum is a step along a running sum of updates u, and returns the sum of
// squares of that, in float64:
//
//	v ← μv + νu
//	θ ← θ − αv
func Momentum[T Float](theta, velocity, u []T, alpha, mu, nu T) (ss float64) {
	same(len(theta), len(velocity))
	same(len(theta), len(u))
	k := kernelsOf[T]()
	if len(theta) <= pieceSize {
		return k.momentum(theta, velocity, u, alpha, mu, nu)
	}
	return reduce(&arguments[T]{operation: momentum, k: k, x: theta, y: velocity, z: u, c: [8]T{alpha, mu, nu}})[0]
}
