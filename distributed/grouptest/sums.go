package grouptest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/gokfac/gokfac/distributed"
)

// lengths of sums: none, few, odd, beyond what travels in one packet.
func lengths() []int { return []int{0, 1, 2, 3, 7, 31, 1000, 4097, 30011} }

// sums of whole numbers are exact in any order.
func sums(g distributed.Group) error {
	for _, n := range lengths() {
		x32, x64 := make([]float32, n+2), make([]float64, n+2)
		for i := range x32 {
			x32[i] = float32((i%97 - 40) * (g.Rank() + 1))
			x64[i] = float64(i-40) * 1e10 * float64(g.Rank()+1)
		}
		first, last := x32[0], x64[n+1]
		if err := g.Sum32(x32[1 : n+1]); err != nil {
			return err
		}
		if err := g.Sum64(x64[1 : n+1]); err != nil {
			return err
		}
		if x32[0] != first || x64[n+1] != last {
			return fmt.Errorf("a sum of %d numbers writes beyond them", n)
		}
		all := g.Size() * (g.Size() + 1) / 2
		for i := 1; i <= n; i++ {
			if want := float32((i%97 - 40) * all); x32[i] != want {
				return fmt.Errorf("element %d of %d: Sum32 gives %v, want %v", i, n, x32[i], want)
			}
			if want := float64(i-40) * 1e10 * float64(all); x64[i] != want {
				return fmt.Errorf("element %d of %d: Sum64 gives %v, want %v", i, n, x64[i], want)
			}
		}
	}
	return nil
}

// sameBits: all members get the same ones, of sums that are rounded, and these are within
// the bound of any order of additions, (P−1)·ε·Σ|x|.
func sameBits(g distributed.Group) error {
	for _, n := range lengths() {
		exact, size := make([]float64, n), make([]float64, n)
		var own []float64
		for rank := range g.Size() {
			rng := rand.New(rand.NewPCG(uint64(n), uint64(rank)))
			x := make([]float64, n)
			for i := range x {
				x[i] = rng.NormFloat64()
				exact[i] += float64(float32(x[i]))
				size[i] += math.Abs(x[i])
			}
			if rank == g.Rank() {
				own = x
			}
		}
		x32 := make([]float32, n)
		for i, v := range own {
			x32[i] = float32(v)
		}
		if err := g.Sum32(x32); err != nil {
			return err
		}
		if err := g.Sum64(own); err != nil {
			return err
		}
		for i, v := range x32 {
			const epsilon = 1.0 / (1 << 24)
			if bound := float64(g.Size()) * epsilon * size[i]; math.Abs(float64(v)-exact[i]) > bound {
				return fmt.Errorf("element %d of %d: Sum32 gives %v, want %v ± %v", i, n, v, exact[i], bound)
			}
		}
		var bits []byte
		for i := range n {
			bits = binary.LittleEndian.AppendUint32(bits, math.Float32bits(x32[i]))
			bits = binary.LittleEndian.AppendUint64(bits, math.Float64bits(own[i]))
		}
		all, err := g.Gather(bits)
		if err != nil {
			return err
		}
		for rank, other := range all {
			if !bytes.Equal(other, bits) {
				return fmt.Errorf("processes %d and %d have other bits of the same sums of %d numbers", g.Rank(), rank, n)
			}
		}
	}
	return nil
}

// infinities: what one member has too much of reaches all.
func infinities(g distributed.Group) error {
	x32, x64 := []float32{1, 0, 0}, []float64{0, 1, 0}
	if g.Rank() == g.Size()-1 {
		x32, x64 = []float32{1, float32(math.Inf(1)), float32(math.NaN())}, []float64{math.Inf(-1), 1, math.NaN()}
	}
	if err := g.Sum32(x32); err != nil {
		return err
	}
	if err := g.Sum64(x64); err != nil {
		return err
	}
	p := float64(g.Size())
	if float64(x32[0]) != p || !math.IsInf(float64(x32[1]), 1) || x32[2] == x32[2] || !math.IsInf(x64[0], -1) || x64[1] != p || x64[2] == x64[2] {
		return fmt.Errorf("sums %v and %v: want [%v +Inf NaN] and [-Inf %v NaN]", x32, x64, p, p)
	}
	return nil
}
