package figures_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/figures"
)

func TestSave(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "pictures")
	chart := &figures.Chart{Series: []figures.Series{{Label: "a", Points: []figures.Point{{X: 1, Y: 1}, {X: 2, Y: 3}}}}}
	path, err := figures.Save(dir, "chart.svg", chart)
	require.NoError(t, err)
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	want, err := chart.SVG()
	require.NoError(t, err)
	assert.Equal(t, string(want)+"\n", string(got))

	_, err = figures.Save(path, "chart.svg", chart)
	assert.ErrorContains(t, err, "not a directory")
}
