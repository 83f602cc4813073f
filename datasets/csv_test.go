package datasets

import (
	"bufio"
	"context"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func readCSVText(t testing.TB, text string) (*Dataset, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "own.csv")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o666))
	return ReadCSV(path)
}

func TestReadCSV(t *testing.T) {
	const rows = "0,1.5,-2\n2,3e2,4\n1,5,6\n1,7,8\n0,9,.5\n0,11,12\n"
	for name, text := range map[string]string{
		"plain":                 rows,
		"no newline at the end": strings.TrimSpace(rows),
		"header":                "label,width,height\n" + rows,
		"byte order mark":       "\ufefflabel,a,b\n" + rows,
		"mark without header":   "\ufeff" + rows,
		"Windows":               strings.ReplaceAll(rows, "\n", "\r\n"),
		"spaces":                strings.ReplaceAll(rows, ",", " , "),
		"quotes":                `"` + strings.ReplaceAll(strings.ReplaceAll(strings.TrimSpace(rows), ",", `","`), "\n", "\"\n\"") + `"`,
		"blank lines":           "\n\nlabel,a,b\n\n" + strings.ReplaceAll(rows, "\n", "\n\n"),
	} {
		t.Run(name, func(t *testing.T) {
			d, err := readCSVText(t, text)
			require.NoError(t, err)
			assert.Equal(t, strings.Contains(text, "label"), d.FeatureNames != nil)
			assert.Contains(t, d.origin, "the label is column 1")
			d.FeatureNames, d.origin = nil, ""
			assert.Equal(t, &Dataset{
				Name: "own", Shape: []int{2}, Classes: 3, ClassNames: []string{"0", "1", "2"},
				Train: Split{X: []float32{1.5, -2, 7, 8, 9, 0.5, 5, 6, 300, 4}, Labels: []int32{0, 1, 0, 1, 2}},
				Test:  Split{X: []float32{11, 12}, Labels: []int32{0}},
			}, d)
		})
	}
}

func TestReadCSVPixels(t *testing.T) {
	table := func(features int, value string) string {
		row := "1" + strings.Repeat(",0", features-1) + "," + value + "\n"
		return strings.Repeat(row, 5)
	}
	for name, test := range map[string]struct {
		text   string
		pixels bool
		last   float32
	}{
		"8×8":           {table(64, "255"), true, 1},
		"no square":     {table(63, "255"), false, 0},
		"7×7":           {table(49, "255"), false, 0},
		"fraction":      {table(64, "0.5"), true, 0.5},
		"fractions":     {table(64, "2.5"), false, 0},
		"above a byte":  {table(64, "256"), false, 0},
		"below":         {table(64, "-1"), false, 0},
		"zero and ones": {table(64, "1"), true, 1},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := readCSVText(t, test.text)
			require.NoError(t, err)
			assert.Equal(t, test.pixels, d.Pixels)
			if test.pixels {
				assert.EqualValues(t, test.last, d.Test.X[63])
			}
		})
	}
}

