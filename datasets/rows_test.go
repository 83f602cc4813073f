package datasets

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func writeRows(t testing.TB, text string) string {
	path := filepath.Join(t.TempDir(), "rows.csv")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// readRows reads all rows of a text.
func readRows(t testing.TB, text string, width int, names ...string) (rows [][]float64, unused []string, err error) {
	r, err := OpenRows(context.Background(), writeRows(t, text), width, names)
	if err != nil {
		return nil, nil, err
	}
	defer r.Close()
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return rows, r.Unused(), nil
		}
		if err != nil {
			return rows, r.Unused(), err
		}
		rows = append(rows, append([]float64{}, row...))
	}
}

func TestRows(t *testing.T) {
	want := [][]float64{{1, 2}, {3, 4.5}}
	for _, text := range []string{
		"1,2\n3,4.5\n", "1,2\r\n\r\n3,4.5", "a,b\n1,2\n3,4.5\n", "\xef\xbb\xbfb,species,A\n2,x,1\n4.5,,3\n", "b , \"a\",\"x,y\"\n2,1,\"\"\"\"\n4.5,3,?\n",
	} {
		rows, _, err := readRows(t, text, 2, "a", "b")
		require.NoError(t, err, text)
		assert.Equal(t, want, rows, text)
	}
	rows, unused, err := readRows(t, "b,species,a,\n2,x,1,7\n", 2, "a", "b")
	require.NoError(t, err)
	assert.Equal(t, [][]float64{{1, 2}}, rows)
	assert.Equal(t, []string{"species", ""}, unused)
	rows, _, err = readRows(t, "x,y\n1,2\n", 2) // a model without names takes them in order
	require.NoError(t, err)
	assert.Equal(t, [][]float64{{1, 2}}, rows)

	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, err = w.Write([]byte("1,2\n3,4.5\n"))
	require.NoError(t, errors.Join(err, w.Close()))
	rows, _, err = readRows(t, packed.String(), 2)
	require.NoError(t, err)
	assert.Equal(t, want, rows)
}

func TestRowsRefused(t *testing.T) {
	for text, message := range map[string]string{
		"":                   "it has no rows",
		"\n \n":              "it has no rows",
		"1,2,3\n":            "line 1 has 3 columns, and the model takes 2: leave the label out",
		"1\n":                "line 1 has 1 columns, and the model takes 2",
		"a,c\n1,2\n":         `there is no column "b", which the model takes`,
		"a,b\n1,2\n1\n":      "line 3 has 1 columns, and the first line 2",
		"a,b\n1,2,3\n":       "line 2 has 3 columns, and the first line 2",
		"a,b\n1,two\n":       `line 2, column 2: "two"`,
		"a,b\n1,\n":          "line 2, column 2: the field is empty",
		"a,b\n1,inf\n":       "line 2, column 2",
		"a;b\n1;2\n":         "semicolons",
		"\"a,b\n":            "a quote is opened",
		"\xff\xfea\x00,\x00": "UTF-16",
	} {
		_, _, err := readRows(t, text, 2, "a", "b")
		require.Error(t, err, text)
		assert.ErrorContains(t, err, message, text)
		assert.ErrorContains(t, err, "rows.csv", text)
	}
	_, _, err := readRows(t, "a,b\n1,2\n", 2, "a", "A")
	assert.ErrorContains(t, err, "two of the model's features")
	_, err = OpenRows(context.Background(), filepath.Join(t.TempDir(), "none.csv"), 2, nil)
	assert.ErrorIs(t, err, os.ErrNotExist)
}

// FuzzRows: no text panics, and each row is whole.
func FuzzRows(f *testing.F) {
	f.Add("a,b\n1,2\n3,4\n", "a")
	f.Add("1,2\n", "")
	f.Fuzz(func(t *testing.T, text, name string) {
		rows, _, err := readRows(t, text, 2, name, "b")
		for _, row := range rows {
			assert.Len(t, row, 2)
		}
		if err != nil {
			assert.NotContains(t, strings.TrimSpace(err.Error()), "\n")
		}
	})
}

// TestScaleAs: a standardised data set is the one that is scaled by its scaling, to the
// rounding of float32, and one whose classes are others' keeps their names.
func TestScaleAs(t *testing.T) {
	read := func() *Dataset {
		d, err := ReadCSV("testdata/flowers.csv")
		require.NoError(t, err)
		return d
	}
	want, got := read(), read()
	want.Standardize()
	require.NoError(t, got.ScaleAs(want.Scaling, Scaling{}))
	assert.Equal(t, want.Train.X, got.Train.X)
	assert.Equal(t, want.Test.X, got.Test.X)
	assert.Equal(t, want.Scaling, got.Scaling)
	assert.ErrorContains(t, read().ScaleAs(Scaling{Mean: make([]float64, 3), Deviation: make([]float64, 3)}, Scaling{}), "the scaling is of 3")

	pixels := func() *Dataset {
		d, err := readNPZBytes(t, archive(t, smallNPZ()))
		require.NoError(t, err)
		return d
	}
	want, got = pixels(), pixels()
	want.Standardize()
	require.NoError(t, got.ScaleAs(want.Scaling, Scaling{}))
	assert.InDeltaSlice(t, want.Train.X, got.Train.X, 1e-6)
	assert.False(t, got.Pixels)
	got = pixels()
	require.NoError(t, got.ScaleAs(got.Scaling, Scaling{}))
	assert.True(t, got.Pixels)
	assert.Equal(t, pixels().Train.X, got.Train.X)
}

func TestMatchClasses(t *testing.T) {
	d, err := ReadCSV("testdata/flowers.csv")
	require.NoError(t, err)
	names := d.ClassNames
	require.Len(t, names, 2)
	before := append([]int32{}, d.Train.Labels...)
	require.NoError(t, d.MatchClasses([]string{"other", names[1], names[0]}))
	for i, label := range d.Train.Labels {
		assert.Equal(t, names[before[i]], d.ClassNames[label])
	}
	assert.Equal(t, 3, d.Classes)
	assert.ErrorContains(t, d.MatchClasses(names), `has class "other"`)
}
