package curvature

import (
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// HutchPlusPlus estimates tr A as tr QᵀAQ, exactly, plus [Hutchinson]'s estimate of the rest
// on the complement of Q, where the columns of Q are an orthonormal basis of the images of
// random vectors (Meyer, Musco, Musco & Woodruff 2021, "Hutch++"). Each of the three parts
// takes a third of the products. Where few eigenvalues make up most of A, as in curvature
// matrices, its error is far smaller; it is 0 up to rounding where A has a rank of at most a
// third of the products. It takes 6 products or more, and a third of them vectors of
// length n in memory.
//
// The standard error is that of the random part, given Q. The choice of Q adds nothing to the
// variance: the estimate is unbiased for each Q.
func HutchPlusPlus(a Operator, cfg TraceConfig) (Estimate, error) {
	cfg, err := cfg.resolved(6)
	if err != nil {
		return Estimate{}, err
	}
	if _, err := order(a); err != nil {
		return Estimate{}, err
	}
	e, err := hutchPlusPlus(a, cfg)
	if err != nil {
		return Estimate{}, &taskError{"trace", err}
	}
	return e, nil
}

func hutchPlusPlus(a Operator, cfg TraceConfig) (Estimate, error) {
	rng := generator(cfg.Seed, '+')
	q, err := rangeOf(a, cfg.Products/3, rng)
	if err != nil {
		return Estimate{}, err
	}
	sum, err := traceWithin(a, q)
	if err != nil {
		return Estimate{}, err
	}
	exact := cfg.Products/3 + q.count
	if q.count == q.n {
		return Estimate{Value: sum, Products: exact}, nil
	}
	samples, err := signSamples(a, q, cfg.Products-2*(cfg.Products/3), rng)
	if err != nil {
		return Estimate{}, err
	}
	floats.AddConst(sum, samples)
	return estimate(samples, exact+len(samples)), nil
}

// rangeOf is an orthonormal basis of the images of count random vectors. Images whose part
// outside of the others is of the size of rounding errors are left out.
func rangeOf(a Operator, count int, rng *rand.Rand) (*basis, error) {
	n := a.SymmetricDim()
	q := newBasis(n, count)
	x, image := mat.NewVecDense(n, nil), mat.NewVecDense(n, nil)
	unused := make([]float64, count)
	largest := 0.0
	for range min(count, n) {
		normals(x.RawVector().Data, rng)
		if err := Multiply(a, image, x); err != nil {
			return nil, err
		}
		w := image.RawVector().Data
		largest = max(largest, floats.Norm(w, 2))
		q.remove(w, unused)
		q.remove(w, unused)
		if left := floats.Norm(w, 2); left > 8*precision(a)*largest {
			floats.Scale(1/left, w)
			q.append(w)
		}
	}
	return q, nil
}

// traceWithin is tr QᵀAQ.
func traceWithin(a Operator, q *basis) (float64, error) {
	sum := 0.0
	image := mat.NewVecDense(q.n, nil)
	for i := range q.count {
		v := mat.NewVecDense(q.n, q.row(i))
		if err := Multiply(a, image, v); err != nil {
			return 0, err
		}
		sum += mat.Dot(v, image)
	}
	return sum, nil
}
