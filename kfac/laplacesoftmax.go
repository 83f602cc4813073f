package kfac

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// ProbitSoftmax sets dst to an approximation of E softmax(z) for outputs z ~ N(mean, cov) of
// K classes, in closed form:
//
//	p = softmax(mean/√(1 + π/8·v)),  v = mean over k of Var(z_k − mean of the other outputs).
//
// Of two classes it is MacKay's formula for a logit (1992, The Evidence Framework Applied to
// Classification Networks). As there, the most probable class is that of the means, and a
// shift of all outputs together, which softmax does not see, changes nothing. The form with a
// variance for each output (Daxberger et al. 2021, arXiv 2106.14806) has neither
// property: an output of large variance loses its rank. SampledSoftmax has no error
// but that of the draws.
func ProbitSoftmax(dst, mean []float64, cov *mat.SymDense) error {
	if err := checkOutputs(dst, mean, cov); err != nil {
		return err
	}
	// The output's difference from the mean of the others is K/(K−1) times that from the mean
	// of all, and the variances of the latter add up to trace − (sum of all elements)/K.
	k, v, most := float64(len(mean)), 0.0, math.Inf(-1)
	for i := range mean {
		v += cov.At(i, i)
		for j := range mean {
			v -= cov.At(i, j) / k
		}
	}
	if len(mean) > 1 {
		v *= k / (k - 1) / (k - 1)
	}
	for i, m := range mean {
		dst[i] = m / math.Sqrt(1+math.Pi/8*max(v, 0))
		most = max(most, dst[i])
	}
	normalize(dst, most)
	return nil
}

// normalize replaces z by softmax(z). most is the greatest of its elements.
func normalize(z []float64, most float64) {
	sum := 0.0
	for i, x := range z {
		z[i] = math.Exp(x - most)
		sum += z[i]
	}
	for i := range z {
		z[i] /= sum
	}
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
		normalize(z, most)
		for k, x := range z {
			dst[k] += x / float64(n)
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
		for j := range i {
			if v := cov.At(i, j); v-v != 0 {
				return fmt.Errorf("kfac: outputs %d and %d have the covariance %g: want a finite number", j, i, v)
			}
		}
	}
	return nil
}
