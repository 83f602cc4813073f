package datasets

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tiny is a published data set of a few images, and its archive.
func tinyCIFAR(t testing.TB) (cifarLayout, []byte) {
	l := cifar10()
	l.name, l.classes, l.images, l.known = "tiny10", 2, [2]int{20, 4}, []string{"cat", "dog"}
	files := map[string][]byte{l.test: l.records(0, 1, 1, 0)}
	for _, name := range l.train {
		files[name] = l.records(0, 1, 0, 1)
	}
	archive := packed(t, l.directory, files)
	sum := sha256.Sum256(archive)
	l.sha256 = hex.EncodeToString(sum[:])
	return l, archive
}

func TestCIFARIsFound(t *testing.T) {
	l, archive := tinyCIFAR(t)
	source := t.TempDir()
	writeFiles(t, source, map[string][]byte{l.archive: archive})
	unpacked, err := readArchive(t.Context(), filepath.Join(source, l.archive), l.parts(), func(member, string) error { return nil }, "")
	require.NoError(t, err)
	files := map[string][]byte{}
	for name, m := range unpacked {
		files[name] = m.data
	}
	require.Len(t, files, 6)
	inArchive := map[string][]byte{l.archive: archive}
	for name, test := range map[string]struct {
		below string
		files map[string][]byte
		where string
	}{
		"in the directory":           {"", files, "."},
		"below it":                   {l.directory, files, l.directory},
		"in its own":                 {"tiny10", files, "tiny10"},
		"below its own":              {filepath.Join("tiny10", l.directory), files, filepath.Join("tiny10", l.directory)},
		"an archive":                 {"", inArchive, l.archive},
		"an archive in its own":      {"tiny10", inArchive, filepath.Join("tiny10", l.archive)},
		"unpacked comes first":       {l.directory, files, l.directory},
		"beside a part of the files": {"", inArchive, l.archive},
		"also beside the archive":    {l.directory, files, l.directory},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			switch name {
			case "unpacked comes first", "also beside the archive":
				writeFiles(t, dir, inArchive)
			case "beside a part of the files":
				writeFiles(t, dir, map[string][]byte{l.test: files[l.test]})
			}
			writeFiles(t, filepath.Join(dir, test.below), test.files)
			d, why, err := l.open(t.Context(), Options{Dir: dir})
			require.NoError(t, err)
			assert.Equal(t, "tiny10 (in "+filepath.Join(dir, test.where)+")", why)
			assert.Equal(t, "tiny10", d.Name)
			assert.Equal(t, []string{"cat", "dog"}, d.ClassNames)
			assert.Equal(t, 2, d.Classes)
			assert.Equal(t, 20, d.Train.Len())
			assert.Equal(t, 4, d.Test.Len())
		})
	}

	dir := t.TempDir()
	_, _, err = l.load(t.Context(), Options{Dir: dir})
	assert.EqualError(t, err, "datasets: tiny10: "+filepath.Join(dir, "tiny10")+" has no cifar-10-batches-bin (or cifar-10-binary.tar.gz): put it there or allow the download")
	assert.ErrorIs(t, err, fs.ErrNotExist)
	delete(files, l.train[3])
	writeFiles(t, filepath.Join(dir, l.directory), files)
	_, _, err = l.load(t.Context(), Options{Dir: dir})
	assert.EqualError(t, err, "datasets: tiny10: "+filepath.Join(dir, l.directory)+" has no data_batch_4.bin (or cifar-10-binary.tar.gz): put it there or allow the download")
}

// TestPublishedCIFARIsVerified: what claims to be the published data set is held to it.
func TestPublishedCIFARIsVerified(t *testing.T) {
	l, archive := tinyCIFAR(t)
	load := func(files map[string][]byte) error {
		dir := t.TempDir()
		writeFiles(t, dir, files)
		_, _, err := l.load(t.Context(), Options{Dir: dir, Download: true, Mirrors: []string{refused(t)}})
		require.ErrorContains(t, err, "datasets: tiny10: "+dir)
		return err
	}
	files := map[string][]byte{l.test: l.records(0, 1, 1, 0)}
	for _, name := range l.train {
		files[name] = l.records(0, 1, 0, 1)
	}
	files[l.train[2]] = l.records(0, 1, 0)
	assert.ErrorContains(t, load(files), "data_batch_3.bin has 3 images, and the published file 4: delete it and get it again")
	files[l.train[2]] = l.records(0, 1, 1, 1)
	assert.ErrorContains(t, load(files), "has 9 training images of class 0, and the published data set 10")
	files[l.train[2]] = l.records(0, 1, 2, 1)
	assert.ErrorContains(t, load(files), "data_batch_3.bin: image 2: label 2: want at most 1")
	files[l.train[2]], files[l.test] = l.records(0, 1, 0, 1), l.records(0, 1, 1, 1)
	assert.ErrorContains(t, load(files), "has 1 test images of class 0, and the published data set 2")
	files[l.names] = []byte("cat\n")
	assert.ErrorContains(t, load(files), "batches.meta.txt has 1 names of classes, not 2")
	assert.ErrorContains(t, load(map[string][]byte{l.archive: packed(t, l.directory, map[string][]byte{})}), "cifar-10-binary.tar.gz: wrong SHA-256 checksum")
	l.sha256 = strings.Repeat("0", 64)
	assert.ErrorContains(t, load(map[string][]byte{l.archive: archive}), "cifar-10-binary.tar.gz: wrong SHA-256 checksum")

	_, err := CIFAR10(t.Context(), Options{Dir: t.TempDir()})
	assert.ErrorContains(t, err, "datasets: cifar10: ")
	_, err = CIFAR100(t.Context(), Options{Dir: t.TempDir()})
	assert.ErrorContains(t, err, "cifar100 has no cifar-100-binary (or cifar-100-binary.tar.gz): put it there or allow the download")
}

