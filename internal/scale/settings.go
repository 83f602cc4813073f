package scale

// Structure is what is kept of a layer's curvature, and so what is sent of it.
type Structure int

// The structures.
const (
	LowRank Structure = iota
	BlockDiagonal
	EKFAC
	Eigenvectors // those of A and G, as kfac-pytorch keeps them: EKFAC without its diagonal
)

func (s Structure) String() string {
	return [...]string{"low-rank", "block-diagonal", "ekfac", "eigenvectors"}[s]
}

// eigen reports whether all eigenvectors of each factor are found.
func (s Structure) eigen() bool { return s == EKFAC || s == Eigenvectors }

// Settings are those of a run that its cost depends on.
type Settings struct {
	Batch     int // N, of all processes together
	Structure Structure
	// Adaptive mode takes exact products with the Fisher matrix along two directions, and
	// tries three values of γ with each new inverse.
	Adaptive      bool
	FactorPeriod  int // T_f, steps
	InversePeriod int // T_i, steps; a multiple of the other periods
	ProductPeriod int // steps from one step with products to the next
	RatioPeriod   int // steps from one measurement of ρ to the next
	Rank          int // LowRank keeps 1/Rank of all eigenvectors, of factors of lowRankOrder or more

	// Examples that curvature is measured on, at most: those of factors, rows of a factor of
	// a layer with several locations, and examples of products.
	FactorExamples, FactorRows, ProductExamples int

	// As kfac-pytorch does: factors of the gradients for the true targets, which take no
	// second backward pass, and matrices that travel whole.
	TrueTargets, WholeMatrices bool

	// Plain is a run of SGD: a gradient, its sum and an update.
	Plain bool
}

// lowRankOrder is the least order for which LowRank has no dense inverse, with kfac's
// greatest rank of n/4 and least rank of 32.
const lowRankOrder = 128

// Defaults are kfac's defaults for a mini-batch of so many examples.
func Defaults(structure Structure, adaptive bool, batch int) Settings {
	s := Settings{
		Batch: batch, Structure: structure, Adaptive: adaptive,
		FactorPeriod: 4, InversePeriod: 20, ProductPeriod: 2, RatioPeriod: 5, Rank: 16,
		FactorExamples: 2048, FactorRows: 8192, ProductExamples: 1024,
	}
	if !adaptive {
		s.FactorPeriod, s.RatioPeriod = 10, 10
	}
	return s
}

// SGD is a run without curvature.
func SGD(batch int) Settings {
	s := Defaults(BlockDiagonal, false, batch)
	s.Plain = true
	return s
}

// directions are those of exact products: Δ and δ₀, or v, whose fall ρ is measured by.
func (s Settings) directions() int {
	if s.Adaptive {
		return 2
	}
	return 1
}

// trials are the values of γ that are tried with new inverses.
func (s Settings) trials() int {
	if s.Adaptive {
		return 3
	}
	return 1
}

// rank is the number of eigenvectors that are kept of a factor; 0: it has a dense inverse.
func (s Settings) rank(order int) int {
	if s.Structure != LowRank || order < lowRankOrder {
		return 0
	}
	return max(8, order/s.Rank)
}
