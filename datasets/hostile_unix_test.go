//go:build darwin || freebsd || linux || netbsd

package datasets

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/memory"
)

// deflated writes an archive whose entries are made by functions, compressed.
func deflated(t *testing.T, entries map[string]func(io.Writer)) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for name, write := range entries {
		f, err := w.Create(name + ".npy")
		require.NoError(t, err)
		write(f)
	}
	require.NoError(t, w.Close())
	return buf.Bytes()
}

// zeros writes an array of n zero bytes of a shape.
func zeros(shape string, n int) func(io.Writer) {
	return func(w io.Writer) {
		w.Write(npy("|u1", shape, false, nil))
		for block := make([]byte, 1<<20); n > 0; n -= len(block) {
			block = block[:min(n, len(block))]
			w.Write(block)
		}
	}
}

// TestCountsComeFirst: a header that does not fit its neighbour costs nothing,
// whatever it announces.
func TestCountsComeFirst(t *testing.T) {
	const many = 100_000_000
	data := deflated(t, map[string]func(io.Writer){
		"x_train": zeros("(2, 4)", 8), "y_train": zeros("(100000000,)", many), "x_test": zeros("(1, 4)", 4), "y_test": zeros("(1,)", 1),
	})
	require.Less(t, len(data), 1<<20)
	var err error
	spent := allocated(func() { _, err = decodeNPZ(context.Background(), bytes.NewReader(data), int64(len(data))) })
	assert.EqualError(t, err, "x_train has 2 examples, y_train 100000000 labels")
	assert.Less(t, spent, uint64(4<<20))

	var labels bytes.Buffer
	w := gzip.NewWriter(&labels)
	w.Write(encodeIDX(nil, many))
	w.Write(make([]byte, many))
	require.NoError(t, w.Close())
	files := smallIDX()
	files[trainLabels] = labels.Bytes()
	dir := t.TempDir()
	writeFiles(t, dir, files)
	spent = allocated(func() { _, err = ReadIDX(dir) })
	assert.ErrorContains(t, err, "train-labels-idx1-ubyte 100000000 labels: they do not belong together")
	assert.Less(t, spent, uint64(4<<20))
}

// TestSizesAgainstMemory: what is announced, or is coming, and does not fit is
// refused with both numbers.
func TestSizesAgainstMemory(t *testing.T) {
	ctx := memory.With(context.Background(), 64<<20)
	data := deflated(t, map[string]func(io.Writer){
		"x_train": zeros("(5000, 4096)", 5000*4096), "y_train": zeros("(5000,)", 5000), "x_test": zeros("(1, 4096)", 4096), "y_test": zeros("(1,)", 1),
	})
	_, err := decodeNPZ(ctx, bytes.NewReader(data), int64(len(data)))
	assert.ErrorAs(t, err, new(*memory.TooLargeError))
	assert.EqualError(t, err, "the data announced by the archive would take about 176 MiB of memory, and there are 64 MiB (allowed)")
	_, err = decodeNPZ(context.Background(), bytes.NewReader(data), int64(len(data)))
	assert.NoError(t, err, "it is no lie, only large")

	dir := t.TempDir()
	files := smallIDX()
	files[trainImages], files[trainLabels] = encodeIDX(make([]byte, 2<<20), 1<<10, 1<<10, 1<<8), encodeIDX(nil, 1<<10)
	writeFiles(t, dir, files)
	_, err = readIDX(ctx, dir)
	assert.ErrorContains(t, err, "would take about 1.5 GiB of memory, and there are 64 MiB (allowed)")

	path := filepath.Join(dir, "large.csv")
	row := "1" + strings.Repeat(",0.5", 1000) + "\n"
	require.NoError(t, os.WriteFile(path, []byte(strings.Repeat(row, 10_000)), 0o600))
	_, err = ReadOptions{}.readCSV(ctx, path)
	assert.NoError(t, err, "39 MiB")
	require.NoError(t, os.WriteFile(path, []byte(strings.Repeat(row, 20_000)), 0o600))
	_, err = ReadOptions{}.readCSV(ctx, path)
	assert.ErrorContains(t, err, "large.csv: the table would take about 78.1 MiB of memory, and there are 64 MiB (allowed)")
	require.NoError(t, os.WriteFile(path+".gz", compress(t, []byte(strings.Repeat(row, 16_000))), 0o600))
	_, err = ReadOptions{}.readCSV(ctx, path+".gz")
	assert.ErrorContains(t, err, "a table of this size would take about ")
}

