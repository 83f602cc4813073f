package graph

// Consecutive reports whether u is fed by t directly: its input is a function
// of t's output, of parameters that are under no tap, and of nothing else; and
// neither is used at several locations of an example. taps are all the taps of
// the graph. Package kfac cuts layers into chains with it. Taps made by NewTap say so
// themselves (Previous).
func Consecutive(t, u *Tap, taps []*Tap) bool {
	if t.Locations() != 1 || u.Locations() != 1 {
		return false
	}
	if t.b == nil || u.b == nil {
		return u.Previous == t
	}
	outputs := map[*Node]bool{} // and parameters: false
	for _, tap := range taps {
		outputs[tap.s] = true
	}
	for _, p := range t.b.params {
		outputs[p] = false
	}
	reached := false
	seen := map[*Node]bool{}
	var fedBy func(n *Node) bool // by t.s and parameters alone
	fedBy = func(n *Node) bool {
		if seen[n] {
			return true
		}
		seen[n] = true
		if tapped, ok := outputs[n]; ok {
			reached = reached || n == t.s
			return n == t.s || !tapped
		}
		inputs := t.b.children(n)
		for _, c := range inputs {
			if !fedBy(c) {
				return false
			}
		}
		return len(inputs) > 0 // a leaf that is no parameter is the mini-batch
	}
	return fedBy(u.a) && reached
}
