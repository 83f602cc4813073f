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
			assert.Equal(t, &Dataset{
				Name: "own", Shape: []int{2}, Classes: 3,
				Train: Split{X: []float32{1.5, -2, 300, 4, 5, 6, 7, 8, 9, 0.5}, Labels: []int32{0, 2, 1, 1, 0}},
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
	}{
		"8×8":           {table(64, "255"), true},
		"no square":     {table(63, "255"), false},
		"7×7":           {table(49, "255"), false},
		"fraction":      {table(64, "0.5"), false},
		"above a byte":  {table(64, "256"), false},
		"below":         {table(64, "-1"), false},
		"zero and ones": {table(64, "1"), false},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := readCSVText(t, test.text)
			require.NoError(t, err)
			assert.Equal(t, test.pixels, d.Pixels)
			if test.pixels {
				assert.EqualValues(t, 1, d.Test.X[63])
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
		"text":               {fine + "0,2,blue\n", `line 4, column 3: "blue" is not a number`},
		"text in first line": {"0,red,2\n" + fine, `line 1, column 2: "red" is not a number`},
		"text label":         {fine + "virginica,2,3\n", `line 4, column 1: "virginica" is not a number: labels are in the first column, numbered 0, 1, 2, …`},
		"first label text":   {"cat,1,2,3,4\n" + fine, `line 1, column 1: "cat" is not a number: labels are in the first column, numbered 0, 1, 2, …; a header would`},
		"first line text":    {"0,a,b\n" + fine, `line 1, column 2: "a" is not a number`},
		"first too large":    {"1e999,a,b\n" + fine, `line 1, column 1: "1e999" is too large a number`},
		"new label in test":  {"label,a\n\n0,1\n1,2\n0,3\n1,4\n2,5\n3,6\n4,7\n3,8\n4,9\n5,10\n", "line 12, column 1: label 5 is above the largest training label, 4: the last fifth of the rows is for testing"},
		"two in test":        {"0,1\n1,2\n0,3\n1,4\n1,5\n0,1\n1,1\n0,1\n1,1\n3,1\n2,1\n", "line 10, column 1: label 3 is above the largest training label, 1"},
		"missing value":      {fine + "0,,3\n", "line 4, column 2: the field is empty"},
		"short line":         {fine + "0,2\n", "line 4, column 2: the line ends here, the lines before have 3 columns"},
		"long line":          {fine + "0,2,3,4\n", "line 4, column 4: the lines before have 3 columns"},
		"trailing comma":     {fine + "0,2,3,\n", "line 4, column 4: the field is empty"},
		"NaN":                {fine + "0,NaN,3\n", `line 4, column 2: "NaN" is not a finite 32-bit number`},
		"infinite":           {fine + "0,-inf,3\n", `line 4, column 2: "-inf" is not a finite`},
		"too large for 32":   {fine + "0,1e39,3\n", `line 4, column 2: "1e39" is not a finite`},
		"too large for 64":   {fine + "0,1e999,3\n", `line 4, column 2: "1e999" is too large a number`},
		"fraction as label":  {fine + "0.5,2,3\n", "line 4, column 1: label 0.5 is not an integer"},
		"negative label":     {fine + "-1,2,3\n", "line 4, column 1: label -1 is negative"},
		"NaN label":          {fine + "nan,2,3\n", "line 4, column 1: label NaN is not an integer"},
		"absurd label":       {fine + "1000000000,2,3\n", "line 4, column 1: label 1e+09 would make more than 65536 classes"},
		"semicolons":         {"1;2;3\n0;2;3\n", `"0;2;3" is not a number: columns are separated by commas`},
		"labels alone":       {"1\n0\n", "line 1, column 1: there are no features"},
		"binary":             {"\x00\x01\x02\n\x00\x01", `line 2, column 1: "\x00\x01" is not a number`},
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
	assert.EqualValues(t, 799, d.Train.X[2*799])
	assert.EqualValues(t, 999, d.Test.X[2*199])
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
		require.GreaterOrEqual(t, slices.Min(s.Labels), int32(0))
		require.Less(t, int(slices.Max(s.Labels)), d.Classes)
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
