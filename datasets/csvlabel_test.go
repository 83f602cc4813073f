package datasets

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func readTableText(t testing.TB, text string, opt ReadOptions) (*Dataset, error) {
	t.Helper()
	return decodeTable(context.Background(), bufio.NewReader(strings.NewReader(text)), 0, opt)
}

// rowsOf repeats rows with %d for numbers that all differ, %c for labels a and b.
func rowsOf(n int, format string) string {
	var text strings.Builder
	for i := range n {
		text.WriteString(strings.NewReplacer("%d", fmt.Sprint(i), "%f", fmt.Sprintf("%d.5", i), "%c", string(rune('a'+i%2)),
			"%b", fmt.Sprint(i%2), "%t", fmt.Sprint(i%3)).Replace(format) + "\n")
	}
	return text.String()
}

// ages are rows of a table whose first column is far less of a label than its last.
func ages(n int) string {
	var text strings.Builder
	for i := range n {
		fmt.Fprintf(&text, "%d,%d.25,%d\n", 18+i%42, 150+i%7, 1+i%3)
	}
	return text.String()
}

func agesOnly(n int) string {
	var text strings.Builder
	for line := range strings.Lines(ages(n)) {
		text.WriteString(line[:strings.LastIndex(line, ",")] + "\n")
	}
	return text.String()
}

func titanic(n int) string {
	var text strings.Builder
	for i := range n {
		fmt.Fprintf(&text, "%d,%d,%d\n", i+1, i%2, 18+i%42)
	}
	return text.String()
}

// TestImagesFirst: in front of pixels the label is the first column.
func TestImagesFirst(t *testing.T) {
	var text strings.Builder
	for i := range 90 {
		fmt.Fprintf(&text, "%d%s,%d\n", 10+2*(i%30), strings.Repeat(",0,1,16", 21), i%2)
	}
	d, err := readTableText(t, text.String(), ReadOptions{})
	require.NoError(t, err)
	assert.Equal(t, 64, d.Features())
	assert.Len(t, d.ClassNames, 30)
	assert.Contains(t, d.origin, "the label is column 1;")
}

// TestLabelColumn holds which column is taken for the label, and what is said of it.
func TestLabelColumn(t *testing.T) {
	for name, test := range map[string]struct {
		text, column, want string
		classes            []string
	}{
		"by its name":           {"age,height,label\n" + rowsOf(10, "%t,%f,%b"), "", "3 (label)", []string{"0", "1"}},
		"five lines":            {"age,height,label\n23,1.8,0\n35,1.7,1\n41,1.6,0\n29,1.75,1\n52,1.69,1\n", "", "3 (label)", []string{"0", "1"}},
		"in capitals":           {"a,SPECIES,b\n" + rowsOf(10, "%t,%c,%f"), "", "2 (SPECIES)", []string{"a", "b"}},
		"quoted":                {`"a","Class","b"` + "\n" + rowsOf(10, `%t,"%c",%f`), "", "2 (Class)", []string{"a", "b"}},
		"y":                     {"y,x\n" + rowsOf(10, "%c,%f"), "", "1 (y)", []string{"a", "b"}},
		"the surer name":        {"y,x,label\n" + rowsOf(10, "%t,%f,%c"), "", "3 (label)", []string{"a", "b"}},
		"numbers in the header": {"0,1,target\n" + rowsOf(10, "%f,%d,%b"), "", "3 (target)", []string{"0", "1"}},
		"asked for by name":     {"a,b,label\n" + rowsOf(10, "%t,%f,1"), "a", "1 (a); column 3 (label) stays a feature: take it out of the file if it gives the answer away", []string{"0", "1", "2"}},
		"in other letters":      {"Kind,b,label\n" + rowsOf(10, "%t,%f,1"), "kind", "1 (Kind); column 3 (label) stays a feature: take it out of the file if it gives the answer away", []string{"0", "1", "2"}},
		"by number":             {"a,b,label\n" + rowsOf(10, "%f,%t,%d"), "2", "2 (b); column 3 (label) stays a feature: take it out of the file if it gives the answer away", []string{"0", "1", "2"}},
		"by number, no header":  {rowsOf(10, "%f,%c,%d"), "2", "2", []string{"a", "b"}},
		"a name that is both":   {"2,label,x\n" + rowsOf(10, "%c,1,%d"), "2", "1 (2); column 2 (label) stays a feature: take it out of the file if it gives the answer away", []string{"a", "b"}},
		"first":                 {rowsOf(10, "%b,%f,%f"), "", "1", []string{"0", "1"}},
		"last":                  {rowsOf(10, "%f,%f,%b"), "", "3", []string{"0", "1"}},
		"last, after a number":  {rowsOf(10, "%d,%f,%b"), "", "3", []string{"0", "1"}},
		"last is text":          {rowsOf(10, "%f,%d,%c"), "", "3", []string{"a", "b"}},
		"both":                  {rowsOf(10, "%b,%f,%t"), "", "1; column 3 could be it, too: use -label-column 3", []string{"0", "1"}},
		"last, after a bias":    {rowsOf(10, "1,%f,%b"), "", "3", []string{"0", "1"}},
		"after row numbers":     {",a,b\n" + rowsOf(10, "%d,%b,%f"), "", "2 (a); column 1 numbers the rows and is left out", []string{"0", "1"}},
		"before them":           {`"","a","b"` + "\n" + rowsOf(10, `"%d",%f,"%c"`), "", "3 (b); column 1 numbers the rows and is left out", []string{"a", "b"}},
		"no row numbers":        {",a,b\n" + rowsOf(10, "%t,%f,%c"), "", "3 (b)", []string{"a", "b"}},
		"text after counts":     {"x1,x2,group\n" + rowsOf(12, "%t,%f,%c"), "", "3 (group)", []string{"a", "b"}},
		"text between":          {"x1,kind,x2\n" + rowsOf(12, "%t,%c,%f"), "", "2 (kind)", []string{"a", "b"}},
		"ages and an outcome":   {"age,height,outcome\n" + ages(84), "", "3 (outcome); column 1 (age) could be it, too: use -label-column age", []string{"1", "2", "3"}},
		"a name with a space":   {"n,x,my kind\n" + rowsOf(12, "%t,%f,%b"), "", `1 (n); column 3 (my kind) could be it, too: use -label-column "my kind"`, []string{"0", "1", "2"}},
		"two names":             {"label,age,target\n" + rowsOf(12, "%b,%f,%t"), "", "1 (label); column 3 (target) stays a feature: take it out of the file if it gives the answer away", []string{"0", "1"}},
		"one class":             {rowsOf(10, "1,%f,%f"), "", "1", []string{"1"}},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := readTableText(t, test.text, ReadOptions{Label: test.column})
			require.NoError(t, err)
			assert.Equal(t, "the label is column "+test.want, d.origin)
			assert.Equal(t, test.classes, d.ClassNames)
			assert.Equal(t, len(test.classes), d.Classes)
			if d.FeatureNames != nil {
				assert.Len(t, d.FeatureNames, d.Features())
			}
		})
	}
}

