package vector

import "math"

// trial is an operation on slices of one length, with the loop that defines it;
// those loops were the callers' before there was this package.
type trial[T Float] struct {
	name   string
	slices int // how many of x, y, z and w it uses
	run    func(x, y, z, w []T) [3]float64
	loop   func(x, y, z, w []T) [3]float64
	sums   bool // returns sums over the elements, added in another order than loop's
}

// Coefficients that are not powers of two, so that every product is rounded.
const alpha, mu, shrink = 0.013, 0.91, 0.9987

func adamCoefficients[T Float]() AdamCoefficients[T] {
	return AdamCoefficients[T]{
		Beta1: 0.9, Beta2: 0.999, Rest1: T(1 - 0.9), Rest2: T(1 - 0.999),
		Step: 0.0123, Root: 1.7, Epsilon: 1e-8, Shrink: shrink,
	}
}

func trials[T Float]() []trial[T] {
	none := [3]float64{}
	return []trial[T]{{
		name: "Finite", slices: 1,
		run: func(x, _, _, _ []T) [3]float64 { return truth(Finite(x)) },
		loop: func(x, _, _, _ []T) [3]float64 {
			for _, v := range x {
				if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
					return truth(false)
				}
			}
			return truth(true)
		},
	}, {
		name: "Dot", slices: 2, sums: true,
		run: func(x, y, _, _ []T) [3]float64 { return [3]float64{Dot(x, y)} },
		loop: func(x, y, _, _ []T) (s [3]float64) {
			for i, v := range x {
				s[0] += float64(v) * float64(y[i])
			}
			return s
		},
	}, {
		name: "Products", slices: 2, sums: true,
		run: func(x, y, _, _ []T) [3]float64 { xx, yy, xy := Products(x, y); return [3]float64{xx, yy, xy} },
		loop: func(x, y, _, _ []T) (s [3]float64) {
			for i, v := range x {
				v, w := float64(v), float64(y[i])
				s[0] += v * v
				s[1] += w * w
				s[2] += v * w
			}
			return s
		},
	}, {
		name: "Scale", slices: 1,
		run: func(x, _, _, _ []T) [3]float64 { Scale(x, mu); return none },
		loop: func(x, _, _, _ []T) [3]float64 {
			for i := range x {
				x[i] *= mu
			}
			return none
		},
	}, {
		name: "Add", slices: 2,
		run: func(x, y, _, _ []T) [3]float64 { Add(x, y); return none },
		loop: func(x, y, _, _ []T) [3]float64 {
			for i, v := range y {
				x[i] += v
			}
			return none
		},
	}, {
		name: "AddScaled", slices: 2,
		run: func(x, y, _, _ []T) [3]float64 { AddScaled(x, mu, y); return none },
		loop: func(x, y, _, _ []T) [3]float64 {
			for i, v := range y {
				x[i] += T(mu * v)
			}
			return none
		},
	}, {
		name: "Combine", slices: 2,
		run: func(x, y, _, _ []T) [3]float64 { Combine(x, mu, alpha, y); return none },
		loop: func(x, y, _, _ []T) [3]float64 {
			for i, v := range y {
				x[i] = T(mu*x[i]) + T(alpha*v)
			}
			return none
		},
	}, {
		name: "Copy", slices: 2,
		run:  func(x, y, _, _ []T) [3]float64 { Copy(x, y); return none },
		loop: func(x, y, _, _ []T) [3]float64 { copy(x, y); return none },
	}, {
		name: "SGD", slices: 3,
		run: func(x, y, z, _ []T) [3]float64 { SGD(x, y, z, alpha, mu, shrink); return none },
		loop: func(x, y, z, _ []T) [3]float64 {
			for i, g := range y {
				v := T(mu*z[i]) + g
				z[i] = v
				x[i] = T(shrink*x[i]) - T(alpha*v)
			}
			return none
		},
	}, {
		name: "Nesterov", slices: 3,
		run: func(x, y, z, _ []T) [3]float64 { Nesterov(x, y, z, alpha, mu, shrink); return none },
		loop: func(x, y, z, _ []T) [3]float64 {
			for i, g := range y {
				v := T(mu*z[i]) + g
				z[i] = v
				x[i] = T(shrink*x[i]) - T(alpha*(g+T(mu*v)))
			}
			return none
		},
	}, {
		name: "Momentum", slices: 3, sums: true,
		run: func(x, y, z, _ []T) [3]float64 { return [3]float64{Momentum(x, y, z, alpha, mu, shrink)} },
		loop: func(x, y, z, _ []T) (s [3]float64) {
			for i, u := range z {
				v := T(mu*y[i]) + T(shrink*u)
				y[i] = v
				x[i] -= T(alpha * v)
				s[0] += float64(v) * float64(v)
			}
			return s
		},
	}, {
		name: "Adam", slices: 4,
		run: func(x, y, z, w []T) [3]float64 { Adam(x, y, z, w, adamCoefficients[T]()); return none },
		loop: func(x, y, z, w []T) [3]float64 {
			c := adamCoefficients[T]()
			for i, g := range y {
				m := T(c.Beta1*z[i]) + T(c.Rest1*g)
				v := T(c.Beta2*w[i]) + T(c.Rest2*g*g)
				z[i], w[i] = m, v
				x[i] = T(c.Shrink*x[i]) - c.Step*m/(T(T(math.Sqrt(float64(v)))*c.Root)+c.Epsilon)
			}
			return none
		},
	}}
}

func truth(yes bool) [3]float64 {
	if yes {
		return [3]float64{1}
	}
	return [3]float64{}
}
