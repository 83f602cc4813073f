package datasets

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func digests(content, archive []byte) (sha, md string) {
	s, m := sha256.Sum256(content), md5.Sum(archive)
	return hex.EncodeToString(s[:]), hex.EncodeToString(m[:])
}

// published is a tiny data set of 28×28 images as a mirror serves it, and its source.
func published(t testing.TB) (source, map[string][]byte) {
	t.Helper()
	noise := make([]byte, 3*28*28)
	for i := range noise {
		noise[i] = byte(i * i >> 3) // does not compress to nothing, so that a part of it is worth resuming
	}
	contents := map[string][]byte{
		trainImages: encodeIDX(noise, 3, 28, 28),
		trainLabels: encodeIDX([]byte{2, 0, 1}, 3),
		testImages:  encodeIDX(noise[:2*28*28], 2, 28, 28),
		testLabels:  encodeIDX([]byte{3, 0}, 2),
	}
	files := map[string][]byte{}
	sum := func(name string) *checksum {
		files[name+".gz"] = compress(t, contents[name])
		sha, _ := digests(contents[name], nil)
		return &checksum{sha256: sha}
	}
	return source{name: "tiny", sums: idxFiles[*checksum]{sum(trainImages), sum(trainLabels), sum(testImages), sum(testLabels)}}, files
}

// serve is a mirror that honours ranges.
func serve(t testing.TB, files map[string][]byte) string {
	return serveFunc(t, func(w http.ResponseWriter, r *http.Request) {
		data, ok := files[filepath.Base(r.URL.Path)]
		if !ok {
			http.NotFound(w, r)
			return
		}
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
	})
}

func serveFunc(t testing.TB, handler http.HandlerFunc) string {
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL + "/data/"
}

// refused is a mirror whose port nobody listens on.
func refused(t testing.TB) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	return "http://" + l.Addr().String()
}

func names(t testing.TB, dir string) (out []string) {
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

var complete = []string{testImages + ".gz", testLabels + ".gz", trainImages + ".gz", trainLabels + ".gz"}

func TestDownload(t *testing.T) {
	src, files := published(t)
	good := serve(t, files)
	damaged := map[string][]byte{}
	other, _ := published(t)
	for name, data := range files {
		damaged[name] = data
	}
	damaged[trainLabels+".gz"] = compress(t, encodeIDX([]byte{1, 1, 1}, 3))

	for name, mirrors := range map[string][]string{
		"at once":             {good},
		"without a slash":     {strings.TrimSuffix(good, "/")},
		"first is down":       {refused(t), good},
		"first lacks it":      {serve(t, nil), good},
		"first has other":     {serve(t, damaged), good},
		"first breaks off":    {serveFunc(t, breakOff(files)), good},
		"only one breaks off": {serveFunc(t, breakOff(files))},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			var last [2]int64
			opt := Options{Dir: dir, Download: true, Mirrors: mirrors, Progress: func(_ string, done, total int64) {
				last = [2]int64{done, total}
			}}
			d, where, err := src.load(t.Context(), opt)
			require.NoError(t, err)
			assert.Equal(t, "downloaded to "+filepath.Join(dir, "tiny"), where)
			assert.Equal(t, "tiny", d.Name)
			assert.Equal(t, 10, d.Classes)
			assert.Equal(t, 3, d.Train.Len())
			assert.Equal(t, last[0], last[1], "progress ends with the whole file")
			assert.Equal(t, complete, names(t, filepath.Join(dir, "tiny")), "nothing but the data is left behind")

			_, where, err = other.load(t.Context(), Options{Dir: dir})
			require.NoError(t, err)
			assert.Equal(t, "in "+filepath.Join(dir, "tiny"), where)
		})
	}
}

// breakOff sends at most 200 bytes of what was asked for.
func breakOff(files map[string][]byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		data := files[filepath.Base(r.URL.Path)]
		start := 0
		if text, ok := strings.CutPrefix(r.Header.Get("Range"), "bytes="); ok {
			start, _ = strconv.Atoi(strings.TrimSuffix(text, "-"))
			w.Header().Set("Content-Range", "bytes "+text+strconv.Itoa(len(data)-1)+"/"+strconv.Itoa(len(data)))
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(data)-start))
		if start > 0 {
			w.WriteHeader(http.StatusPartialContent)
		}
		w.Write(data[start:min(len(data), start+max(200, len(data)/2))])
	}
}

func TestDownloadResumes(t *testing.T) {
	src, files := published(t)
	name := trainImages + ".gz"
	whole := files[name]
	half := whole[:len(whole)/2]
	for label, test := range map[string]struct {
		part         []byte
		ignoreRange  bool
		wantRequests []string
	}{
		"from a part":              {half, false, []string{"bytes=" + strconv.Itoa(len(half)) + "-"}},
		"server ignores the range": {half, true, []string{"bytes=" + strconv.Itoa(len(half)) + "-"}},
		"part is longer":           {append(bytes.Clone(whole), 1, 2, 3), false, []string{"bytes=" + strconv.Itoa(len(whole)+3) + "-", ""}},
		"part is something else":   {bytes.Repeat([]byte{7}, 100), false, []string{"bytes=100-", ""}},
	} {
		t.Run(label, func(t *testing.T) {
			var requests []string
			mirror := serveFunc(t, func(w http.ResponseWriter, r *http.Request) {
				requests = append(requests, r.Header.Get("Range"))
				if test.ignoreRange {
					r.Header.Del("Range")
				}
				http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(whole))
			})
			dir := t.TempDir()
			writeFiles(t, dir, map[string][]byte{name + ".part": test.part})
			require.NoError(t, src.fetch(t.Context(), dir, []string{trainImages}, Options{Mirrors: []string{mirror}}))
			assert.Equal(t, test.wantRequests, requests)
			assert.Equal(t, []string{name}, names(t, dir))
			got, err := os.ReadFile(filepath.Join(dir, name))
			require.NoError(t, err)
			assert.Equal(t, whole, got)
		})
	}
}

