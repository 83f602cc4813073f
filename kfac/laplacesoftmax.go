package kfac

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// ProbitSoftmax sets dst to an approximation of E softmax(z) for outputs z ~ N(mean, cov) of
// C classes, in closed form:
//
//	p_k ∝ 1 / Σᵢ exp(−(m_k − mᵢ)/√(1 + π/8·Var(z_k − zᵢ))).
//
// Each difference of two outputs is moderated as a logit is by MacKay 1992 (The Evidence
// Framework Applied to Classification Networks); of two classes it is his formula. With all
// covariances it is the mean-field approximation of Lu, Ie, Sha 2020 (arXiv 2006.07584). As
// softmax itself it does not change if all outputs are shifted together, which the form with
// the variances of single outputs does.
func ProbitSoftmax(dst, mean []float64, cov *mat.SymDense) error {
	if err := checkOutputs(dst, mean, cov); err != nil {
		return err
	}
	total := 0.0
	for k, m := range mean {
		sum := 0.0
		for i, other := range mean {
			v := max(cov.At(k, k)+cov.At(i, i)-2*cov.At(k, i), 0)
			sum += math.Exp((other - m) / math.Sqrt(1+math.Pi/8*v))
		}
		dst[k] = 1 / sum
		total += dst[k]
	}
	for k := range dst {
		dst[k] /= total
	}
	return nil
}

// SampledSoftmax sets dst to the mean of softmax(z) over n draws of z ~ N(mean, cov).
func SampledSoftmax(dst, mean []float64, cov *mat.SymDense, n int, rng *rand.Rand) error {
	if err := checkOutputs(dst, mean, cov); err != nil {
		return err
	}
	if n < 1 {
		return fmt.Errorf("kfac: the mean of %d draws: want 1 or more", n)
	}
	var e mat.EigenSym
	if !e.Factorize(cov, true) {
		return errors.New("kfac: the covariance of the outputs has no eigendecomposition")
	}
	var q mat.Dense
	e.VectorsTo(&q)
	c := len(mean)
	root, r, z := e.Values(nil), make([]float64, c), make([]float64, c)
	for i, v := range root {
		root[i] = math.Sqrt(max(v, 0)) // a negative one is 0 and rounding
	}
	clear(dst)
	for range n {
		for i, s := range root {
			r[i] = s * rng.NormFloat64()
		}
		most := math.Inf(-1)
		for k, m := range mean {
			z[k] = m
			for i, x := range r {
				z[k] += q.At(k, i) * x
			}
			most = max(most, z[k])
		}
		sum := 0.0
		for k, x := range z {
			z[k] = math.Exp(x - most)
			sum += z[k]
		}
		for k, x := range z {
			dst[k] += x / sum / float64(n)
		}
	}
	return nil
}

// checkOutputs compares sizes, and refuses numbers that are not finite.
func checkOutputs(dst, mean []float64, cov *mat.SymDense) error {
	c := len(mean)
	if c == 0 || len(dst) != c || cov == nil || cov.SymmetricDim() != c {
		return fmt.Errorf("kfac: %d probabilities of %d outputs: want as many, and a covariance of that order", len(dst), c)
	}
	for i, m := range mean {
		if v := cov.At(i, i); m-m != 0 || v-v != 0 {
			return fmt.Errorf("kfac: output %d has mean %g and variance %g: want finite numbers", i, m, v)
		}
	}
	return nil
}
