package datasets

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// splitSeed is the seed of every split. The examples that are held out depend on the data alone: they are the same in
// all runs.
const splitSeed = 0x73706c6974

// Streams of splitSeed.
const (
	testPart uint64 = iota
	validationPart
)

// HoldOut moves a part of Train to Validation, stratified by class: of each class the same part, up to rounding, and
// never all of it. Which examples they are depends on the data alone, not on any seed. The others stay in their order.
// Rows are moved in place.
//
// It belongs before [Dataset.Standardize], which measures on Train. It fails if part is not between 0 and 1, or is too
// small or too large for an example on either side, or if there is a validation part already.
func (d *Dataset) HoldOut(part float64) error {
	n := d.Train.Len()
	switch {
	case !(part > 0 && part < 1):
		return fmt.Errorf("datasets: %s: a validation part of %v: want more than 0 and less than 1", d.Name, part)
	case d.Validation.Len() > 0:
		return fmt.Errorf("datasets: %s: there is a validation part already", d.Name)
	}
	// Rounding in the last bits of 0.1 must not cost one example of 10.
	count := int(math.Floor(float64(n)*part*(1+0x1p-50) + 0x1p-50))
	held := holdOut(d.Train.classesOf(), n, count, validationPart)
	order := make([]int32, 0, n)
	for _, out := range []bool{false, true} {
		for i, h := range held {
			if h == out {
				order = append(order, int32(i))
			}
		}
	}
	count = countOf(held)
	if count == 0 || count == n {
		return fmt.Errorf("datasets: %s: a validation part of %v of %d training examples is %d of them: each part needs one", d.Name, part, n, count)
	}
	d.Train.reorder(order)
	d.Train, d.Validation = d.Train.Part(0, n-count), d.Train.Part(n-count, n)
	return nil
}

// classesOf returns the classes that a split is stratified by, or nil if it is not stratified.
func (s Split) classesOf() []int32 {
	if s.Outputs > 0 {
		return nil
	}
	return s.Labels
}

// divide splits the rows of a file without a test part: a fifth is for testing. Both parts are shuffled, because files
// are often sorted by class or otherwise.
func divide(all Split) (train, test Split, err error) {
	n := all.Len()
	held := holdOut(all.classesOf(), n, n/5, testPart)
	count := countOf(held)
	if count == 0 {
		return all, Split{}, fmt.Errorf("none of the %d rows can be held out for testing: no class has two of them", n)
	}
	order := make([]int32, 0, n)
	for _, out := range []bool{false, true} {
		for i, h := range held {
			if h == out {
				order = append(order, int32(i))
			}
		}
	}
	rng := rand.New(rand.NewPCG(splitSeed, 2+testPart))
	for _, part := range [][]int32{order[:n-count], order[n-count:]} {
		rng.Shuffle(len(part), func(i, j int) { part[i], part[j] = part[j], part[i] })
	}
	all.reorder(order)
	return all.Part(0, n-count), all.Part(n-count, n), nil
}

// holdOut chooses count of n examples, or fewer if classes are too small. Each class gives its share, rounded down, but
// never its last example. The rest comes from the classes with the largest remainders.
func holdOut(labels []int32, n, count int, stream uint64) []bool {
	members := [][]int32{}
	for i := range n {
		class := 0
		if labels != nil {
			class = int(labels[i])
		}
		for len(members) <= class {
			members = append(members, nil)
		}
		members[class] = append(members[class], int32(i))
	}
	quota := make([]int, len(members))
	order := make([]int, len(members))
	missing := count
	for c, m := range members {
		order[c] = c
		quota[c] = min(len(m)*count/n, max(len(m)-1, 0))
		missing -= quota[c]
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(len(members[b])*count%n, len(members[a])*count%n)
	})
	for given := true; missing > 0 && given; {
		given = false
		for _, c := range order {
			if missing > 0 && quota[c] < len(members[c])-1 {
				quota[c]++
				missing--
				given = true
			}
		}
	}
	rng := rand.New(rand.NewPCG(splitSeed, stream))
	held := make([]bool, n)
	for c, m := range members {
		rng.Shuffle(len(m), func(i, j int) { m[i], m[j] = m[j], m[i] })
		for _, i := range m[:quota[c]] {
			held[i] = true
		}
	}
	return held
}

func countOf(held []bool) int {
	n := 0
	for _, h := range held {
		if h {
			n++
		}
	}
	return n
}

// reorder makes row order[i] the row i, in place.
func (s *Split) reorder(order []int32) {
	n := len(order)
	reorder(s.X, order, n)
	reorder(s.Labels, order, n)
	reorder(s.Targets, order, n)
	reorder(s.exact, order, n)
	reorder(s.exactTargets, order, n)
}

// reorder follows the cycles of the permutation and holds one row at a time, because the table may take half of the
// memory.
func reorder[T any](x []T, order []int32, n int) {
	if len(x) == 0 {
		return
	}
	width := len(x) / n
	row := func(i int32) []T { return x[int(i)*width : (int(i)+1)*width] }
	hand := make([]T, width)
	done := make([]bool, n)
	for start := range int32(n) {
		if done[start] {
			continue
		}
		copy(hand, row(start))
		at := start
		for {
			done[at] = true
			from := order[at]
			if from == start {
				copy(row(at), hand)
				break
			}
			copy(row(at), row(from))
			at = from
		}
	}
}
