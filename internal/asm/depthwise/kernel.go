package main

import (
	"fmt"
	"strings"

	"github.com/gokfac/gokfac/internal/asm/simd"
)

// kernel writes the loops over some channels of one element type, which are neighbours
// in so many vectors.
type kernel struct {
	simd.Machine
	vectors int
}

// vectorsOf is how many vectors a kernel has side by side: vectors of 128 bits are taken in
// pairs, as the core loads them.
func vectorsOf(m simd.Machine) int { return max(1, 32/m.Bytes) }

// abreast is the number of windows, or of accumulators, that are worked on at once: as many
// as hide the latency of a multiplication.
const abreast = 4

// start begins a kernel whose doc, in which T is the element type, is its body in Go.
func (k kernel) start(name, signature, doc string) {
	element := func(s string) string { return strings.ReplaceAll(s, "T", k.Element.Go) }
	lines := []string{fmt.Sprintf("is, for %d channels c,", k.vectors*k.Lanes()), ""}
	k.Function(k.Element.Letter+name, element(signature), append(lines, strings.Split(strings.Trim(doc, "\n"), "\n")...)...)
}

// stride loads a parameter that counts elements, in bytes.
func (k kernel) stride(name string) simd.Int {
	r := k.Param(name)
	k.MultiplyBy(k.Element.Bytes, r)
	return r
}

// channels are vectors side by side.
type channels []simd.Vec

func (k kernel) newChannels() channels {
	var c channels
	for range k.vectors {
		c = append(c, k.NewVec())
	}
	return c
}

func (k kernel) load(c channels, at simd.Int) {
	if len(c) == 2 {
		k.LoadPairInto(simd.Address{Base: at}, c[0], c[1])
		return
	}
	k.Into(c[0]).Load(simd.Address{Base: at}, simd.Lanes{})
}

func (k kernel) store(c channels, at simd.Int) {
	if len(c) == 2 {
		k.StorePair(c[0], c[1], simd.Address{Base: at})
		return
	}
	k.Store(c[0], simd.Address{Base: at}, simd.Lanes{})
}

// addProduct adds the channels at an address times the factors.
func (k kernel) addProduct(factor channels, at simd.Int, sum channels) {
	if len(sum) == 2 {
		first, second := k.LoadPair(simd.Address{Base: at})
		k.AddProduct(factor[0], first, sum[0])
		k.AddProduct(factor[1], second, sum[1])
		return
	}
	k.AddProduct(factor[0], simd.Address{Base: at}, sum[0])
}

func (k kernel) each(c channels, do func(m simd.Machine, r simd.Vec, i int)) {
	for i, r := range c {
		do(k.Into(r), r, i)
	}
}
