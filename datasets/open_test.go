package datasets

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestOpenAutoFallsBack(t *testing.T) {
	d, why, err := Open(t.Context(), "auto", Options{Dir: t.TempDir(), Download: true, Mirrors: []string{refused(t)}})
	require.NoError(t, err)
	assert.Equal(t, "digits", d.Name)
	assert.Regexp(t, `^digits \(built in: MNIST is not in .* could not be downloaded: .*refused\)$`, why)
}

func TestOpenAutoSaysWhyNotMNIST(t *testing.T) {
	dir := t.TempDir()
	partly := t.TempDir()
	writeFiles(t, filepath.Join(partly, "mnist"), map[string][]byte{trainLabels: nil})

	for name, test := range map[string]struct {
		opt  Options
		want string
	}{
		"no download": {Options{Dir: dir}, "MNIST is not in " + filepath.Join(dir, "mnist") + " and downloading is off"},
		"no network":  {Options{Dir: dir, Download: true, Mirrors: []string{refused(t)}}, "and could not be downloaded: 127.0.0.1:"},
		"partly":      {Options{Dir: partly}, "of MNIST's four files, " + filepath.Join(partly, "mnist") + " lacks 3 and downloading is off"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := mnistSource().load(t.Context(), test.opt)
			require.Error(t, err)
			why := whyNotMNIST(err)
			assert.Contains(t, why, test.want)
			assert.NotContains(t, why, "\n")
		})
	}
}

func TestOpenAutoWithoutCacheDirectory(t *testing.T) {
	for _, name := range []string{"HOME", "XDG_CACHE_HOME", "LocalAppData", "home"} {
		t.Setenv(name, "")
	}
	_, why, err := Open(t.Context(), "auto", Options{})
	require.NoError(t, err)
	assert.Contains(t, why, "digits (built in: MNIST cannot be used: there is no cache directory")
}

// TestOpenAutoDamaged: who has the files wants MNIST, so no other data stand in for a damaged one.
func TestOpenAutoDamaged(t *testing.T) {
	_, files := published(t)
	named, cache := t.TempDir(), t.TempDir()
	writeFiles(t, named, files)
	t.Setenv("XDG_CACHE_HOME", cache)
	t.Setenv("HOME", cache)
	t.Setenv("LocalAppData", cache)
	dir, err := Options{}.directory("mnist")
	require.NoError(t, err)
	require.Contains(t, dir, cache)
	truncated := map[string][]byte{}
	for name := range files {
		truncated[name] = []byte{0, 0, 8}
	}
	writeFiles(t, dir, truncated)
	partly := t.TempDir()
	writeFiles(t, partly, map[string][]byte{trainLabels: encodeIDX([]byte{1}, 1)})

	for name, test := range map[string]struct {
		opt  Options
		want string
	}{
		"named":            {Options{Dir: named}, trainLabels + ".gz: wrong SHA-256 checksum"},
		"in the cache":     {Options{}, filepath.Join(dir, trainLabels) + ".gz: truncated"},
		"and some missing": {Options{Dir: partly, Download: true, Mirrors: []string{refused(t)}}, trainLabels + ": wrong SHA-256 checksum"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := Open(t.Context(), "auto", test.opt)
			require.ErrorContains(t, err, "datasets: mnist: ")
			require.ErrorContains(t, err, test.want)
			assert.ErrorContains(t, err, "delete")
			assert.NotContains(t, err.Error(), "\n")
		})
	}
}

func TestOpenAutoPrefersMNIST(t *testing.T) {
	dir := mnistDir(t)
	d, why, err := Open(t.Context(), "", Options{Dir: dir})
	require.NoError(t, err)
	assert.Equal(t, "mnist", d.Name)
	assert.Equal(t, "mnist (in "+dir+")", why)
}

func TestOpenAutoInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err := Open(ctx, "auto", Options{Dir: t.TempDir(), Download: true, Mirrors: []string{refused(t)}})
	assert.ErrorIs(t, err, context.Canceled)
}

