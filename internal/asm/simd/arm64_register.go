package simd

import "github.com/gokfac/gokfac/internal/asm/arm64"

// vecState is a vector's register, and what is known of its value.
type vecState struct {
	r       arm64.Register
	written bool
	known   bool // that all its lanes are bits
	bits    Bits
	relied  bool // something was left out because of the bits
	shared  bool // r belongs to all vectors of the constant
	labels  int  // how many labels there were before that
}

func (n *neon) newVec(Element) Vec {
	n.vecs = append(n.vecs, vecState{r: n.f.Vec()})
	return Vec(len(n.vecs) - 1)
}

// vec is the register of a vector that is read.
func (n *neon) vec(v Vec) arm64.Register { return n.vecs[v].r }

// own is the register of a vector that is written, which it must not share with a constant.
func (n *neon) own(v Vec) arm64.Register {
	s := n.vecs[v]
	if s.relied {
		panic("simd: a constant is changed after its value was relied on")
	}
	if s.shared {
		if s.labels != n.labels {
			panic("simd: a constant is changed in another block; Copy makes a register of its own")
		}
		s.r = n.f.Vec()
	}
	n.vecs[v] = vecState{r: s.r, written: true}
	return s.r
}

// changed is own for a vector whose value counts.
func (n *neon) changed(v Vec) arm64.Register {
	before := n.vecs[v]
	r := n.own(v)
	if before.shared {
		n.f.Copy(r, before.r)
	}
	return r
}

// bitsOf is the value of a vector's lanes, if it is known. It must not change any more then.
func (n *neon) bitsOf(v Vec) (Bits, bool) {
	s := &n.vecs[v]
	s.relied = s.known
	return s.bits, s.known
}