func TestReadCSVRefuses(t *testing.T) {
	const fine = "1,2,3\n0,2,3\n1,2,3\n"
	for name, test := range map[string]struct{ text, want string }{
		"empty":              {"", "0 rows of data: at least 5"},
		"header alone":       {"label,a,b\n", "0 rows of data"},
		"too few rows":       {fine, "3 rows of data"},
		"text":               {fine + "0,blue,3\n", `line 4, column 2: "blue" is not a number`},
		"text in the last":   {fine + "0,2,blue\n0,2,3\n", `line 4, column 3: "blue" is not a number`},
		"text in first line": {"0,red,2\n" + fine, `line 1, column 2: "red" is not a number`},
		"text and a name":    {"label,size,hue\n" + fine + "0,2,blue\n", `line 5, column 3, "hue": "blue" is not a number`},
		"first label text":   {"cat,1,2\n" + fine + fine, `line 1, column 1: "cat" is not a number, and all labels below it are; a header would have no number in it`},
		"first line text":    {"0,a,b\n" + fine, `line 1, column 2: "a" is not a number`},
		"first too large":    {"1,1e999,b\n" + fine, `line 1, column 2: "1e999" is too large a number`},
		"missing value":      {fine + "0,,3\n", "line 4, column 2: the field is empty"},
		"missing, as R":      {fine + "0,NA,3\n", `line 4, column 2: "NA" is not a finite number: fill in`},
		"missing, as UCI":    {fine + "0,2,?\n", `line 4, column 3: "?" is not a finite number`},
		"missing label":      {fine + ",2,3\n", "line 4, column 1: the field is empty"},
		"missing, first":     {"?,2,3\n" + fine, `line 1, column 1: "?" is not a finite number`},
		"short line":         {fine + "0,2\n", "line 4, column 2: the line ends here, the lines before have 3 columns"},
		"long line":          {fine + "0,2,3,4\n", "line 4, column 4: the lines before have 3 columns"},
		"unlike the header":  {"label,a\n" + fine, "line 2, column 3: the lines before have 2 columns"},
		"trailing comma":     {fine + "0,2,3,\n", "line 4, column 4: the lines before have 3 columns"},
		"NaN":                {fine + "0,NaN,3\n", `line 4, column 2: "NaN" is not a finite number`},
		"infinite":           {fine + "0,-inf,3\n", `line 4, column 2: "-inf" is not a finite`},
		"too large for 32":   {fine + "0,1e39,3\n", `line 4, column 2: "1e39" is not a finite`},
		"too large for 64":   {fine + "0,1e999,3\n", `line 4, column 2: "1e999" is too large a number`},
		"fraction as label":  {"label,a\n1,2\n1,3\n0.5,3\n1,2\n1,2\n", "line 4, column 1, \"label\": label 0.5 is not an integer: classes are whole numbers"},
		"NaN label":          {fine + "nan,2,3\n", `line 4, column 1: "nan" is not a finite number`},
		"label beyond 2⁵³":   {"label,a\n1,2\n1,3\n1e16,3\n1,2\n1,2\n", "line 4, column 1, \"label\": label 1e+16 is too large"},
		"no label":           {"0.5,1.5\n1,2\n2,3.5\n3,4\n4,5\n", "neither the first column nor the last can be the label"},
		"all labels differ":  {"id,label\n1,a\n2,b\n3,c\n4,d\n5,e\n", "every row has a label of its own"},
		"numbers as well":    {"a,label\n1,5\n2,6\n3,7\n4,8\n5,9\n", "none of the 5 rows can be held out for testing: no class has two of them"},
		"two labels":         {"label,Label,a\n" + fine, "column \"label\": columns 1, 2 are called so: say which by its number"},
		"semicolons":         {"1;2;3\n0;2;3\n", `"1;2;3": this file has semicolons between its fields: save it with commas`},
		"name with numbers":  {"y,1,2\n" + strings.Repeat("yes,2,3\nno,2,4\n", 3), `line 1, column 1: "y" is the label of no other row, and reads like the name of the column`},
		"UTF-16":             {"\xff\xfe1\x00,\x002\x00\n\x00", "line 1, column 1: the text is in UTF-16"},
		"old line ends":      {"label,a\r1,2\r0,3\r", "line 1, column 1: the lines end in a carriage return alone"},
		"semicolon header":   {"label;a;b\n0;2;3\n", `"label;a;b": this file has semicolons between its fields: save it with commas`},
		"decimal commas":     {"1,5;0,5\n2,5;0,5\n", `line 1, column 2: "5;0": this file has semicolons between its fields: save it with commas`},
		"labels alone":       {"1\n0\n", "line 1, column 1: there are no features"},
		"open quote":         {fine + "0,\"2,3\n", "line 4, column 2: a quote is opened and not closed on this line"},
		"text after quote":   {fine + "0,\"2\"3,3\n", `line 4, column 2: "3,3" follows a closing quote`},
		"binary":             {"\x00\x01\x02\n\x00\x01", "line 1, column 1: there are no features"},
		"one endless line":   {strings.Repeat("1,", maxLine), "line 1: longer than 16777216 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := readCSVText(t, test.text)
			require.ErrorContains(t, err, test.want)
			assert.ErrorContains(t, err, "own.csv")
			assert.NotContains(t, err.Error(), "\n")
			assert.Less(t, len(err.Error()), 300)
		})
	}
}

