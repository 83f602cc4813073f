package report

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/results"
)

// confused is an assessment with the given counts, in classes of the given names.
func confused(names []string, counts [][]int) *results.Assessment {
	a := &results.Assessment{Part: "test", Confusion: counts}
	for i, row := range counts {
		n := 0
		for _, count := range row {
			n += count
		}
		a.Classes = append(a.Classes, results.ClassScore{Name: names[i], Examples: n})
	}
	return a
}

func written(t *testing.T, a *results.Assessment, columns int) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, WriteConfusion(&b, a, columns))
	return b.String()
}

func TestConfusionText(t *testing.T) {
	flowers := confused([]string{"setosa", "versicolor", "virginica"}, [][]int{{10, 0, 0}, {0, 8, 2}, {0, 0, 0}})
	assert.Equal(t, `True class by row, taken for by column
            setosa  versicolor  virginica  recall
setosa          10           ·          ·  100.0%
versicolor       ·           8          2   80.0%
virginica        ·           ·          ·       -
`, written(t, flowers, 80))
	assert.Equal(t, `True class by row, taken for by column
               0  1  2  recall
0 setosa      10  ·  ·  100.0%
1 versicolor   ·  8  2   80.0%
2 virginica    ·  ·  ·       -
`, written(t, flowers, 40))

	digits := confused(strings.Fields("0 1 2"), [][]int{{3, 1, 0}, {0, 4, 0}, {0, 0, 5}})
	assert.Equal(t, `True class by row, taken for by column
   0  1  2  recall
0  3  1  ·   75.0%
1  ·  4  ·  100.0%
2  ·  ·  5  100.0%
`, written(t, digits, 40))

	wide := confused([]string{"猫", "犬"}, [][]int{{3, 1}, {2, 2}})
	assert.Equal(t, `True class by row, taken for by column
    猫  犬  recall
猫   3   1   75.0%
犬   2   2   50.0%
`, written(t, wide, 80))
	assert.Empty(t, written(t, &results.Assessment{Part: "test"}, 80))
}

// many is 60 classes with long names, of which each is confused with the next a few times.
func many() *results.Assessment {
	const n = 60
	var names []string
	counts := make([][]int, n)
	for i := range n {
		names = append(names, fmt.Sprintf("a class with a long name, %d", i))
		counts[i] = make([]int, n)
		counts[i][i] = 100
		counts[i][(i+1)%n] = 1 + i%30
	}
	return confused(names, counts)
}

func TestConfusionList(t *testing.T) {
	text := written(t, many(), 80)
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	require.Len(t, lines, 22)
	assert.Equal(t, "930 confusions, by frequency", lines[0])
	assert.Equal(t, "30   23.1%  a class with a long nam… → a class with a long nam…", lines[1])
	assert.Equal(t, "and 40 pairs of classes more", lines[21])
	perfect := many()
	for i := range perfect.Confusion {
		clear(perfect.Confusion[i])
		perfect.Confusion[i][i] = perfect.Classes[i].Examples
	}
	assert.Equal(t, "0 confusions, by frequency\n", written(t, perfect, 80))
}

// TestConfusionFits: no line is wider than the terminal, however narrow and whatever the names.
func TestConfusionFits(t *testing.T) {
	names := []string{"", " ", "a\tb", "日本語の長い名前はここで切られる", strings.Repeat("W", 300), "é́", "-"}
	counts := make([][]int, len(names))
	for i := range counts {
		counts[i] = make([]int, len(names))
		counts[i][0], counts[i][6] = 1<<40, 7
	}
	some := confused(names, counts)
	some.Classes[2].Name = "a b"
	for columns := -5; columns < 200; columns++ {
		for _, a := range []*results.Assessment{some, many()} {
			for line := range strings.SplitSeq(written(t, a, columns), "\n") {
				assert.LessOrEqual(t, cellsOf(line), max(columns, 40), line)
				assert.Equal(t, strings.TrimRight(line, " "), line)
			}
		}
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestConfusionErrors(t *testing.T) {
	a := many()
	assert.EqualError(t, WriteConfusion(fullDisk{}, a, 80), "writing the confusions: no space left")
	a.Confusion[1] = nil
	assert.EqualError(t, WriteConfusion(fullDisk{}, a, 80), "the confusions: confusions of 60 classes: row 1 has 0")
}
