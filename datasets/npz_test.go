package datasets

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// npy writes an array file of the given dtype and shape, as Python writes a tuple, with data as they are.
func npy(dtype, shape string, fortran bool, data []byte) []byte {
	order := "False"
	if fortran {
		order = "True"
	}
	header := fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': %s, }\n", dtype, order, shape)
	out := append([]byte("\x93NUMPY\x01\x00"), byte(len(header)), byte(len(header)>>8))
	return append(append(out, header...), data...)
}

// numbers encodes values, a slice of a fixed-size type.
func numbers(order binary.ByteOrder, values any) []byte {
	var buf bytes.Buffer
	if err := binary.Write(&buf, order, values); err != nil {
		panic(err)
	}
	return buf.Bytes()
}

// archive stores named arrays; nil ones are left out.
func archive(t testing.TB, arrays map[string][]byte) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, name := range []string{"x_train", "y_train", "x_test", "y_test", "spare"} {
		if arrays[name] == nil {
			continue
		}
		f, err := w.CreateHeader(&zip.FileHeader{Name: name + ".npy", Method: zip.Store})
		require.NoError(t, err)
		_, err = f.Write(arrays[name])
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return buf.Bytes()
}

// smallNPZ is 2 training examples and 1 test example of shape 2×2, of bytes.
func smallNPZ() map[string][]byte {
	return map[string][]byte{
		"x_train": npy("|u1", "(2, 2, 2)", false, []byte{0, 51, 102, 153, 204, 255, 0, 255}),
		"y_train": npy("|u1", "(2,)", false, []byte{4, 0}),
		"x_test":  npy("|u1", "(1, 2, 2)", false, []byte{255, 0, 0, 0}),
		"y_test":  npy("|u1", "(1,)", false, []byte{4}),
	}
}

func readNPZBytes(t testing.TB, data []byte) (*Dataset, error) {
	t.Helper()
	dir := t.TempDir()
	writeFiles(t, dir, map[string][]byte{"own.npz": data})
	return ReadNPZ(filepath.Join(dir, "own.npz"))
}

func TestReadNPZ(t *testing.T) {
	d, err := readNPZBytes(t, archive(t, smallNPZ()))
	require.NoError(t, err)
	assert.Equal(t, &Dataset{
		Name: "own", Shape: []int{2, 2}, Classes: 2, ClassNames: []string{"0", "4"}, Pixels: true, Scaling: byteScaling(),
		Train: Split{X: []float32{0, 0.2, 0.4, 0.6, 0.8, 1, 0, 1}, Labels: []int32{1, 0}},
		Test:  Split{X: []float32{1, 0, 0, 0}, Labels: []int32{1}},
	}, d)
}

func TestReadNPZFromNumPy(t *testing.T) {
	// numpy.savez_compressed(…, x_train=numpy.arange(60, dtype=uint8).reshape(5, 4, 3)*4, y_train=[5, 0, 4, 1, 9],
	// x_test=numpy.arange(24, dtype=uint8).reshape(2, 4, 3), y_test=[9, 1])
	d, err := ReadNPZ(filepath.Join("testdata", "keras.npz"))
	require.NoError(t, err)
	assert.Equal(t, "keras", d.Name)
	assert.Equal(t, []int{4, 3}, d.Shape)
	assert.Equal(t, []int32{3, 0, 2, 1, 4}, d.Train.Labels)
	assert.Equal(t, []int32{4, 1}, d.Test.Labels)
	for i, v := range d.Train.X {
		require.Equal(t, float32(4*i)/255, v)
	}
}

