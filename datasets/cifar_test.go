package datasets

import (
	"archive/tar"
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

	"github.com/gokfac/gokfac/internal/memory"
)

// records are images in the form of l, one for each label. Image i has the pixels i, i+1, i+2, … modulo 256.
func (l cifarLayout) records(labels ...byte) (data []byte) {
	for i, label := range labels {
		if l.label == 2 {
			data = append(data, 19-label%20) // a coarse label, which must not be taken for the fine one
		}
		data = append(data, label)
		for p := range cifarPixels {
			data = append(data, byte(i+p))
		}
	}
	return data
}

// smallCIFAR are files of a few images in the form of l.
func (l cifarLayout) small() map[string][]byte {
	files := map[string][]byte{l.test: l.records(1, 0, 7)}
	for i, name := range l.train {
		files[name] = l.records(byte(i), 7, 1, 0)
	}
	return files
}

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

// place writes files in the ways in which they may be found, and returns the path of each.
func (l cifarLayout) place(t *testing.T, files map[string][]byte) map[string]string {
	paths := map[string]string{}
	for _, way := range []string{"directory", "below", "archive", "archive in it"} {
		paths[way] = filepath.Join(t.TempDir(), "mine")
	}
	writeFiles(t, paths["directory"], files)
	writeFiles(t, filepath.Join(paths["below"], l.directory), files)
	writeFiles(t, paths["archive in it"], map[string][]byte{l.archive: packed(t, l.directory, files)})
	writeFiles(t, paths["archive"], map[string][]byte{l.archive: packed(t, l.directory, files)})
	paths["archive"] = filepath.Join(paths["archive"], l.archive)
	return paths
}

func TestReadCIFAR(t *testing.T) {
	for _, l := range cifarLayouts() {
		for way, path := range l.place(t, l.small()) {
			t.Run(l.name+", "+way, func(t *testing.T) {
				d, err := ReadCIFAR(path)
				require.NoError(t, err)
				assert.Equal(t, []int{32, 32, 3}, d.Shape)
				assert.True(t, d.Pixels)
				assert.Equal(t, byteScaling(), d.Scaling)
				assert.Equal(t, 4*len(l.train), d.Train.Len())
				assert.Equal(t, 3, d.Test.Len())
				// Image 1 of the first file: red begins with 1, green 1024 later and blue 2048 later, modulo 256.
				image := d.Train.X[cifarPixels:][:cifarPixels]
				assert.Equal(t, []float32{1. / 255, 1. / 255, 1. / 255, 2. / 255, 2. / 255, 2. / 255}, image[:6])
				at := func(row, column, colour int) float32 { return 255 * image[(row*32+column)*3+colour] }
				assert.InDelta(t, (1+3*32+5)%256, at(3, 5, 0), 1e-4)
				assert.InDelta(t, (1+1024+3*32+5)%256, at(3, 5, 1), 1e-4)
				assert.InDelta(t, (1+2048+31*32+31)%256, at(31, 31, 2), 1e-4)
				if l.label == 1 {
					assert.Equal(t, []string{"0", "1", "2", "3", "4", "7"}, d.ClassNames)
					assert.Equal(t, []int32{0, 5, 1, 0, 1, 5, 1, 0, 2, 5}, d.Train.Labels[:10])
					assert.Equal(t, []int32{1, 0, 5}, d.Test.Labels)
				} else {
					assert.Equal(t, []string{"0", "1", "7"}, d.ClassNames)
					assert.Equal(t, []int32{0, 2, 1, 0}, d.Train.Labels)
				}
				assert.Equal(t, way == "archive", strings.HasPrefix(d.Name, "cifar-10"), d.Name)

				opened, why, err := Open(t.Context(), path, Options{})
				require.NoError(t, err)
				assert.Equal(t, d.Train.Labels, opened.Train.Labels)
				assert.Contains(t, why, path+": ")
			})
		}
	}
}

// TestCIFARPlanes: colours that are told apart, against a loop over (row, column, colour).
func TestCIFARPlanes(t *testing.T) {
	l := cifar10()
	files := l.small()
	image := files[l.test][1:]
	for colour := range 3 {
		for row := range 32 {
			for column := range 32 {
				image[colour*1024+row*32+column] = byte(80*colour + row + column)
			}
		}
	}
	dir := t.TempDir()
	writeFiles(t, dir, files)
	d, err := ReadCIFAR(dir)
	require.NoError(t, err)
	i := 0
	for row := range 32 {
		for column := range 32 {
			for colour := range 3 {
				require.Equal(t, float32(80*colour+row+column)/255, d.Test.X[i])
				i++
			}
		}
	}
}

