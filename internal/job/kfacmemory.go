package job

import "github.com/gokfac/gokfac/kfac"

// kfacMemory counts factors, inverses and products with the Fisher matrix.
func kfacMemory(s *Spec, maps []Map) Memory {
	m := Memory{Tangents: 2} // of a layer's outputs: before and after the activation
	switch {
	case s.KFAC.Mode == kfac.Adaptive && s.KFAC.GammaUpdateSteps > 0: // products of δ₀ and three proposals, two of them kept
		m.Tangents, m.Vectors = 4*m.Tangents, 2
	case s.KFAC.Mode == kfac.Adaptive:
		m.Tangents *= 2
	}
	n := max(s.Batch, 1)
	m.Tangents *= float64(s.KFAC.ProductExamples(n)) / float64(n)
	if s.KFAC.Polyak > 0 {
		m.Vectors++
	}
	m.Kept, m.Work = curvatureNeeded(s, maps)
	return m
}

// kfacCures names what takes less memory than K-FAC as it is set.
func kfacCures(s *Spec) string {
	switch s.KFAC.Structure {
	case kfac.Full:
		return ", or another ⟨kfac-structure⟩: full keeps the square of the number of parameters"
	case kfac.Diagonal:
		return ", or another ⟨opt⟩"
	}
	return ", ⟨kfac-structure⟩ diagonal, or another ⟨opt⟩: K-FAC keeps the square of each layer's width"
}

// curvatureNeeded counts the elements that a structure keeps, and those of the
// float64 matrices that it decomposes its factors in, side by side on the
// processors.
func curvatureNeeded(s *Spec, maps []Map) (kept, work float64) {
	var params, squares, neighbours, largest, inputs float64
	for i, m := range maps {
		in, out := float64(m.In+1), float64(m.Out)
		params += in * out
		square := in * in
		if s.KFAC.Structure == kfac.LowRank && in >= kfac.LeastWide {
			square = in * in / 4 // rows of the last examples, and eigenvectors
		}
		squares += square + out*out
		largest = max(largest, square, out*out)
		inputs += float64(s.Batch*max(m.Places, 1)) * in // with the row of ones, or a convolution's windows
		if i > 0 {
			neighbours += float64(maps[i-1].In+1)*in + float64(maps[i-1].Out)*out
		}
	}
	several := float64(min(max(s.Workers, 1), 2*len(maps))) // two factors a layer
	packed := min(2*largest, mostPacked)
	switch s.KFAC.Structure {
	case kfac.Full: // mini-batch, average, and two inverses
		return 4*params*params + float64(s.Batch)*params, 2*params*params + min(2*params*params, mostPacked)
	case kfac.Diagonal: // likewise
		return 4*params + inputs, 0
	case kfac.EKFAC: // factors of mini-batch and average, and a basis; the diagonal likewise, and two products
		return 3*squares + 4*params + 2*inputs, 6*largest*several + packed
	case kfac.BlockTridiagonal: // factors and couplings of both, and two inverses of the chain
		return 4*squares + 4*neighbours + 2*params + inputs, 12*largest*several + packed
	}
	kept = 4*squares + params + inputs
	if s.KFAC.Structure == kfac.LowRank { // eigenvectors as well, if all inverses are dense after all
		kept += squares / 4
	}
	return kept, 2*largest*several + packed
}