// TestDownloadCompletes: a set begun in the directory given is completed there, and not begun again below it.
func TestDownloadCompletes(t *testing.T) {
	src, files := published(t)
	dir := t.TempDir()
	writeFiles(t, dir, map[string][]byte{trainImages + ".gz": files[trainImages+".gz"], testLabels + ".gz": files[testLabels+".gz"]})
	_, _, err := src.load(t.Context(), Options{Dir: dir})
	require.ErrorContains(t, err, dir+" has no "+trainLabels+", "+testImages+" (or .gz)")

	var fetched []string
	mirror := serveFunc(t, func(w http.ResponseWriter, r *http.Request) {
		name := filepath.Base(r.URL.Path)
		fetched = append(fetched, name)
		w.Write(files[name])
	})
	_, where, err := src.load(t.Context(), Options{Dir: dir, Download: true, Mirrors: []string{mirror}})
	require.NoError(t, err)
	assert.Equal(t, "downloaded to "+dir, where)
	assert.Equal(t, []string{trainLabels + ".gz", testImages + ".gz"}, fetched)
	assert.Equal(t, complete, names(t, dir))

	both := t.TempDir()
	writeFiles(t, both, map[string][]byte{trainImages: nil})
	writeFiles(t, filepath.Join(both, "tiny"), map[string][]byte{trainLabels: nil})
	where, err = Options{Dir: both}.directory("tiny")
	require.NoError(t, err)
	assert.Equal(t, filepath.Join(both, "tiny"), where, "the place of its own comes first")
}

func TestDownloadFails(t *testing.T) {
	src, files := published(t)
	html := serveFunc(t, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<html>sign in</html>") })
	wrong := map[string][]byte{trainImages + ".gz": files[testImages+".gz"]}
	for name, test := range map[string]struct {
		mirrors []string
		want    []string
	}{
		"no network":     {[]string{refused(t), refused(t)}, []string{"refused", "; "}},
		"not found":      {[]string{serve(t, nil)}, []string{trainImages + ".gz: the server says 404 Not Found"}},
		"a portal":       {[]string{html}, []string{html + ": not an idx file: it begins with 3c 68"}},
		"wrong checksum": {[]string{serve(t, wrong)}, []string{"wrong SHA-256 checksum"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			start := time.Now()
			_, _, err := src.load(t.Context(), Options{Dir: dir, Download: true, Mirrors: test.mirrors})
			require.ErrorContains(t, err, "datasets: tiny: "+filepath.Join(dir, "tiny")+" has no "+trainImages)
			for _, want := range test.want {
				assert.ErrorContains(t, err, want)
			}
			assert.NotContains(t, err.Error(), "\n")
			assert.ErrorIs(t, err, fs.ErrNotExist)
			assert.Less(t, time.Since(start), 2*time.Second)
			assert.Empty(t, names(t, filepath.Join(dir, "tiny")), "a bad download is removed")
		})
	}
}

func TestDownloadCancel(t *testing.T) {
	src, files := published(t)
	whole := files[trainImages+".gz"]
	ctx, cancel := context.WithCancel(t.Context())
	mirror := serveFunc(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", strconv.Itoa(len(whole)))
		w.Write(whole[:100])
		w.(http.Flusher).Flush()
		<-r.Context().Done() // the client's hanging up
	})
	dir := t.TempDir()
	opt := Options{Mirrors: []string{mirror}, Progress: func(string, int64, int64) { cancel() }}
	err := src.fetch(ctx, dir, []string{trainImages}, opt)
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, []string{trainImages + ".gz.part"}, names(t, dir), "what arrived waits for the next run")
}

func TestDownloadStalls(t *testing.T) {
	var requests atomic.Int32
	mirror := serveFunc(t, func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		w.Header().Set("Content-Length", "1000")
		w.Write(make([]byte, 10))
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	g := getter{client: newClient(), mirrors: []string{mirror}, stall: 50 * time.Millisecond}
	err := g.get(t.Context(), filepath.Join(t.TempDir(), "file"), func(string) error { return errors.New("not reached") })
	assert.ErrorContains(t, err, "the server stopped sending after")
	assert.EqualValues(t, 2, requests.Load(), "the first round brought something, the second nothing new")
}

func TestDownloadConcurrently(t *testing.T) {
	src, files := published(t)
	mirror := serve(t, files)
	dir := t.TempDir()
	writeFiles(t, filepath.Join(dir, "tiny"), map[string][]byte{trainImages + ".gz.part": files[trainImages+".gz"][:99]})
	failures := make(chan error)
	const processes = 4
	for range processes {
		go func() {
			_, _, err := src.load(t.Context(), Options{Dir: dir, Download: true, Mirrors: []string{mirror}})
			failures <- err
		}()
	}
	for range processes {
		assert.NoError(t, <-failures)
	}
	assert.Equal(t, complete, names(t, filepath.Join(dir, "tiny")))
}
