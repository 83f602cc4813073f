package datasets

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// encodeIDX writes an idx array of unsigned bytes.
func encodeIDX(data []byte, dims ...int) []byte {
	out := []byte{0, 0, 8, byte(len(dims))}
	for _, d := range dims {
		out = binary.BigEndian.AppendUint32(out, uint32(d))
	}
	return append(out, data...)
}

func compress(t testing.TB, data []byte) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := gzip.NewWriter(&buf)
	_, err := w.Write(data)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return buf.Bytes()
}

func TestDecodeIDX(t *testing.T) {
	data := []byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}
	a, err := decodeIDX(bytes.NewReader(encodeIDX(data, 2, 3, 2)), idxImages)
	require.NoError(t, err)
	assert.Equal(t, idxArray{dims: []int{2, 3, 2}, data: data}, a)
}

func TestDecodeIDXRefuses(t *testing.T) {
	images := encodeIDX(make([]byte, 12), 3, 2, 2)
	labels := encodeIDX([]byte{1, 2, 3}, 3)
	floats := bytes.Clone(images)
	floats[2] = 0x0d
	for name, test := range map[string]struct {
		data       []byte
		dimensions int
		want       string
	}{
		"empty":            {nil, idxImages, "truncated: an idx header of 4 bytes should follow, but there are 0"},
		"half a header":    {images[:7], idxImages, "truncated: a dimension of 4 bytes should follow, but there are 3"},
		"truncated":        {images[:20], idxImages, "truncated: 12 bytes of data should follow, but there are 4"},
		"trailing":         {append(bytes.Clone(images), 0), idxImages, "trailing bytes"},
		"text":             {[]byte("<html>"), idxImages, "not an idx file: it begins with 3c 68"},
		"floats":           {floats, idxImages, "element type 0x0d"},
		"labels as images": {labels, idxImages, "are the image and label files swapped?"},
		"images as labels": {images, idxLabels, "are the image and label files swapped?"},
		"two dimensions":   {encodeIDX(make([]byte, 4), 2, 2), idxImages, "2 dimensions, not 3"},
		"no images":        {encodeIDX(nil, 0, 28, 28), idxImages, "dimension 0 is 0"},
		"no columns":       {encodeIDX(nil, 5, 28, 0), idxImages, "dimension 2 is 0"},
		"giant":            {encodeIDX(nil, 1<<30, 1<<30, 1<<30), idxImages, "claims more than"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := decodeIDX(bytes.NewReader(test.data), test.dimensions)
			assert.ErrorContains(t, err, test.want)
		})
	}
}

func TestDecodeIDXDoesNotTrustTheHeader(t *testing.T) {
	// A gigabyte is claimed, within the limit, and three bytes follow.
	data := encodeIDX([]byte{1, 2, 3}, 1<<10, 1<<10, 1<<10)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := decodeIDX(bytes.NewReader(data), idxImages)
	runtime.ReadMemStats(&after)
	require.ErrorContains(t, err, "truncated")
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(4<<20))
}

func FuzzDecodeIDX(f *testing.F) {
	images := encodeIDX(make([]byte, 12), 3, 2, 2)
	f.Add(images, true)
	f.Add(encodeIDX([]byte{1, 2, 3}, 3), false)
	f.Add(images[:9], true)
	f.Add(encodeIDX([]byte{9}, 1<<20, 1<<9, 2), true)
	f.Add([]byte("<html>"), false)
	f.Fuzz(func(t *testing.T, data []byte, image bool) {
		dimensions := idxLabels
		if image {
			dimensions = idxImages
		}
		a, err := decodeIDX(bytes.NewReader(data), dimensions)
		if err != nil {
			assert.NotContains(t, err.Error(), "\n")
			return
		}
		assert.Len(t, a.data, product(a.dims))
		assert.Equal(t, data, encodeIDX(a.data, a.dims...))
	})
}