func TestOpenNames(t *testing.T) {
	opt := Options{Dir: t.TempDir()}
	for _, name := range []string{"mnist", "fashion-mnist"} {
		_, _, err := Open(t.Context(), name, opt)
		assert.ErrorContains(t, err, name+": "+filepath.Join(opt.Dir, name)+" has no "+trainImages)
		assert.ErrorContains(t, err, "put it there or allow the download")
	}
	d, why, err := Open(t.Context(), "digits", opt)
	require.NoError(t, err)
	assert.Equal(t, "digits", d.Name)
	assert.Equal(t, "digits (built in)", why)
	d, why, err = Open(t.Context(), "shapes", opt)
	require.NoError(t, err)
	assert.Equal(t, "shapes", d.Name)
	assert.Equal(t, "shapes (built in)", why)
	d, why, err = Open(t.Context(), "ill-conditioned", opt)
	require.NoError(t, err)
	assert.Equal(t, "ill-conditioned", d.Name)
	assert.Equal(t, "ill-conditioned (built in)", why)
}

func TestOpenPath(t *testing.T) {
	dir := t.TempDir()
	idx := filepath.Join(dir, "own")
	writeFiles(t, idx, smallIDX())
	writeFiles(t, dir, map[string][]byte{
		"mixed.csv":     []byte("1,2\n0,3\n1,4\n0,5\n1,6\n"),
		"sorted.CSV":    []byte("0,2\n0,3\n1,4\n1,5\n1,6\n"),
		"packed.csv.gz": compress(t, []byte("1,2\n0,3\n1,4\n0,5\n1,6\n")),
		"notes.txt":     nil,
	})
	archive, err := os.ReadFile(filepath.Join("testdata", "keras.npz"))
	require.NoError(t, err)
	writeFiles(t, dir, map[string][]byte{"images.npz": archive})

	for path, want := range map[string]string{
		"own":           "own (PATH: 3 training and 2 test examples in 3 classes: 0, 1, 3)",
		"mixed.csv":     "mixed (PATH: 4 training and 1 test examples in 2 classes); the label is column 1",
		"sorted.CSV":    "sorted (PATH: 4 training and 1 test examples in 2 classes); the label is column 1",
		"packed.csv.gz": "packed (PATH: 4 training and 1 test examples in 2 classes); the label is column 1",
		"images.npz":    "images (PATH: 5 training and 2 test examples in 5 classes: 0, 1, 4, 5, 9)",
	} {
		full := filepath.Join(dir, path)
		_, why, err := Open(t.Context(), full, Options{})
		require.NoError(t, err)
		assert.Equal(t, strings.Replace(want, "PATH", full, 1), why)
	}

	for _, name := range []string{"digits", "auto", filepath.Join(dir, "images.npz"), idx} {
		for _, read := range []ReadOptions{{Label: "1"}, {Task: Regress, Targets: []string{"y"}}} {
			_, _, err = Open(t.Context(), name, Options{Read: read})
			var column *ColumnError
			require.ErrorAs(t, err, &column, name)
			assert.ErrorContains(t, err, "only a .csv has columns")
		}
	}
	_, err = ReadOptions{Label: "1"}.ReadNPZ(filepath.Join(dir, "images.npz"))
	assert.ErrorContains(t, err, "only a .csv has columns")

	_, _, err = Open(t.Context(), filepath.Join(dir, "notes.txt"), Options{})
	assert.ErrorContains(t, err, "notes.txt: neither a directory of idx files nor an .npz nor a .csv")
	_, _, err = Open(t.Context(), "minst", Options{})
	assert.ErrorContains(t, err, `"minst" is none of auto, mnist, fashion-mnist, cifar10, cifar100, digits, shapes and ill-conditioned, and no such file`)
	assert.ErrorIs(t, err, os.ErrNotExist)
}
