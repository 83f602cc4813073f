package blas

// partition cuts total rows (or columns) into panels. A panel is a whole
// number of units high, at most the largest tile; panels differ by one unit at
// most, so that no lone thin tile is left at the end. The last unit may reach
// beyond total.
type partition struct {
	unit, total, panels int
	base, extra         int // the first extra panels have base+1 units, the others base
}

func newPartition(total, unit, most int) partition {
	units := (total + unit - 1) / unit
	panels := (units + most - 1) / most
	return partition{unit, total, panels, units / panels, units % panels}
}

// panel returns the start of a panel, its size, and the part of the size that is not padding.
func (p partition) panel(i int) (start, size, valid int) {
	units := p.base
	if i < p.extra {
		units++
	}
	start = (i*p.base + min(i, p.extra)) * p.unit
	size = units * p.unit
	return start, size, min(size, p.total-start)
}

// most is the number of units of the largest panel.
func (p partition) most() int { return p.base + min(p.extra, 1) }

// padded is the size of all panels together.
func (p partition) padded() int { return (p.panels*p.base + p.extra) * p.unit }