func TestCIFARIsDownloaded(t *testing.T) {
	l, archive := tinyCIFAR(t)
	files := map[string][]byte{l.archive: archive}
	good := serve(t, files)
	for name, mirrors := range map[string][]string{
		"at once":             {good},
		"first is down":       {refused(t), good},
		"first has other":     {serve(t, map[string][]byte{l.archive: packed(t, "", nil)}), good},
		"only one breaks off": {serveFunc(t, breakOff(files))},
	} {
		t.Run(name, func(t *testing.T) {
			dir, last := t.TempDir(), [2]int64{}
			opt := Options{Dir: dir, Download: true, Mirrors: mirrors, Progress: func(_ string, done, total int64) { last = [2]int64{done, total} }}
			d, where, err := l.load(t.Context(), opt)
			require.NoError(t, err)
			assert.Equal(t, "downloaded to "+filepath.Join(dir, "tiny10"), where)
			assert.Equal(t, 20, d.Train.Len())
			assert.Equal(t, int64(len(archive)), last[0])
			assert.Equal(t, last[0], last[1])
			assert.Equal(t, []string{l.archive}, names(t, filepath.Join(dir, "tiny10")), "nothing but the archive is left behind")
			_, where, err = l.load(t.Context(), Options{Dir: dir})
			require.NoError(t, err)
			assert.Equal(t, "in "+filepath.Join(dir, "tiny10", l.archive), where)
		})
	}
	for name, test := range map[string]struct {
		mirror, want string
	}{
		"not found": {serve(t, nil), "the server says 404 Not Found"},
		"a portal": {serveFunc(t, func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("<html>")) }),
			"not a .tar.gz: it begins with 3c 68"},
		"wrong": {serve(t, map[string][]byte{l.archive: packed(t, "", nil)}), "wrong SHA-256 checksum"},
	} {
		dir := t.TempDir()
		_, _, err := l.load(t.Context(), Options{Dir: dir, Download: true, Mirrors: []string{test.mirror}})
		require.ErrorContains(t, err, test.want, name)
		assert.ErrorContains(t, err, "has no cifar-10-batches-bin, and downloading failed: ", name)
		assert.NotContains(t, err.Error(), "\n")
		assert.Empty(t, names(t, filepath.Join(dir, "tiny10")), name)
	}
}

// TestCIFARDownloadResumes: an interrupted download ends with the context, and the next one goes on.
func TestCIFARDownloadResumes(t *testing.T) {
	l, archive := tinyCIFAR(t)
	half := len(archive) / 2
	ctx, cancel := context.WithCancel(t.Context())
	mirror := serveFunc(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "1000000")
		w.Write(archive[:half])
		w.(http.Flusher).Flush()
		<-r.Context().Done() // the client's hanging up
	})
	dir := t.TempDir()
	opt := Options{Dir: dir, Download: true, Mirrors: []string{mirror}, Progress: func(_ string, done, _ int64) {
		if done == int64(half) {
			cancel()
		}
	}}
	_, _, err := l.load(ctx, opt)
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, []string{l.archive + ".part"}, names(t, filepath.Join(dir, "tiny10")))

	var ranges []string
	rest := serveFunc(t, func(w http.ResponseWriter, r *http.Request) {
		ranges = append(ranges, r.Header.Get("Range"))
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(archive))
	})
	_, _, err = l.load(t.Context(), Options{Dir: dir, Download: true, Mirrors: []string{rest}})
	require.NoError(t, err)
	assert.Len(t, ranges, 1)
	assert.NotEmpty(t, ranges[0])
}

// TestCIFARReal reads the published data sets where somebody has them: $GOKFAC_CIFAR_DIR.
func TestCIFARReal(t *testing.T) {
	dir := os.Getenv("GOKFAC_CIFAR_DIR")
	if dir == "" {
		t.Skip("name a directory with the published files in $GOKFAC_CIFAR_DIR")
	}
	d, err := CIFAR10(t.Context(), Options{Dir: dir})
	require.NoError(t, err)
	assert.Equal(t, []int32{6, 9, 9, 4, 1}, d.Train.Labels[:5])
	var sum [3]float64
	for i, v := range d.Train.X {
		sum[i%3] += float64(v)
	}
	for i, mean := range []float64{0.4914, 0.4822, 0.4465} {
		assert.InDelta(t, mean, sum[i]/float64(len(d.Train.X)/3), 5e-5, "the well-known means")
	}
}