func TestReadCSVLongLines(t *testing.T) {
	// Longer than the reader's buffer, in lines of every length around it.
	const features = 300_000
	text := strings.Repeat("3"+strings.Repeat(",0.25", features)+"\n", 5)
	d, err := readCSVText(t, text)
	require.NoError(t, err)
	assert.Equal(t, []int{features}, d.Shape)
	assert.EqualValues(t, 0.25, d.Test.X[features-1])
}

func TestReadCSVLarge(t *testing.T) {
	// More rows than the sample that the size of the table is estimated from.
	var text strings.Builder
	for i := range 1000 {
		text.WriteString(strconv.Itoa(i%3) + "," + strconv.Itoa(i) + ",1\n")
	}
	d, err := readCSVText(t, text.String())
	require.NoError(t, err)
	require.Equal(t, 800, d.Train.Len())
	require.Equal(t, 200, d.Test.Len())
	seen := map[float32]bool{}
	for _, split := range []Split{d.Train, d.Test} {
		for i, label := range split.Labels {
			assert.EqualValues(t, int(split.X[2*i])%3, label, "a row stays together")
			seen[split.X[2*i]] = true
		}
	}
	assert.Len(t, seen, 1000)
}

func FuzzCSV(f *testing.F) {
	f.Add("1,2,3\n0,2,3\n1,2,3\n0,5,6\n1,2,9\n")
	f.Add("label,a\n\"1\",2e3\r\n0,-3\n1, 4\n2,.5\n3,1\n")
	f.Add("\ufeff1,nan\n")
	f.Add("1,2\n3\n")
	f.Add("1e9,2\n,,\n")
	f.Fuzz(func(t *testing.T, text string) {
		d, err := decodeCSV(context.Background(), bufio.NewReaderSize(strings.NewReader(text), 16), int64(len(text)))
		if err != nil {
			assert.NotContains(t, err.Error(), "\n")
			return
		}
		checkDataset(t, d)
	})
}

// checkDataset is what any reader promises of what it returns.
func checkDataset(t *testing.T, d *Dataset) {
	t.Helper()
	for _, s := range []Split{d.Train, d.Test} {
		require.NotZero(t, s.Len())
		require.Len(t, s.X, s.Len()*d.Features())
		if s.Outputs > 0 {
			require.Len(t, s.Targets, s.Len()*s.Outputs)
		} else {
			require.GreaterOrEqual(t, slices.Min(s.Labels), int32(0))
			require.Less(t, int(slices.Max(s.Labels)), d.Classes)
		}
		low, high := slices.Min(s.X), slices.Max(s.X) // a NaN among them is the result
		require.GreaterOrEqual(t, low, float32(-math.MaxFloat32))
		require.LessOrEqual(t, high, float32(math.MaxFloat32))
		if d.Pixels {
			require.True(t, low >= 0 && high <= 1)
		}
	}
}

func BenchmarkReadCSV(b *testing.B) {
	const rows = 6000 // a tenth of MNIST
	line := "7"
	for i := range 784 {
		if line += ","; i%5 == 0 {
			line += strconv.Itoa(i % 256)
		} else {
			line += "0"
		}
	}
	path := filepath.Join(b.TempDir(), "mnist.csv")
	require.NoError(b, os.WriteFile(path, []byte(strings.Repeat(line+"\n", rows)), 0o666))
	for b.Loop() {
		_, err := ReadCSV(path)
		require.NoError(b, err)
	}
	b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds(), "rows/s")
}
