package datasets

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// columns reads a table whose value in row i of column c is 10·i + c, "abcde" being the columns 0 to 4.
func columns(t *testing.T, header string, rows []string) *Dataset {
	t.Helper()
	path := filepath.Join(t.TempDir(), "t.csv")
	text := header + "\n"
	for _, r := range rows {
		text += r + "\n"
	}
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	d, err := ReadOptions{Task: Regress, Targets: []string{"y", "z"}}.ReadCSV(path)
	require.NoError(t, err)
	return d
}

// TestMatchColumns: a table with its columns in another order is the same table.
func TestMatchColumns(t *testing.T) {
	want := columns(t, "a,b,c,y,z", []string{"1,0.2,3.7,4,5.1", "2,3,4,5,6", "3,4,5,6.3,8", "4,5,6,7,9", "5,6,7,8,-1"})
	d := columns(t, "c,y,a,b,z", []string{"3.7,4,1,0.2,5.1", "4,5,2,3,6", "5,6.3,3,4,8", "6,7,4,5,9", "7,8,5,6,-1"})
	require.NoError(t, d.MatchColumns(want.FeatureNames, []string{"y", "z"}))
	assert.Equal(t, []string{"a", "b", "c"}, d.FeatureNames)
	assert.Contains(t, d.Notes(), "features are taken by their names, in the model's order")
	want.Standardize()
	d.Standardize()
	assert.Equal(t, want.Train.X, d.Train.X)
	assert.Equal(t, want.Test.X, d.Test.X)
	assert.Equal(t, want.Scaling, d.Scaling)

	swapped := columns(t, "a,b,c,y,z", []string{"1,0.2,3.7,4,5.1", "2,3,4,5,6", "3,4,5,6.3,8", "4,5,6,7,9", "5,6,7,8,-1"})
	before := append([]float32{}, swapped.Train.Targets...)
	require.NoError(t, swapped.MatchColumns(nil, []string{"z", "y"}))
	for i := 0; i < len(before); i += 2 {
		assert.Equal(t, []float32{before[i+1], before[i]}, swapped.Train.Targets[i:i+2])
	}
	assert.Equal(t, []string{"z", "y"}, swapped.TargetNames)

	for _, names := range [][]string{nil, {"z", "y"}, {"p", "q", "r"}, {"a", "b", "other"}, {"", "a", "b"}} {
		x := append([]float32{}, d.Train.X...)
		require.NoError(t, d.MatchColumns(names, nil))
		assert.Equal(t, x, d.Train.X, "%v", names)
	}
	err := d.MatchColumns([]string{"b", "a", "other"}, nil)
	assert.ErrorContains(t, err, `datasets: t: features: column "a" has another place than in the model, and there is no column "other": call the columns as the model does, which has b, a, other`)
}
