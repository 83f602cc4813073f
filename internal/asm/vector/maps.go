package main

import "github.com/gokfac/gokfac/internal/asm/simd"

// elementwise is a kernel that has the same to do for every element.
type elementwise struct {
	name, signature, doc string
	slices, scalars      []string
	slow                 bool // arithmetic takes longer than memory
	body                 func(f *frame)
}

// frame is one slot of an elementwise kernel. Its methods are written as in
// Go: one rounding each, without fusing, so that all machines agree to the last
// bit. Memory is slower than the instructions that fusing would save.
type frame struct {
	*loop
	slot     int
	constant map[string]simd.Vec
}

func (f *frame) get(slice string) simd.Vec    { return f.load(slice, f.slot) }
func (f *frame) put(slice string, r simd.Vec) { f.store(r, slice, f.slot) }

var maps = []elementwise{{
	name: "scale", signature: "(x []T, c T)", slices: []string{"x"}, scalars: []string{"c"},
	doc: `
for i := range x {
	x[i] *= c
}`,
	body: func(f *frame) { f.put("x", f.Multiply(f.get("x"), f.constant["c"])) },
}, {
	name: "add", signature: "(dst, x []T)", slices: []string{"dst", "x"},
	doc: `
for i := range dst {
	dst[i] += x[i]
}`,
	body: func(f *frame) { f.put("dst", f.Add(f.get("dst"), f.get("x"))) },
}, {
	name: "addScaled", signature: "(dst []T, c T, x []T)", slices: []string{"dst", "x"}, scalars: []string{"c"},
	doc: `
for i := range dst {
	dst[i] += c * x[i]
}`,
	body: func(f *frame) { f.put("dst", f.Add(f.get("dst"), f.Multiply(f.constant["c"], f.get("x")))) },
}, {
	name: "combine", signature: "(dst []T, a, b T, x []T)", slices: []string{"dst", "x"}, scalars: []string{"a", "b"},
	doc: `
for i := range dst {
	dst[i] = a*dst[i] + b*x[i]
}`,
	body: func(f *frame) {
		f.put("dst", f.Add(f.Multiply(f.constant["a"], f.get("dst")), f.Multiply(f.constant["b"], f.get("x"))))
	},
}, {
	name: "sgd", signature: "(theta, grad, velocity []T, alpha, mu, shrink T)",
	slices: []string{"theta", "grad", "velocity"}, scalars: []string{"alpha", "mu", "shrink"},
	doc: `
for i := range theta {
	v := mu*velocity[i] + grad[i]
	velocity[i] = v
	theta[i] = shrink*theta[i] - alpha*v
}`,
	body: func(f *frame) {
		v := f.Add(f.Multiply(f.constant["mu"], f.get("velocity")), f.get("grad"))
		f.put("velocity", v)
		f.put("theta", f.Subtract(f.Multiply(f.constant["shrink"], f.get("theta")), f.Multiply(f.constant["alpha"], v)))
	},
}, {
	name: "nesterov", signature: "(theta, grad, velocity []T, alpha, mu, shrink T)",
	slices: []string{"theta", "grad", "velocity"}, scalars: []string{"alpha", "mu", "shrink"},
	doc: `
for i := range theta {
	v := mu*velocity[i] + grad[i]
	velocity[i] = v
	theta[i] = shrink*theta[i] - alpha*(grad[i]+mu*v)
}`,
	body: func(f *frame) {
		g := f.get("grad")
		v := f.Add(f.Multiply(f.constant["mu"], f.get("velocity")), g)
		f.put("velocity", v)
		ahead := f.Add(g, f.Multiply(f.constant["mu"], v))
		f.put("theta", f.Subtract(f.Multiply(f.constant["shrink"], f.get("theta")), f.Multiply(f.constant["alpha"], ahead)))
	},
}, {
	name: "adam", signature: "(theta, grad, m, v []T, b1, b2, c1, c2, step, root, eps, shrink T)",
	slices: []string{"theta", "grad", "m", "v"}, scalars: []string{"b1", "b2", "c1", "c2", "step", "root", "eps", "shrink"}, slow: true,
	doc: `
for i, g := range grad {
	m[i] = b1*m[i] + c1*g
	v[i] = b2*v[i] + c2*g*g
	theta[i] = shrink*theta[i] - step*m[i]/(sqrt(v[i])*root+eps)
}`,
	body: func(f *frame) {
		g := f.get("grad")
		m := f.Add(f.Multiply(f.constant["b1"], f.get("m")), f.Multiply(f.constant["c1"], g))
		f.put("m", m)
		v := f.Add(f.Multiply(f.constant["b2"], f.get("v")), f.Multiply(f.Multiply(f.constant["c2"], g), g))
		f.put("v", v)
		divisor := f.Add(f.Multiply(f.Sqrt(v), f.constant["root"]), f.constant["eps"])
		step := f.Multiply(f.constant["step"], m)
		f.Into(step).Divide(step, divisor)
		f.put("theta", f.Subtract(f.Multiply(f.constant["shrink"], f.get("theta")), step))
	},
}}

// mapSlots and longSlots are how many vectors a kernel has in a step: of AVX, and
// of NEON where there is little else than loads and stores.
const (
	mapSlots  = 2
	longSlots = 8
)

func (k elementwise) emit(m simd.Machine) {
	start(m, m.Element.Letter+k.name, k.signature, k.doc)
	slots := slotsOf(m, mapSlots, longSlots)
	if k.slow {
		slots = min(slots, 4)
	}
	f := &frame{loop: newLoop(m, m.Lanes(), slots, k.slices...), constant: constants(m, k.scalars...)}
	f.run("", k.slices[0], func() {
		for f.slot = range f.slots {
			k.body(f)
		}
	})
	m.End()
}

// constants are parameters broadcast to all lanes.
func constants(m simd.Machine, names ...string) map[string]simd.Vec {
	all := map[string]simd.Vec{}
	for _, name := range names {
		all[name] = m.Scalar(name)
	}
	return all
}
