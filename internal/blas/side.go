package blas

import "unsafe"

// side is one operand of a job, cut into panels: A into panels of rows of C, B
// into panels of columns.
type side[T Float] struct {
	operand   operand[T]
	partition partition
	k         int
	panels    []panel[T]
	first     int // the first panel that is packed; earlier ones are read in place
	packed    []T
}

// panel is the part of an operand that a row or a column of tiles needs.
type panel[T Float] struct {
	start, size, valid int // in C; size is the size of the tiles, valid excludes padding

	data   []T // from the first step of k on
	stride int
	byRow  bool // an outer index, not a step of k, is contiguous, as in rowTiles
}

// at returns the address of step l.
func (p *panel[T]) at(l int) *T {
	if p.byRow {
		return &p.data[l]
	}
	return &p.data[l*p.stride]
}

// cut prepares k steps of an operand. Its panels are all packed, or all read in place except perhaps the last. cut
// returns the memory that this takes, in elements.
func (s *side[T]) cut(o operand[T], p partition, k int, inPlace bool) (memory int) {
	s.operand, s.partition, s.k, s.first = o, p, k, 0
	if cap(s.panels) < p.panels {
		s.panels = make([]panel[T], p.panels)
	}
	s.panels = s.panels[:p.panels]
	if inPlace {
		s.first = p.panels
		if p.padded() > p.total { // a tile reads whole panels
			s.first--
		}
	}
	start, _, _ := p.panel(s.first)
	return (p.padded() - start) * k
}

// place gives the operand its memory and finds every panel's elements.
func (s *side[T]) place(memory []T) {
	s.packed = memory
	for i := range s.panels {
		p := &s.panels[i]
		p.start, p.size, p.valid = s.partition.panel(i)
		if i < s.first {
			p.data, p.stride, p.byRow = s.operand.at(p.start, 0).data, s.operand.stride, !s.operand.contiguous
			continue
		}
		p.data, p.stride, p.byRow = memory[:p.size*s.k], p.size, false
		memory = memory[p.size*s.k:]
	}
}

// release drops references to the caller's memory.
func (s *side[T]) release() {
	s.operand = operand[T]{}
	clear(s.panels[:cap(s.panels)])
}

// packGroup is how many neighbouring panels are packed together, packChunk how
// many steps of k at a time. Contiguous panels share cache lines and pages of
// the source, so all panels of a group take their part of a chunk before the
// next one. Transposed panels are each written by four rows at once, so a
// chunk must stay in the L1 cache.
const (
	packGroup = 4
	packChunk = 128
)

// groups is the number of groups to pack.
func (s *side[T]) groups() int {
	return (len(s.panels) - s.first + packGroup - 1) / packGroup
}

// pack packs one group: panel after panel, each as k rows of its size. The
// columns of the padding may hold anything: what they are multiplied into is
// not stored.
func (s *side[T]) pack(kern *kernels[T], group int) {
	first := s.first + group*packGroup
	panels := s.panels[first:min(first+packGroup, len(s.panels))]
	if s.packTogether(kern, panels) {
		return
	}
	step := len(panels)
	if !s.operand.contiguous {
		step = 1
	}
	for x := 0; x < len(panels); x += step {
		for l := 0; l < s.k; l += packChunk {
			chunk := min(packChunk, s.k-l)
			for i := range panels[x : x+step] {
				p := &panels[x+i]
				s.operand.at(p.start, l).pack(kern, p.data[l*p.size:], chunk, p.size, p.valid)
			}
		}
	}
}

// packTogether packs a whole group of contiguous panels in one loop over k, where they are as narrow as a group of them
// is a cache line or two. It returns false where there is no kernel for that.
func (s *side[T]) packTogether(kern *kernels[T], panels []panel[T]) bool {
	first, last := &panels[0], &panels[len(panels)-1]
	if kern.copyPanels == nil || !s.operand.contiguous || len(panels) < packGroup || first.size != packUnit || last.size != packUnit || last.valid < packUnit {
		return false
	}
	from := s.operand.at(first.start, 0)
	_, _ = from.data[(s.k-1)*from.stride+packGroup*packUnit-1], last.data[s.k*packUnit-1]
	size := int(unsafe.Sizeof(from.data[0]))
	kern.copyPanels(s.k, (*byte)(unsafe.Pointer(&first.data[0])), s.k*packUnit*size, (*byte)(unsafe.Pointer(&from.data[0])), from.stride*size, packUnit*size)
	return true
}