// TestInflatedTable: half a megabyte is no table of 60 million rows.
func TestInflatedTable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rows.csv.gz")
	require.NoError(t, os.WriteFile(path, compress(t, []byte(strings.Repeat("0,0\n", 30<<20))), 0o600))
	_, err := ReadCSV(path)
	assert.ErrorContains(t, err, "no measurements repeat themselves so often; if they are meant, store them uncompressed")

	const many = 50_000_000
	data := deflated(t, map[string]func(io.Writer){
		"x_train": zeros("(50000000,)", many), "y_train": zeros("(50000000,)", many), "x_test": zeros("(1,)", 1), "y_test": zeros("(1,)", 1),
	})
	spent := allocated(func() { _, err = decodeNPZ(context.Background(), bytes.NewReader(data), int64(len(data))) })
	assert.ErrorContains(t, err, "stored bytes are 100000002 or more of data: no measurements repeat")
	assert.Less(t, spent, uint64(4<<20))

	files := smallIDX()
	files[trainLabels], files[trainImages] = compress(t, encodeIDX(make([]byte, many), many)), compress(t, encodeIDX(make([]byte, many), many, 1, 1))
	dir := t.TempDir()
	writeFiles(t, dir, files)
	_, err = ReadIDX(dir)
	assert.ErrorContains(t, err, "or more of data: no measurements repeat")
}

// TestBrokenCompressedTable: what is wrong is the file, not a line of it.
func TestBrokenCompressedTable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rows.csv.gz")
	zipped := compress(t, []byte(strings.Repeat("0,1\n1,2\n", 100)))
	require.NoError(t, os.WriteFile(path, zipped[:len(zipped)-5], 0o600))
	_, err := ReadCSV(path)
	assert.ErrorContains(t, err, "truncated: the compressed file ends early")
	zipped[len(zipped)-5] ^= 1
	require.NoError(t, os.WriteFile(path, zipped, 0o600))
	_, err = ReadCSV(path)
	assert.ErrorContains(t, err, "damaged: gzip: invalid checksum")
}

func TestNPZHeadersLie(t *testing.T) {
	for want, x := range map[string][]byte{
		"more than 1073741824 values":                       npy("|u1", "(2, 4611686018427387904)", false, nil),
		"shape (2, 1073741824)":                             npy("|u1", "(2, 1073741824)", false, nil),
		"has shape (-2, 4)":                                 npy("|u1", "(-2, 4)", false, nil),
		"has shape (9223372036854775808,)":                  npy("|u1", "(9223372036854775808,)", false, nil),
		"8 bytes of values should follow, but there are 7":  npy("|u1", "(2, 4)", false, make([]byte, 7)),
		"trailing bytes after the data the header announce": npy("|u1", "(2, 4)", false, make([]byte, 9)),
	} {
		arrays := smallNPZ()
		arrays["x_train"] = x
		_, err := readNPZBytes(t, archive(t, arrays))
		assert.ErrorContains(t, err, want)
	}
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, name := range []string{"x_train.npy", "y_train.npy", "x_test.npy", "y_test.npy", "y_train"} {
		f, err := w.Create(name)
		require.NoError(t, err)
		f.Write(smallNPZ()[strings.TrimSuffix(name, ".npy")])
	}
	require.NoError(t, w.Close())
	_, err := readNPZBytes(t, buf.Bytes())
	assert.ErrorContains(t, err, `the archive has "y_train" twice`)
}

