package vector

import "math"

// The loops in plain Go. A product that is added to something is converted to
// its own type first: that keeps compilers of other machines from fusing the
// two, and all machines to the same bits.

func scalePlain[T Float](x []T, c T) {
	for i := range x {
		x[i] *= c
	}
}

func addPlain[T Float](dst, x []T) {
	x = x[:len(dst)]
	for i, v := range x {
		dst[i] += v
	}
}

func addScaledPlain[T Float](dst []T, c T, x []T) {
	x = x[:len(dst)]
	for i, v := range x {
		dst[i] += T(c * v)
	}
}

func combinePlain[T Float](dst []T, a, b T, x []T) {
	x = x[:len(dst)]
	for i, v := range x {
		dst[i] = T(a*dst[i]) + T(b*v)
	}
}

func sgdPlain[T Float](theta, grad, velocity []T, alpha, mu, shrink T) {
	grad, velocity = grad[:len(theta)], velocity[:len(theta)]
	for i, g := range grad {
		v := T(mu*velocity[i]) + g
		velocity[i] = v
		theta[i] = T(shrink*theta[i]) - T(alpha*v)
	}
}

func nesterovPlain[T Float](theta, grad, velocity []T, alpha, mu, shrink T) {
	grad, velocity = grad[:len(theta)], velocity[:len(theta)]
	for i, g := range grad {
		v := T(mu*velocity[i]) + g
		velocity[i] = v
		theta[i] = T(shrink*theta[i]) - T(alpha*(g+T(mu*v)))
	}
}

func adamPlain[T Float](theta, grad, m, v []T, b1, b2, c1, c2, step, root, eps, shrink T) {
	grad, m, v = grad[:len(theta)], m[:len(theta)], v[:len(theta)]
	for i, g := range grad {
		mi := T(b1*m[i]) + T(c1*g)
		vi := T(b2*v[i]) + T(c2*g*g)
		m[i], v[i] = mi, vi
		theta[i] = T(shrink*theta[i]) - step*mi/(T(T(math.Sqrt(float64(vi)))*root)+eps)
	}
}

func momentumPlain[T Float](theta, velocity, u []T, alpha, mu, nu T) float64 {
	velocity, u = velocity[:len(theta)], u[:len(theta)]
	var s lanes
	for i, v := range velocity {
		v = T(mu*v) + T(nu*u[i])
		velocity[i] = v
		theta[i] -= T(alpha * v)
		s[i%len(s)] += float64(float64(v) * float64(v))
	}
	return s.fold()
}

func widenPlain(dst []float64, src []float32) {
	src = src[:len(dst)]
	for i, v := range src {
		dst[i] = float64(v)
	}
}

func narrowPlain(dst []float32, src []float64) {
	src = src[:len(dst)]
	for i, v := range src {
		dst[i] = float32(v)
	}
}
