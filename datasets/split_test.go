package datasets

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// counts are the examples of each class.
func counts(s Split, classes int) []int {
	n := make([]int, classes)
	for _, label := range s.Labels {
		n[label]++
	}
	return n
}

// TestSplitOfSortedRows: whatever order a file is in, both parts have every class in its share, and rows stay whole.
func TestSplitOfSortedRows(t *testing.T) {
	type row struct {
		label int
		x     float64
	}
	var rows []row
	rng := rand.New(rand.NewPCG(1, 1))
	for i := range 200 {
		rows = append(rows, row{i % 5 * (i % 2), float64(1000*(i%5*(i%2))) + rng.Float64()})
	}
	for name, compare := range map[string]func(a, b row) int{
		"upwards":    func(a, b row) int { return cmp.Compare(a.label, b.label) },
		"downwards":  func(a, b row) int { return cmp.Compare(b.label, a.label) },
		"by feature": func(a, b row) int { return cmp.Compare(a.x, b.x) },
		"not at all": func(a, b row) int { return 0 },
	} {
		t.Run(name, func(t *testing.T) {
			sorted := slices.Clone(rows)
			slices.SortStableFunc(sorted, compare)
			var text strings.Builder
			for _, r := range sorted {
				fmt.Fprintf(&text, "%d,%v,%v\n", r.label, r.x, r.x)
			}
			d, err := readCSVText(t, text.String())
			require.NoError(t, err)
			assert.Equal(t, []string{"0", "1", "2", "3", "4"}, d.ClassNames)
			assert.Equal(t, []int{96, 16, 16, 16, 16}, counts(d.Train, 5))
			assert.Equal(t, []int{24, 4, 4, 4, 4}, counts(d.Test, 5))
			for _, s := range []Split{d.Train, d.Test} {
				for i, label := range s.Labels {
					require.Equal(t, int(label), int(s.X[2*i])/1000)
					require.Equal(t, s.X[2*i], s.X[2*i+1])
				}
				assert.False(t, slices.IsSorted(s.Labels), "shuffled")
			}
			again, err := readCSVText(t, text.String())
			require.NoError(t, err)
			assert.Equal(t, d, again, "the split is of the data alone")
		})
	}
}

// TestSplitOfSmallClasses: a class never goes to the test part whole.
func TestSplitOfSmallClasses(t *testing.T) {
	for name, test := range map[string]struct {
		sizes      []int
		held       int
		testOfLast []int // allowed
	}{
		"one row":     {[]int{20, 20, 1}, 8, []int{0}},
		"two rows":    {[]int{20, 20, 2}, 8, []int{0, 1}},
		"pairs alone": {[]int{2, 2, 2, 2, 2}, 2, []int{0, 1}},
		"even":        {[]int{10, 10, 10}, 6, []int{2}},
		"odd":         {[]int{13, 13, 13}, 7, []int{2, 3}},
	} {
		t.Run(name, func(t *testing.T) {
			var text strings.Builder
			text.WriteString("label,a\n")
			for class, n := range test.sizes {
				for i := range n {
					fmt.Fprintf(&text, "c%d,%d\n", class, i)
				}
			}
			d, err := readCSVText(t, text.String())
			require.NoError(t, err)
			assert.Equal(t, test.held, d.Test.Len())
			train, held := counts(d.Train, d.Classes), counts(d.Test, d.Classes)
			assert.Positive(t, slices.Min(train))
			assert.Contains(t, test.testOfLast, held[len(held)-1])
			for class, n := range test.sizes {
				assert.Equal(t, n, train[class]+held[class])
			}
		})
	}
}

// numbered is a split of n examples of two features that say which they are.
func numbered(n, classes int) Split {
	s := Split{}
	for i := range n {
		s.X = append(s.X, float32(i), -float32(i))
		s.Labels = append(s.Labels, int32(i%classes))
	}
	return s
}

func TestHoldOut(t *testing.T) {
	d := &Dataset{Shape: []int{2}, Classes: 3, Train: numbered(90, 3), Test: numbered(9, 3)}
	require.NoError(t, d.HoldOut(0.1))
	assert.Equal(t, []int{27, 27, 27}, counts(d.Train, 3))
	assert.Equal(t, []int{3, 3, 3}, counts(d.Validation, 3))
	seen := map[float32]bool{}
	for _, s := range []Split{d.Train, d.Validation} {
		require.Len(t, s.X, 2*s.Len())
		for i, label := range s.Labels {
			require.Equal(t, -s.X[2*i], s.X[2*i+1])
			require.EqualValues(t, label, int(s.X[2*i])%3)
			seen[s.X[2*i]] = true
			if i > 0 {
				require.Greater(t, s.X[2*i], s.X[2*i-2], "in order")
			}
		}
	}
	assert.Len(t, seen, 90)
	assert.Equal(t, numbered(9, 3), d.Test)
	assert.ErrorContains(t, d.HoldOut(0.1), "there is a validation part already")

	values := &Dataset{Shape: []int{2}, Train: Split{X: numbered(10, 1).X, Targets: []float32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, Outputs: 1}}
	require.NoError(t, values.HoldOut(0.3))
	assert.Equal(t, 7, values.Train.Len())
	for i, v := range values.Validation.Targets {
		assert.Equal(t, v, values.Validation.X[2*i])
	}

	for part, want := range map[float64]string{
		0: "more than 0 and less than 1", 1: "less than 1", -0.5: "more than 0", 0.01: "is 0 of them: each part needs one",
	} {
		d := &Dataset{Name: "own", Shape: []int{2}, Classes: 3, Train: numbered(90, 3)}
		assert.ErrorContains(t, d.HoldOut(part), want)
	}
	unique := &Dataset{Shape: []int{2}, Classes: 9, Train: numbered(9, 9)}
	assert.ErrorContains(t, unique.HoldOut(0.5), "is 0 of them", "no class has an example to spare")
	for _, part := range []float64{0.1, 0.2, 0.3, 0.7, 0.9} {
		d := &Dataset{Shape: []int{2}, Classes: 1, Train: numbered(10, 1)}
		require.NoError(t, d.HoldOut(part))
		assert.Equal(t, int(10*part+0.5), d.Validation.Len(), "%v of 10", part)
	}
}

func TestReorder(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1, 2, 7, 100} {
		order := make([]int32, n)
		for i := range order {
			order[i] = int32(i)
		}
		rng.Shuffle(n, func(i, j int) { order[i], order[j] = order[j], order[i] })
		s := numbered(n, 3)
		s.reorder(order)
		for i, from := range order {
			require.EqualValues(t, from, s.X[2*i])
			require.EqualValues(t, -from, s.X[2*i+1])
			require.Equal(t, from%3, s.Labels[i])
		}
	}
}