func TestReadNPZTypes(t *testing.T) {
	little, big := binary.LittleEndian, binary.BigEndian
	for dtype, encode := range map[string]func(values []int) []byte{
		"|u1": func(v []int) []byte { return numbers(little, as[uint8](v)) },
		"|i1": func(v []int) []byte { return numbers(little, as[int8](v)) },
		"<u2": func(v []int) []byte { return numbers(little, as[uint16](v)) },
		">i2": func(v []int) []byte { return numbers(big, as[int16](v)) },
		"<i4": func(v []int) []byte { return numbers(little, as[int32](v)) },
		">u4": func(v []int) []byte { return numbers(big, as[uint32](v)) },
		"<i8": func(v []int) []byte { return numbers(little, as[int64](v)) },
		">i8": func(v []int) []byte { return numbers(big, as[int64](v)) },
		"<u8": func(v []int) []byte { return numbers(little, as[uint64](v)) },
		"<f4": func(v []int) []byte { return numbers(little, as[float32](v)) },
		">f4": func(v []int) []byte { return numbers(big, as[float32](v)) },
		"<f8": func(v []int) []byte { return numbers(little, as[float64](v)) },
		">f8": func(v []int) []byte { return numbers(big, as[float64](v)) },
	} {
		t.Run(dtype, func(t *testing.T) {
			d, err := readNPZBytes(t, archive(t, map[string][]byte{
				"x_train": npy(dtype, "(2, 3)", false, encode([]int{1, 2, 3, 4, 5, 6})),
				"y_train": npy(dtype, "(2, 1)", false, encode([]int{1, 0})),
				"x_test":  npy(dtype, "(1, 3)", true, encode([]int{7, 8, 9})),
				"y_test":  npy(dtype, "(1,)", true, encode([]int{1})),
			}))
			require.NoError(t, err)
			assert.Equal(t, []int{3}, d.Shape)
			assert.Equal(t, []float32{1, 2, 3, 4, 5, 6}, d.Train.X)
			assert.Equal(t, []float32{7, 8, 9}, d.Test.X)
			assert.Equal(t, []int32{1, 0}, d.Train.Labels)
			assert.False(t, d.Pixels)
		})
	}
}

func as[T uint8 | int8 | uint16 | int16 | int32 | uint32 | int64 | uint64 | float32 | float64](values []int) []T {
	out := make([]T, len(values))
	for i, v := range values {
		out[i] = T(v)
	}
	return out
}

func TestHalf(t *testing.T) {
	for bits, want := range map[uint16]float64{
		0x0000: 0, 0x3c00: 1, 0xc000: -2, 0x3555: 0.333251953125, 0x7bff: 65504, 0x0001: 0x1p-24, 0x0400: 0x1p-14,
		0x7c00: math.Inf(1), 0xfc00: math.Inf(-1),
	} {
		assert.Equal(t, want, half(bits), "%#04x", bits)
	}
	assert.True(t, math.IsNaN(half(0x7e00)))
}

func TestReadNPZFortranOrder(t *testing.T) {
	// Element (i, j, k) of 2×3×4 holds 100i+10j+k; in the file, i runs fastest.
	var values []float32
	for k := range 4 {
		for j := range 3 {
			for i := range 2 {
				values = append(values, float32(100*i+10*j+k))
			}
		}
	}
	arrays := smallNPZ()
	arrays["x_train"] = npy("<f4", "(2, 3, 4)", true, numbers(binary.LittleEndian, values))
	arrays["x_test"] = npy("<f4", "(1, 3, 4)", true, numbers(binary.LittleEndian, values[:12]))
	d, err := readNPZBytes(t, archive(t, arrays))
	require.NoError(t, err)
	for i := range 2 {
		for j := range 3 {
			for k := range 4 {
				require.Equal(t, float32(100*i+10*j+k)/255, d.Train.X[(i*3+j)*4+k], "whole numbers of a byte are pixels, in whatever type")
			}
		}
	}
}