func TestCIFARNames(t *testing.T) {
	l := cifar10()
	read := func(names string) (*Dataset, error) {
		files, dir := l.small(), t.TempDir()
		files[l.names] = []byte(names)
		writeFiles(t, dir, files)
		return ReadCIFAR(dir)
	}
	d, err := read("a\nb \r\nc\nd\ne\nf\ng\n\nh\n\n")
	require.NoError(t, err)
	assert.Equal(t, []string{"a", "b", "c", "d", "e", "h"}, d.ClassNames, "f and g have no images")
	_, err = read("a\nb\nc\nd\ne\nf\ng\n")
	assert.ErrorContains(t, err, "data_batch_1.bin: image 1: label 7: want at most 6: the file is damaged, of another form, or batches.meta.txt has too few names")
	_, err = read(" \n\n")
	assert.ErrorContains(t, err, "batches.meta.txt has no names of classes")
	_, err = read(strings.Repeat("a\n", 257))
	assert.ErrorContains(t, err, "batches.meta.txt has 257 names of classes")
	_, err = read(strings.Repeat("a\n", 1<<20))
	assert.ErrorContains(t, err, "that is no list of class names")
	d, err = read("a\nb\nc\nd\ne\nf\ng\n\xff\x1b\n")
	require.NoError(t, err)
	assert.Equal(t, "\uFFFD\x1b", d.ClassNames[5])
	assert.Contains(t, describe(d, "x"), `"�\x1b"`, "what moves a terminal's cursor is spelled out")
}

func TestReadCIFARRefuses(t *testing.T) {
	l := cifar10()
	for name, test := range map[string]struct {
		change func(files map[string][]byte)
		want   []string
		dir    string // of the message from a directory, if it is another
	}{
		"two missing":     {func(f map[string][]byte) { delete(f, l.train[2]); delete(f, l.test) }, []string{"has no data_batch_3.bin, test_batch.bin"}, ""},
		"truncated":       {func(f map[string][]byte) { f[l.train[4]] = f[l.train[4]][:5000] }, []string{"data_batch_5.bin", "has 5000 bytes, which is no whole number of records of 3073 (1 of labels and 3072 of pixels)"}, ""},
		"a byte too much": {func(f map[string][]byte) { f[l.test] = append(f[l.test], 0) }, []string{"test_batch.bin", "has 9220 bytes"}, ""},
		"empty":           {func(f map[string][]byte) { f[l.train[0]] = nil }, []string{"data_batch_1.bin is empty"}, ""},
		"label":           {func(f map[string][]byte) { f[l.train[1]] = l.records(1, 2, 10) }, []string{"data_batch_2.bin: image 2: label 10: want at most 9"}, ""},
		"new in test":     {func(f map[string][]byte) { f[l.test] = l.records(1, 9) }, []string{"test_batch.bin: image 1: label 9 is that of no training example; they have 0, 1, 2, 3, 4, 7"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			files := l.small()
			test.change(files)
			for _, path := range l.place(t, files) {
				_, err := ReadCIFAR(path)
				for _, want := range test.want {
					require.ErrorContains(t, err, want)
				}
				assert.ErrorContains(t, err, path)
				assert.NotContains(t, err.Error(), "\n")
			}
		})
	}
	_, err := ReadCIFAR(t.TempDir())
	assert.ErrorContains(t, err, "has neither CIFAR-10's files (data_batch_1.bin, …, test_batch.bin) nor CIFAR-100's (train.bin and test.bin)")
	_, err = ReadCIFAR(filepath.Join(t.TempDir(), "absent"))
	assert.ErrorIs(t, err, fs.ErrNotExist)
	dir := t.TempDir()
	writeFiles(t, dir, map[string][]byte{"some.tar.gz": packed(t, l.directory, l.small())})
	_, err = ReadCIFAR(filepath.Join(dir, "some.tar.gz"))
	assert.ErrorContains(t, err, "has neither CIFAR-10's files")
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