// TestShortRead: no message says of two equal numbers that they differ.
func TestShortRead(t *testing.T) {
	assert.EqualError(t, shortRead(io.ErrUnexpectedEOF, "960 bytes", 960, 959), "truncated: 960 bytes should follow, but there are 959")
	assert.EqualError(t, shortRead(io.ErrUnexpectedEOF, "960 bytes", 960, 960),
		"truncated: 960 bytes are there, but the compressed stream ends before its checksum")
	assert.Equal(t, context.Canceled, shortRead(context.Canceled, "960 bytes", 960, 3))

	zipped := compress(t, encodeIDX(make([]byte, 960), 960))
	for cut := range zipped {
		dir, files := t.TempDir(), smallIDX()
		files[trainLabels], files[trainImages] = zipped[:cut], encodeIDX(make([]byte, 960*4), 960, 2, 2)
		writeFiles(t, dir, files)
		_, err := ReadIDX(dir)
		require.Error(t, err)
		assert.NotContains(t, err.Error(), "960 bytes of data should follow, but there are 960")
	}
}

// TestNoFiles: nothing is read from, or waits for, what is no file.
func TestNoFiles(t *testing.T) {
	dir := t.TempDir()
	for _, ext := range []string{".csv", ".csv.gz", ".npz"} {
		path := filepath.Join(dir, "pipe"+ext)
		require.NoError(t, syscall.Mkfifo(path, 0o600))
		_, _, err := Open(context.Background(), path, Options{})
		assert.ErrorContains(t, err, path+" is a pipe, not a file")
		zero := filepath.Join(dir, "zero"+ext)
		require.NoError(t, os.Symlink("/dev/zero", zero))
		_, _, err = Open(context.Background(), zero, Options{})
		assert.ErrorContains(t, err, zero+" is a device, not a file")
		loop := filepath.Join(dir, "loop"+ext)
		require.NoError(t, os.Symlink(loop, loop))
		_, _, err = Open(context.Background(), loop, Options{})
		assert.ErrorContains(t, err, "too many")
		sub := filepath.Join(dir, "dir"+ext)
		require.NoError(t, os.Mkdir(sub, 0o700))
		_, _, err = Open(context.Background(), sub, Options{})
		assert.ErrorContains(t, err, "has no train-images")
	}
	pipes := t.TempDir()
	for name := range smallIDX() {
		require.NoError(t, syscall.Mkfifo(filepath.Join(pipes, name), 0o600))
	}
	_, _, err := Open(context.Background(), pipes, Options{})
	assert.ErrorContains(t, err, "has no train-images")
}

// TestInterruptedReading: whatever is read or drawn, it ends with the context.
func TestInterruptedReading(t *testing.T) {
	dir := t.TempDir()
	row := "1" + strings.Repeat(",0.5", 100) + "\n"
	writeFiles(t, dir, map[string][]byte{
		"a.csv": []byte(strings.Repeat(row, 20_000)), "a.csv.gz": compress(t, []byte(strings.Repeat(row, 20_000))),
		"a.npz": archive(t, smallNPZ()),
	})
	writeFiles(t, dir, smallIDX())
	for _, name := range []string{"digits", "shapes", "ill-conditioned", filepath.Join(dir, "a.csv"), filepath.Join(dir, "a.csv.gz"), filepath.Join(dir, "a.npz"), dir} {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_, _, err := Open(ctx, name, Options{})
		assert.ErrorIs(t, err, context.Canceled, name)
	}

	// A small file of much content is left in the middle.
	var labels, images bytes.Buffer
	for _, f := range []struct {
		to     *bytes.Buffer
		blocks int // MiB
		head   []byte
	}{{&labels, 16, encodeIDX(nil, 1<<24)}, {&images, 32, encodeIDX(nil, 1<<24, 2, 1)}} {
		w, err := gzip.NewWriterLevel(f.to, gzip.BestSpeed)
		require.NoError(t, err)
		w.Write(f.head)
		block := make([]byte, 1<<20)
		for range f.blocks {
			w.Write(block)
		}
		require.NoError(t, w.Close())
	}
	files := smallIDX()
	files[trainLabels], files[trainImages] = labels.Bytes(), images.Bytes()
	writeFiles(t, filepath.Join(dir, "large"), files)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Millisecond)
	defer cancel()
	began := time.Now()
	_, err := readIDX(ctx, filepath.Join(dir, "large"))
	assert.ErrorIs(t, err, context.DeadlineExceeded)
	assert.Less(t, time.Since(began), 2*time.Second)
}
