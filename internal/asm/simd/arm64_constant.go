package simd

import (
	"log"

	"github.com/gokfac/gokfac/internal/asm/arm64"
)

// poolName is the table of all constants that functions read from memory.
const poolName = "constants"

// quad is the four words of a vector register.
type quad [4]uint32

// poolConstant is a register that is filled from the pool when the function starts.
type poolConstant struct {
	quad quad
	r    arm64.Register
}

// inPool is where a constant lies.
func (n *neon) inPool(q quad) arm64.Address {
	for i, other := range n.pool {
		if other == q {
			return arm64.At(n.base, 16*i)
		}
	}
	n.pool = append(n.pool, q)
	return arm64.At(n.base, 16*(len(n.pool)-1))
}

// read fills a register from the pool.
func (n *neon) read(q quad, to arm64.Register) {
	if n.constants == nil {
		n.constants = []poolConstant{} // no longer nil: close has to fill the base
	}
	n.f.Load(arm64.Q, to, n.inPool(q))
}

// held is a register that has a constant from the start of the function.
func (n *neon) held(q quad) arm64.Register {
	for _, c := range n.constants {
		if c.quad == q {
			return c.r
		}
	}
	_ = n.inPool(q)
	r := n.f.Vec()
	n.constants = append(n.constants, poolConstant{q, r})
	return r
}

// same is the constant with the bits in all four words.
func same(b Bits) quad { return quad{uint32(b), uint32(b), uint32(b), uint32(b)} }

// close fills the constants of the function that is done, as many as there are registers for when it starts.
func (n *neon) close() {
	if n.f == nil || n.constants == nil {
		return
	}
	list := []arm64.Constant{{Register: n.base, Load: func(to arm64.Register) { n.f.Address(to, poolName) }}}
	for _, c := range n.constants {
		list = append(list, arm64.Constant{Register: c.r, Load: func(to arm64.Register) { n.f.Load(arm64.Q, to, n.inPool(c.quad)) }})
	}
	if err := n.f.Preload(1, list); err != nil {
		log.Fatal(err)
	}
}
