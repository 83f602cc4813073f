package datasets

import (
	"archive/tar"
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/memory"
)

// packed is a .tar.gz of some files in a directory.
func packed(t testing.TB, directory string, files map[string][]byte) []byte {
	return compress(t, tarOf(t, directory, files))
}

func tarOf(t testing.TB, directory string, files map[string][]byte) []byte {
	t.Helper()
	var headers []tar.Header
	if directory != "" {
		headers = append(headers, tar.Header{Name: directory + "/", Typeflag: tar.TypeDir, Mode: 0o755})
		directory += "/"
	}
	for name, data := range files {
		headers = append(headers, tar.Header{Name: directory + name, Size: int64(len(data)), Mode: 0o644})
	}
	return tarWith(t, headers, func(name string) []byte { return files[strings.TrimPrefix(name, directory)] })
}

// tarWith is an archive with these headers.
func tarWith(t testing.TB, headers []tar.Header, content func(name string) []byte) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, h := range headers {
		require.NoError(t, w.WriteHeader(&h))
		if h.Typeflag == 0 || h.Typeflag == tar.TypeReg {
			_, err := w.Write(content(h.Name))
			require.NoError(t, err)
		}
	}
	require.NoError(t, w.Close())
	return buf.Bytes()
}

// TestHostileArchives: whatever an archive says, nothing is written, little memory is taken, and one line names it.
func TestHostileArchives(t *testing.T) {
	l := cifar10()
	small := l.small()
	content := func(name string) []byte { return small[filepath.Base(name)] }
	header := func(name string) tar.Header {
		return tar.Header{Name: name, Size: int64(len(content(name))), Mode: 0o644}
	}
	good := packed(t, l.directory, small)
	flipped := bytes.Clone(good)
	flipped[len(flipped)-6] ^= 1 // gzip's checksum
	random := compress(t, []byte(strings.Repeat("no archive at all, but long enough for a header of one ", 40)))
	half := compress(t, tarOf(t, "", small)[:9000])
	sparse := tarWith(t, []tar.Header{header(l.test)}, content)
	copy(sparse[124:136], "77777777777\x00") // the size of the first member: 8 GiB
	copy(sparse[148:156], "        ")
	sum := 0
	for _, b := range sparse[:512] {
		sum += int(b)
	}
	copy(sparse[148:156], []byte{'0', byte('0' + sum>>12&7), byte('0' + sum>>9&7), byte('0' + sum>>6&7), byte('0' + sum>>3&7), byte('0' + sum&7), 0, ' '})
	for name, test := range map[string]struct {
		data []byte
		want string
	}{
		"leads out":         {compress(t, tarWith(t, []tar.Header{header("../../" + l.test)}, content)), `it has a file "../../test_batch.bin", which leads out of it`},
		"absolute":          {compress(t, tarWith(t, []tar.Header{header("/etc/" + l.test)}, content)), `it has a file "/etc/test_batch.bin", which leads out of it`},
		"out, not wanted":   {compress(t, tarWith(t, []tar.Header{header("a/../../b")}, content)), "which leads out of it"},
		"a link":            {compress(t, tarWith(t, []tar.Header{{Name: l.test, Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"}}, content)), `"test_batch.bin" is a link or a device in it`},
		"a hard link":       {compress(t, tarWith(t, []tar.Header{{Name: l.test, Typeflag: tar.TypeLink, Linkname: "x"}}, content)), "is a link or a device in it"},
		"a device":          {compress(t, tarWith(t, []tar.Header{{Name: l.test, Typeflag: tar.TypeChar}}, content)), "is a link or a device in it"},
		"a pipe":            {compress(t, tarWith(t, []tar.Header{{Name: l.test, Typeflag: tar.TypeFifo}}, content)), "is a link or a device in it"},
		"twice":             {compress(t, tarWith(t, []tar.Header{header(l.test), header("b/" + l.test)}, content)), "it has test_batch.bin twice"},
		"a directory":       {compress(t, tarWith(t, []tar.Header{{Name: l.test + "/", Typeflag: tar.TypeDir}}, content)), "has no data_batch_1.bin, data_batch_2.bin"},
		"wrong checksum":    {flipped, "damaged: gzip: invalid checksum"},
		"truncated":         {good[:len(good)/2], "truncated: the compressed file ends early"},
		"ends within":       {half, "truncated: "},
		"no tar":            {random, "damaged: its content is no tar archive, or breaks off"},
		"no gzip":           {[]byte("<html>"), "not a .tar.gz: it begins with 3c 68, not with 1f 8b"},
		"empty":             {nil, "it is empty"},
		"half a header":     {[]byte{0x1f, 0x8b, 8}, "damaged: "},
		"size announced":    {compress(t, sparse), "8589934591 bytes, which is no whole number of records"},
		"nothing in it":     {compress(t, tarOf(t, l.directory, nil)), "has no data_batch_1.bin"},
		"trailing garbage":  {append(bytes.Clone(good), "garbage behind the archive"...), "damaged: gzip: invalid header"},
		"a bomb at the end": {append(bytes.Clone(good), compress(t, make([]byte, 90<<20))...), "no measurements repeat themselves so often"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "data", l.archive)
			writeFiles(t, filepath.Dir(path), map[string][]byte{l.archive: test.data})
			var err error
			spent := allocated(func() { _, err = ReadCIFAR(path) })
			require.ErrorContains(t, err, test.want)
			assert.ErrorContains(t, err, "datasets: "+path)
			assert.NotContains(t, err.Error(), "\n")
			assert.Less(t, spent, uint64(8<<20))
			assert.Equal(t, []string{"data"}, names(t, dir))
			assert.Equal(t, []string{l.archive}, names(t, filepath.Dir(path)))
		})
	}
}

// TestCIFARAgainstMemory: sizes are compared with memory, and an archive's with the archive, before content is read.
func TestCIFARAgainstMemory(t *testing.T) {
	l := cifar10()
	files := l.small()
	files[l.train[0]] = make([]byte, 4000*l.record())
	for _, path := range l.place(t, files) {
		_, err := readCIFAR(memory.With(context.Background(), 32<<20), path)
		assert.ErrorAs(t, err, new(*memory.TooLargeError), path)
		_, err = readCIFAR(memory.With(context.Background(), 128<<20), path)
		assert.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, _, err = Open(ctx, path, Options{})
		assert.ErrorIs(t, err, context.Canceled)
	}
	files = map[string][]byte{l.train[0]: make([]byte, 25000*l.record())}
	dir := t.TempDir()
	writeFiles(t, dir, map[string][]byte{l.archive: packed(t, l.directory, files)})
	_, err := ReadCIFAR(dir)
	assert.ErrorContains(t, err, "no measurements repeat themselves so often")
}

func FuzzCIFAR(f *testing.F) {
	l := cifar10()
	files := l.small()
	files[l.names] = []byte("a\nb\nc\nd\ne\nf\ng\nh\n")
	f.Add(tarOf(f, l.directory, files))
	f.Add(tarOf(f, "", map[string][]byte{l.test: l.records(3)}))
	f.Add(tarWith(f, []tar.Header{{Name: l.test, Typeflag: tar.TypeSymlink, Linkname: "x"}, {Name: "../x", Typeflag: tar.TypeDir}}, nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		ctx := context.Background()
		files, err := readTar(ctx, bytes.NewReader(data), int64(len(data)), append(l.parts(), l.names), func(m member, name string) error {
			return l.checkSize(m.path, name, m.size, false)
		})
		var d *Dataset
		if err == nil {
			d, err = l.decode(ctx, "archive", files, false)
		}
		if err != nil {
			assert.NotContains(t, err.Error(), "\n")
			return
		}
		checkDataset(t, d)
	})
}
