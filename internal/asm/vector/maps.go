package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// elementwise is a kernel that has the same to do for every element.
type elementwise struct {
	name, signature, doc string
	slices, scalars      []string
	body                 func(f *frame)
}

// frame is one slot of an elementwise kernel. Its methods are written as in
// Go: one rounding each, without fusing, so that all machines agree to the last
// bit. Memory is slower than the instructions that fusing would save.
type frame struct {
	*loop
	slot     int
	constant map[string]reg.VecVirtual
}

func (f *frame) get(slice string) reg.VecVirtual    { return f.load(slice, f.slot) }
func (f *frame) put(slice string, r reg.VecVirtual) { f.store(r, slice, f.slot) }
func (f *frame) plus(x, y reg.VecVirtual) reg.VecVirtual {
	r := f.register()
	f.add(x, y, r)
	return r
}
func (f *frame) minus(x, y reg.VecVirtual) reg.VecVirtual {
	r := f.register()
	f.sub(x, y, r)
	return r
}
func (f *frame) times(x, y reg.VecVirtual) reg.VecVirtual {
	r := f.register()
	f.mul(x, y, r)
	return r
}

var maps = []elementwise{{
	name: "scale", signature: "func(x []T, c T)", slices: []string{"x"}, scalars: []string{"c"},
	doc: `
for i := range x {
	x[i] *= c
}`,
	body: func(f *frame) { f.put("x", f.times(f.get("x"), f.constant["c"])) },
}, {
	name: "add", signature: "func(dst, x []T)", slices: []string{"dst", "x"},
	doc: `
for i := range dst {
	dst[i] += x[i]
}`,
	body: func(f *frame) { f.put("dst", f.plus(f.get("dst"), f.get("x"))) },
}, {
	name: "addScaled", signature: "func(dst []T, c T, x []T)", slices: []string{"dst", "x"}, scalars: []string{"c"},
	doc: `
for i := range dst {
	dst[i] += c * x[i]
}`,
	body: func(f *frame) { f.put("dst", f.plus(f.get("dst"), f.times(f.constant["c"], f.get("x")))) },
}, {
	name: "combine", signature: "func(dst []T, a, b T, x []T)", slices: []string{"dst", "x"}, scalars: []string{"a", "b"},
	doc: `
for i := range dst {
	dst[i] = a*dst[i] + b*x[i]
}`,
	body: func(f *frame) {
		f.put("dst", f.plus(f.times(f.constant["a"], f.get("dst")), f.times(f.constant["b"], f.get("x"))))
	},
}, {
	name: "sgd", signature: "func(theta, grad, velocity []T, alpha, mu, shrink T)",
	slices: []string{"theta", "grad", "velocity"}, scalars: []string{"alpha", "mu", "shrink"},
	doc: `
for i := range theta {
	v := mu*velocity[i] + grad[i]
	velocity[i] = v
	theta[i] = shrink*theta[i] - alpha*v
}`,
	body: func(f *frame) {
		v := f.plus(f.times(f.constant["mu"], f.get("velocity")), f.get("grad"))
		f.put("velocity", v)
		f.put("theta", f.minus(f.times(f.constant["shrink"], f.get("theta")), f.times(f.constant["alpha"], v)))
	},
}, {
	name: "nesterov", signature: "func(theta, grad, velocity []T, alpha, mu, shrink T)",
	slices: []string{"theta", "grad", "velocity"}, scalars: []string{"alpha", "mu", "shrink"},
	doc: `
for i := range theta {
	v := mu*velocity[i] + grad[i]
	velocity[i] = v
	theta[i] = shrink*theta[i] - alpha*(grad[i]+mu*v)
}`,
	body: func(f *frame) {
		g := f.get("grad")
		v := f.plus(f.times(f.constant["mu"], f.get("velocity")), g)
		f.put("velocity", v)
		ahead := f.plus(g, f.times(f.constant["mu"], v))
		f.put("theta", f.minus(f.times(f.constant["shrink"], f.get("theta")), f.times(f.constant["alpha"], ahead)))
	},
}, {
	name: "adam", signature: "func(theta, grad, m, v []T, b1, b2, c1, c2, step, root, eps, shrink T)",
	slices: []string{"theta", "grad", "m", "v"}, scalars: []string{"b1", "b2", "c1", "c2", "step", "root", "eps", "shrink"},
	doc: `
for i, g := range grad {
	m[i] = b1*m[i] + c1*g
	v[i] = b2*v[i] + c2*g*g
	theta[i] = shrink*theta[i] - step*m[i]/(sqrt(v[i])*root+eps)
}`,
	body: func(f *frame) {
		g := f.get("grad")
		m := f.plus(f.times(f.constant["b1"], f.get("m")), f.times(f.constant["c1"], g))
		f.put("m", m)
		v := f.plus(f.times(f.constant["b2"], f.get("v")), f.times(f.times(f.constant["c2"], g), g))
		f.put("v", v)
		f.sqrt(v, v)
		divisor := f.plus(f.times(v, f.constant["root"]), f.constant["eps"])
		step := f.times(f.constant["step"], m)
		f.div(step, divisor, step)
		f.put("theta", f.minus(f.times(f.constant["shrink"], f.get("theta")), step))
	},
}}

// mapSlots is how many vectors an elementwise kernel has in a step.
const mapSlots = 2

func (k elementwise) emit(p precision, v vector) {
	start(p, v, p.letter+k.name+v.isa, k.signature, k.doc)
	f := &frame{loop: newLoop(p, v, v.bytes/p.bytes, mapSlots, k.slices...), constant: constants(p, v, k.scalars...)}
	f.run("", k.slices[0], func() {
		for f.slot = range f.slots {
			k.body(f)
		}
	})
	VZEROUPPER()
	RET()
}

// constants are parameters broadcast to all lanes.
func constants(p precision, v vector, names ...string) map[string]reg.VecVirtual {
	all := map[string]reg.VecVirtual{}
	for _, name := range names {
		all[name] = v.register()
		p.broadcast(parameter(name), all[name])
	}
	return all
}

func parameter(name string) Mem {
	b, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return b.Addr
}