func TestReadNPZPixels(t *testing.T) {
	floats := func(values ...float32) []byte { return numbers(binary.LittleEndian, values) }
	for name, test := range map[string]struct {
		dtype, shape string
		train        []byte
		pixels       bool
		first        float32
	}{
		"bytes":              {"|u1", "2, 2", []byte{255, 0, 0, 0, 0, 0, 0, 0}, true, 1},
		"wide integers":      {"<i2", "2, 2", []byte{255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, true, 1},
		"integers too large": {"<i2", "2, 2", []byte{0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, false, 256},
		"binary":             {"|u1", "2, 2", []byte{1, 0, 0, 0, 0, 0, 0, 0}, true, 1},
		"booleans":           {"|b1", "2, 2", []byte{1, 0, 0, 0, 0, 0, 0, 0}, true, 1},
		"a few features":     {"|u1", "4", []byte{255, 0, 0, 0, 0, 0, 0, 0}, false, 255},
		"flattened":          {"|u1", "64", append([]byte{255}, make([]byte, 127)...), true, 1},
		"scaled already":     {"<f4", "2, 1", floats(0.5, 1, 0, 0), true, 0.5},
		"standardized":       {"<f4", "2, 1", floats(-0.5, 2, 0, 0), false, -0.5},
	} {
		t.Run(name, func(t *testing.T) {
			arrays := smallNPZ()
			arrays["x_train"] = npy(test.dtype, "(2, "+test.shape+")", false, test.train)
			arrays["x_test"] = npy(test.dtype, "(1, "+test.shape+")", false, make([]byte, len(test.train)/2))
			d, err := readNPZBytes(t, archive(t, arrays))
			require.NoError(t, err)
			assert.Equal(t, test.pixels, d.Pixels)
			assert.Equal(t, test.first, d.Train.X[0])
		})
	}
}

func TestReadNPZRefuses(t *testing.T) {
	floats := func(values ...float64) []byte { return numbers(binary.LittleEndian, values) }
	set := func(name string, data []byte) func(map[string][]byte) {
		return func(arrays map[string][]byte) { arrays[name] = data }
	}
	version9 := npy("|u1", "(2,)", false, []byte{1, 2})
	version9[6] = 9
	longHeader := append([]byte("\x93NUMPY\x02\x00"), 0xff, 0xff, 0xff, 0x7f)
	for name, test := range map[string]struct {
		change func(map[string][]byte)
		want   string
	}{
		"missing array":     {set("x_test", nil), `x_test: the archive has no such array; it has ["x_train" "y_train" "y_test"]`},
		"objects":           {set("x_train", npy("|O", "(2,)", false, nil)), "x_train: an array of Python objects (dtype=object)"},
		"text":              {set("y_train", npy("<U5", "(2,)", false, nil)), `y_train: dtype "<U5": only integers`},
		"complex":           {set("x_train", npy("<c8", "(2,)", false, nil)), `x_train: dtype "<c8": only integers`},
		"records":           {set("x_train", bytes.Replace(smallNPZ()["x_train"], []byte("'|u1'"), []byte("[(1,)"), 1)), "x_train: an array of records"},
		"one-hot":           {set("y_train", npy("|u1", "(2, 10)", false, make([]byte, 20))), "y_train: shape [2 10]: labels are class numbers of shape (n), not one-hot rows"},
		"a number":          {set("y_train", npy("|u1", "()", false, []byte{1})), "y_train: a single number"},
		"fewer labels":      {set("y_train", npy("|u1", "(1,)", false, []byte{1})), "x_train has 2 examples, y_train 1 labels"},
		"shapes differ":     {set("x_test", npy("|u1", "(1, 4)", false, make([]byte, 4))), "x_train has examples of shape [2 2], x_test of [4]"},
		"no examples":       {set("x_test", npy("|u1", "(0, 2, 2)", false, nil)), "x_test: shape (0, 2, 2): there is nothing in it"},
		"giant":             {set("x_train", npy("|u1", "(2000000000, 2000000000)", false, nil)), "x_train: shape (2000000000, 2000000000): more than"},
		"overflowing":       {set("x_train", npy("|u1", "(99999999999999999999,)", false, nil)), "x_train: the .npy header has shape"},
		"a line in a shape": {set("x_test", npy("|u1", "(1,\n\x1b[2J 2)", false, nil)), `x_test: the .npy header has shape (1,\n\x1b[2J 2): damaged`},
		"truncated":         {set("x_train", npy("|u1", "(2, 2, 2)", false, make([]byte, 7))), "x_train: truncated: 8 bytes of values should follow, but there are 7"},
		"trailing":          {set("x_train", npy("|u1", "(2, 2, 2)", false, make([]byte, 9))), "x_train: there are trailing bytes"},
		"no array":          {set("x_train", []byte("P5 28 28 255 and so on")), "x_train: not a NumPy array"},
		"empty":             {set("x_train", []byte{}), "x_train: truncated"},
		"future version":    {set("y_test", version9), "y_test: .npy format version 9.0"},
		"long header":       {set("y_test", longHeader), "y_test: .npy header of 2147483647 bytes"},
		"no shape":          {set("y_test", npy("|u1", "7", false, nil)), "no fortran_order or no shape"},
		"NaN":               {set("x_test", npy("<f8", "(1, 2, 2)", false, floats(1, math.NaN(), 0, 0))), "x_test: value 1 is NaN"},
		"infinite":          {set("x_test", npy("<f8", "(1, 2, 2)", false, floats(1, 0, math.Inf(-1), 0))), "x_test: value 2 is -Inf"},
		"too large for 32":  {set("x_test", npy("<f8", "(1, 2, 2)", false, floats(1e39, 0, 0, 0))), "x_test: value 0 is 1e+39"},
		"fractional label":  {set("y_train", npy("<f8", "(2,)", false, floats(1, 0.5))), "y_train: example 1: label 0.5 is not an integer"},
		"new label in test": {set("y_test", npy("|u1", "(1,)", false, []byte{5})), "y_test: example 0: label 5 is that of no training example; they have 0, 4"},
		"absurd label":      {set("y_train", npy("<i4", "(2,)", false, numbers(binary.LittleEndian, []int32{0, 1e9}))), "y_test: example 0: label 4 is that of no training example; they have 0, 1000000000"},
	} {
		t.Run(name, func(t *testing.T) {
			arrays := smallNPZ()
			test.change(arrays)
			_, err := readNPZBytes(t, archive(t, arrays))
			require.ErrorContains(t, err, test.want)
			assert.ErrorContains(t, err, "own.npz: ")
			assert.NotContains(t, err.Error(), "\n")
		})
	}

	_, err := readNPZBytes(t, []byte("no archive"))
	assert.ErrorContains(t, err, "own.npz: not an .npz archive: zip: not a valid zip file")

	damaged := archive(t, smallNPZ())
	damaged[bytes.Index(damaged, []byte{0, 51, 102, 153})] ^= 1
	_, err = readNPZBytes(t, damaged)
	assert.ErrorContains(t, err, "x_train: damaged: zip: checksum error")
}

func FuzzNPZ(f *testing.F) {
	f.Add(archive(f, smallNPZ()))
	arrays := smallNPZ()
	arrays["x_train"] = npy("<f4", "(2, 2, 2)", true, make([]byte, 32))
	f.Add(archive(f, arrays))
	f.Add(archive(f, nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := decodeNPZ(context.Background(), bytes.NewReader(data), int64(len(data)))
		if err != nil {
			assert.NotContains(t, err.Error(), "\n")
			return
		}
		checkDataset(t, d)
	})
}

// FuzzNPY begins inside the archive, where zip's checksums do not stop nearly every mutation.
func FuzzNPY(f *testing.F) {
	f.Add(npy("|u1", "(2, 2, 2)", false, make([]byte, 8)))
	f.Add(npy(">f8", "(1,)", true, make([]byte, 8)))
	f.Add(npy("<i4", "(3L, 0)", false, nil))
	f.Add(npy("|O", "()", false, nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		r := bytes.NewReader(data)
		h, err := readNPYHeader(r)
		if err != nil {
			if strings.ContainsFunc(err.Error(), unicode.IsControl) || len(err.Error()) > 300 {
				t.Fatal(err)
			}
			return
		}
		require.Equal(t, h.values, product(h.shape))
		var x []float32
		if h.each(r, func(v float64) error { x = append(x, float32(v)); return nil }) == nil {
			require.Len(t, rowMajor(x, h.shape), h.values)
		}
	})
}
