package main

import (
	"fmt"

	"github.com/gokfac/gokfac/internal/asm/simd"
)

// emitMultiply: y of all windows of a line.
func (k kernel) emitMultiply() {
	k.start("multiply", "(m int, y *T, ys int, x *T, step int, taps int, offsets *int, w *T, ws int, bias *T)", `
	for l := range m {
		sum := bias[c]
		for s := range taps {
			sum = fma(x[offsets[s]+l*step+c], w[s*ws+c], sum)
		}
		y[l*ys+c] = sum
	}

m and taps are at least 1.`)
	m, y, ys := k.Param("m"), k.Param("y"), k.stride("ys")
	x, step := k.Param("x"), k.stride("step")
	taps, offsets := k.Param("taps"), k.Param("offsets")
	w, ws := k.Param("w"), k.stride("ws")
	bias := k.newChannels()
	k.load(bias, k.Param("bias"))
	left, offset, weight, from := k.NewInt(), k.NewInt(), k.NewInt(), k.NewInt()
	for _, windows := range []int{abreast, 1} {
		loop, tap, done := fmt.Sprint("windows", windows), fmt.Sprint("taps", windows), fmt.Sprint("done", windows)
		sums := make([]channels, windows)
		k.Label(loop)
		k.CompareInt(m, windows)
		k.Branch(simd.Less, done)
		for i := range sums {
			sums[i] = k.newChannels()
			k.each(sums[i], func(m simd.Machine, _ simd.Vec, j int) { m.Copy(bias[j]) })
		}
		k.IntoInt(left).CopyInt(taps)
		k.IntoInt(offset).CopyInt(offsets)
		k.IntoInt(weight).CopyInt(w)
		factor := k.newChannels()
		k.Label(tap)
		k.IntoInt(from).LoadInt(simd.Address{Base: offset})
		k.IntoInt(from).Beyond(x, from, k.Element.Bytes)
		k.load(factor, weight)
		for i, sum := range sums {
			k.addProduct(factor, from, sum)
			if i+1 < len(sums) {
				k.AddIntTo(step, from)
			}
		}
		k.AddTo(8, offset)
		k.AddIntTo(ws, weight)
		k.DownInt(left)
		k.Branch(simd.NotZero, tap)
		for _, sum := range sums {
			k.store(sum, y)
			k.AddIntTo(ys, y)
			k.AddIntTo(step, x)
		}
		k.SubtractFrom(windows, m)
		k.Jump(loop)
		k.Label(done)
	}
	k.End()
}

// emitTransposed: a line's part of the weight's gradient.
func (k kernel) emitTransposed() {
	k.start("transposed", "(m int, dy *T, dys int, x *T, step int, taps int, offsets *int, w *T, ws int)", `
	for s := range taps {
		for l := range m {
			w[s*ws+c] += x[offsets[s]+l*step+c] * dy[l*dys+c]
		}
	}

four sums abreast. m and taps are at least 1.`)
	m, g, gs := k.Param("m"), k.Param("dy"), k.stride("dys")
	x, step := k.Param("x"), k.stride("step")
	taps, offset := k.Param("taps"), k.Param("offsets")
	w, ws := k.Param("w"), k.stride("ws")
	from, gradient, left := k.NewInt(), k.NewInt(), k.NewInt()
	sums := make([]channels, abreast)
	for i := range sums {
		sums[i] = k.newChannels()
	}
	k.Label("tap")
	k.IntoInt(from).LoadInt(simd.Address{Base: offset})
	k.IntoInt(from).Beyond(x, from, k.Element.Bytes)
	k.IntoInt(gradient).CopyInt(g)
	k.IntoInt(left).CopyInt(m)
	k.load(sums[0], w)
	for _, sum := range sums[1:] {
		k.each(sum, func(m simd.Machine, _ simd.Vec, _ int) { m.Zero() })
	}
	for _, windows := range []int{abreast, 1} {
		loop, done := fmt.Sprint("windows", windows), fmt.Sprint("done", windows)
		k.Label(loop)
		k.CompareInt(left, windows)
		k.Branch(simd.Less, done)
		for _, sum := range sums[:windows] {
			factor := k.newChannels()
			k.load(factor, gradient)
			k.addProduct(factor, from, sum)
			k.AddIntTo(gs, gradient)
			k.AddIntTo(step, from)
		}
		k.SubtractFrom(windows, left)
		k.Jump(loop)
		k.Label(done)
	}
	for _, pair := range [][2]int{{0, 1}, {2, 3}, {0, 2}} {
		k.each(sums[pair[0]], func(m simd.Machine, r simd.Vec, j int) { m.Add(r, sums[pair[1]][j]) })
	}
	k.store(sums[0], w)
	k.AddIntTo(ws, w)
	k.AddTo(8, offset)
	k.DownInt(taps)
	k.Branch(simd.NotZero, "tap")
	k.End()
}
