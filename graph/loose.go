package graph

// LooseParams lists those of params that are not under exactly one of the taps, and the
// biases of taps whose weight is not, or is frozen: [CurvatureObjective] calls them loose.
// taps are all of the model's, those of frozen maps included: a bias that a frozen map
// shares is under two.
func LooseParams(params []*Param, taps []*Tap) []*Param {
	uses := map[*Param]int{}
	for _, t := range taps {
		uses[t.Weight]++
		uses[t.Bias]++
	}
	partner := map[*Param]bool{}
	for _, t := range taps {
		partner[t.Bias] = uses[t.Weight] != 1 || t.Weight.Group.Frozen
	}
	loose := []*Param{}
	for _, p := range params {
		if uses[p] != 1 || partner[p] {
			loose = append(loose, p)
		}
	}
	return loose
}
