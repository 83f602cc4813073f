package simd

import "github.com/gokfac/gokfac/internal/asm/arm64"

// lanesOf is a register of ones and zeros; but says that the lanes of zeros are meant.
type lanesOf struct {
	r   arm64.Register
	but bool
}

// comparison is an instruction that finds the lanes, or all others.
type comparison struct {
	name    string
	swapped bool // y comes first
	but     bool
	zero    string // the instruction for y = 0
}

var comparisons = map[Predicate]comparison{
	Equal:       {"FCMEQ", false, false, "FCMEQ0"},
	LessThan:    {"FCMGT", true, false, "FCMLT0"},
	GreaterThan: {"FCMGT", false, false, "FCMGT0"},
	NotLessThan: {"FCMGT", true, true, "FCMLT0"},
	NotAtMost:   {"FCMGE", true, true, "FCMLE0"},
}

func (n *neon) compare(e Element, x Vec, p Predicate, y Operand, left Mask) Mask {
	m := n.compared(e, x, p, y)
	if left == 0 {
		return n.newMask(m)
	}
	r, l := n.f.Vec(), n.masks[left]
	switch {
	case l.but && m.but:
		n.f.Op("ORR", arm64.B16, r, l.r, m.r)
		return n.newMask(lanesOf{r, true})
	case l.but:
		n.f.Op("BIC", arm64.B16, r, m.r, l.r)
	case m.but:
		n.f.Op("BIC", arm64.B16, r, l.r, m.r)
	default:
		n.f.Op("AND", arm64.B16, r, l.r, m.r)
	}
	return n.newMask(lanesOf{r: r})
}

func (n *neon) compared(e Element, x Vec, p Predicate, y Operand) lanesOf {
	a, r, first := whole(e), n.f.Vec(), n.vec(x)
	if p == Ordered {
		second := n.operand(e, y)
		n.f.Op("FCMEQ", a, r, first, first)
		if second != first {
			other := n.f.Vec()
			n.f.Op("FCMEQ", a, other, second, second)
			n.f.Op("AND", arm64.B16, r, r, other)
		}
		return lanesOf{r: r}
	}
	c := comparisons[p]
	if b, constant := y.(Bits); constant && b == 0 {
		n.f.Op(c.zero, a, r, first)
		return lanesOf{r, c.but}
	}
	second := n.operand(e, y)
	if c.swapped {
		first, second = second, first
	}
	n.f.Op(c.name, a, r, first, second)
	return lanesOf{r, c.but}
}

// negative asks for the sign only.
func (n *neon) negative(x Vec) Mask {
	r := n.f.Vec()
	n.f.Op("CMLT0", arm64.S4, r, n.vec(x))
	return n.newMask(lanesOf{r: r})
}

// choose changes a copy of one of the three registers: of that which is needed least afterwards.
func (n *neon) choose(_ Element, k Mask, yes, no, to Vec) {
	if n.masks[k].but {
		yes, no = no, yes
	}
	m, y, o := n.masks[k].r, n.vec(yes), n.vec(no)
	if n.vecs[no].shared || yes == to {
		r := n.f.Vec()
		n.f.Copy(r, m)
		n.f.Op("BSL", arm64.B16, r, y, o)
		n.f.Copy(n.own(to), r)
		return
	}
	if no == to {
		n.f.Op("BIT", arm64.B16, n.changed(to), y, m)
		return
	}
	r := n.own(to)
	n.f.Copy(r, o)
	n.f.Op("BIT", arm64.B16, r, y, m)
}

func (n *neon) keep(_ Element, k Mask, x, to Vec) {
	from := n.vec(x)
	n.f.Op(n.masks[k].and(), arm64.B16, n.own(to), from, n.masks[k].r)
}

// and is the instruction that clears lanes.
func (m lanesOf) and() string {
	if m.but {
		return "BIC"
	}
	return "AND"
}

func (n *neon) addWhere(k Mask, y Operand, sum Vec) {
	there := n.f.Vec()
	n.f.Op(n.masks[k].and(), arm64.B16, there, n.operand(Single, y), n.masks[k].r)
	r := n.changed(sum)
	n.f.Op("FADD", arm64.S4, r, r, there)
}

func (n *neon) firstLanes(count Int) Lanes { return Lanes{count: count} }

// stepLanes counts the elements of each slot.
func (n *neon) stepLanes(count Int, slots, lanes int, _ []int) []Lanes {
	all := make([]Lanes, slots)
	most := n.constantInt(lanes)
	for slot := range all {
		c := n.newInt()
		r := n.ints[c]
		n.f.SubConst(r, n.ints[count], slot*lanes)
		n.f.CompareConst(r, 0)
		n.f.Choose("LT", r, arm64.Zero, r)
		n.f.CompareConst(r, lanes)
		n.f.Choose("GT", r, most, r)
		all[slot].count = c
	}
	return all
}

// lanesMask compares the numbers of lanes with that of those that are there.
func (n *neon) lanesMask(e Element, lanes Lanes) Mask {
	numbers, a, r := quad{0, 1, 2, 3}, whole(e), n.f.Vec()
	if e.Bytes == 8 {
		numbers = quad{0, 0, 1, 0}
	}
	n.f.BroadcastInt(a, r, n.ints[lanes.count])
	n.f.Op("CMGT", a, r, r, n.held(numbers))
	return n.newMask(lanesOf{r: r})
}