// TestLabelValues: every class has a training example, and its name.
func TestLabelValues(t *testing.T) {
	for name, test := range map[string]struct {
		labels []string
		want   []string
	}{
		"from 0":        {[]string{"0", "1", "2"}, []string{"0", "1", "2"}},
		"from 1":        {[]string{"3", "1", "2"}, []string{"1", "2", "3"}},
		"gaps":          {[]string{"70", "-1", "9"}, []string{"-1", "9", "70"}},
		"large":         {[]string{"1000000000000", "5"}, []string{"5", "1000000000000"}},
		"written twice": {[]string{"1", "1.0", "01", "2", "2e0"}, []string{"1", "2"}},
		"text":          {[]string{"virginica", "setosa", "Zea"}, []string{"Zea", "setosa", "virginica"}},
		"text and more": {[]string{"3a", "10", "9"}, []string{"10", "3a", "9"}},
		"yes and no":    {[]string{"y", "n"}, []string{"n", "y"}},
		"in quotes":     {[]string{`"a, ""b"""`, "c"}, []string{`a, "b"`, "c"}},
		"decimals":      {[]string{"1.5x", "none"}, []string{"1.5x", "none"}},
	} {
		t.Run(name, func(t *testing.T) {
			var text strings.Builder
			for i := range 60 {
				fmt.Fprintf(&text, "%s,%d.5\n", test.labels[i%len(test.labels)], i%len(test.labels))
			}
			d, err := readTableText(t, text.String(), ReadOptions{})
			require.NoError(t, err)
			assert.Equal(t, test.want, d.ClassNames)
			for i, label := range d.Train.Labels {
				own := test.labels[int(d.Train.X[i])]
				if own[0] == '"' {
					own = `a, "b"`
				}
				if name != "written twice" {
					assert.Equal(t, own, d.ClassNames[label])
				}
			}
		})
	}
}

// TestColumnErrors: what was asked for and is not there is told as such.
func TestColumnErrors(t *testing.T) {
	header := "a,b,c,b\n" + rowsOf(10, "%b,%f,%f,%f")
	for name, test := range map[string]struct {
		text string
		opt  ReadOptions
		want string
	}{
		"no such name":     {header, ReadOptions{Label: "d"}, `column "d": no column is called so; there are a, b, c, b`},
		"two of a name":    {header, ReadOptions{Label: "b"}, `column "b": columns 2, 4 are called so: say which by its number`},
		"beyond":           {header, ReadOptions{Label: "5"}, `column "5": the table has columns 1 to 4`},
		"0":                {header, ReadOptions{Label: "0"}, "columns 1 to 4"},
		"negative":         {header, ReadOptions{Label: "-1"}, "columns 1 to 4"},
		"no header":        {rowsOf(10, "%b,%f"), ReadOptions{Label: "b"}, "the table has no header with names: say which by a number from 1 to 2"},
		"no target":        {header, ReadOptions{Task: Regress, Targets: []string{"c", "x"}}, `column "x": no column is called so`},
		"twice":            {header, ReadOptions{Task: Regress, Targets: []string{"c", "3"}}, `column "3": it is there twice`},
		"all targets":      {header, ReadOptions{Task: Regress, Targets: []string{"1", "2", "3", "4"}}, "there are no features"},
		"label of values":  {header, ReadOptions{Task: Regress, Label: "a"}, "a regression has no classes"},
		"target of labels": {header, ReadOptions{Targets: []string{"a"}}, "values to predict are for a regression"},
		"unclear": {"PassengerId,Survived,Age\n" + titanic(84), ReadOptions{},
			"column 3 (Age) has 42 different values, which may be a label or a number: say which column is the label, of PassengerId, Survived, Age"},
		"nothing fits": {rowsOf(10, "%f,%f"), ReadOptions{}, "neither the first column nor the last can be the label"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := readTableText(t, test.text, test.opt)
			require.ErrorContains(t, err, test.want)
			var column *ColumnError
			assert.True(t, errors.As(err, &column))
			assert.NotContains(t, err.Error(), "\n")
		})
	}
	_, err := readTableText(t, rowsOf(10, "%b,%f"), ReadOptions{Task: Regress})
	assert.ErrorIs(t, err, ErrClasses)
	_, err = readTableText(t, "a,b\n"+rowsOf(10, "%c,%f"), ReadOptions{Task: Regress, Targets: []string{"a"}})
	assert.ErrorContains(t, err, `line 2, column 1, "a": "a" is not a number`)
}

// TestReconstruct: a label is left out where there is one, and not needed.
func TestReconstruct(t *testing.T) {
	for name, test := range map[string]struct {
		text, origin string
		features     int
		classes      int
	}{
		"label first":      {rowsOf(10, "%b,%f,%f"), "the label is column 1, which is left out", 2, 2},
		"label by name":    {"a,label\n" + rowsOf(10, "%f,%c"), "the label is column 2 (label), which is left out", 1, 2},
		"no label":         {rowsOf(10, "%f,%f,%f"), "all columns are inputs", 3, 1},
		"a column":         {rowsOf(10, "%f"), "all columns are inputs", 1, 1},
		"target of values": {"a,target\n" + rowsOf(10, "%d,%f"), "the label is column 2 (target), which is left out", 1, 1},
		"text between":     {rowsOf(10, "%f,%c,%f"), "the label is column 2, which is left out", 2, 2},
		"ages":             {"age,height\n" + agesOnly(84), "all columns are inputs", 2, 1},
		"ages and outcome": {"age,height,outcome\n" + ages(84), "the label is column 3 (outcome), which is left out; column 1 (age) could be it, too: use -label-column age", 2, 3},
	} {
		d, err := readTableText(t, test.text, ReadOptions{Task: Reconstruct})
		require.NoError(t, err, name)
		assert.Equal(t, test.origin, d.origin, name)
		assert.Equal(t, test.features, d.Features(), name)
		assert.Equal(t, test.classes, d.Classes, name)
		assert.Equal(t, strings.Count(test.text, "\n"), d.Train.Len()+d.Test.Len()+min(1, len(d.FeatureNames)), name)
		checkDataset(t, d)
	}
	_, err := readTableText(t, rowsOf(10, "%f,%c,%c"), ReadOptions{Task: Reconstruct})
	assert.ErrorContains(t, err, `line 1, column 3: "a" is not a number, and the label was taken to be column 2`)
}

// FuzzTable reads for every task, with columns asked for.
func FuzzTable(f *testing.F) {
	f.Add("a,b,label\n1,2,x\n2,3,y\n1,4,x\n2,1,y\n3,3,y\n", "label", 0)
	f.Add("1,2.5\n2,3\n1,4\n2,1\n3,3\n", "1", 1)
	f.Add("a,\"b\",\"c\"\"d\"\n1,2,3\n4,5,6\n7,8,9\n1,2,3\n2,4,3\n", "c\"d", 2)
	f.Fuzz(func(t *testing.T, text, column string, task int) {
		opt := ReadOptions{Task: Task(((task % 3) + 3) % 3)}
		if column != "" && opt.Task == Regress {
			opt.Targets = strings.Split(column, ",")
		} else {
			opt.Label = column
		}
		d, err := decodeTable(context.Background(), bufio.NewReaderSize(strings.NewReader(text), 16), int64(len(text)), opt)
		if err != nil {
			assert.NotContains(t, err.Error(), "\n")
			return
		}
		checkDataset(t, d)
		_ = d.HoldOut(0.3)
		d.Standardize()
		d.StandardizeTargets()
		require.False(t, slices.ContainsFunc(d.Train.X, func(v float32) bool { return v != v }), "NaN")
	})
}
