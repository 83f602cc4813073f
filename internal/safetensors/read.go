package safetensors

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"slices"
)

// Tensor is what a file says of one tensor.
type Tensor struct {
	Name  string
	DType DType
	Shape []int
	start int64 // of its data, counted from the end of the header
	end   int64
}

// Size is the number of elements.
func (t *Tensor) Size() int { return int((t.end - t.start) / t.DType.size()) }

// File is a file whose header has been read and found in order.
type File struct {
	Metadata map[string]string
	Tensors  []Tensor // in order of their data

	r      io.ReaderAt
	head   []byte // up to the elements
	size   int64
	digits int // where in head the checksum's digits begin; 0: it has no checksum
	index  map[string]int
}

// Open reads the header of a file of size bytes.
func Open(r io.ReaderAt, size int64) (*File, error) {
	f, err := open(r, size)
	if err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	return f, nil
}

func open(r io.ReaderAt, size int64) (*File, error) {
	if size < 8 {
		return nil, fmt.Errorf("a file of %d bytes is cut off, or of another format", size)
	}
	var length [8]byte
	if err := readFull(r, length[:], 0); err != nil {
		return nil, err
	}
	n := binary.LittleEndian.Uint64(length[:])
	switch {
	case n > MaxHeader:
		return nil, fmt.Errorf("a header of %d bytes: at most %d are taken, and the file may be of another format", n, MaxHeader)
	case n > uint64(size-8):
		return nil, fmt.Errorf("a header of %d bytes in a file of %d: it is cut off, or of another format", n, size)
	}
	f := &File{r: r, head: make([]byte, 8+n), size: size, index: map[string]int{}}
	if err := readFull(r, f.head, 0); err != nil {
		return nil, err
	}
	p := &parser{text: f.head[8:]}
	if err := p.header(f); err != nil {
		return nil, err
	}
	if err := f.checkOffsets(); err != nil {
		return nil, err
	}
	return f, nil
}

// checkOffsets puts the tensors in order of their data, which must fill the rest of the file.
func (f *File) checkOffsets() error {
	slices.SortStableFunc(f.Tensors, func(a, b Tensor) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.end, b.end))
	})
	end, data := int64(0), f.size-int64(len(f.head))
	for i, t := range f.Tensors {
		f.index[t.Name] = i
		switch {
		case t.end > data:
			return fmt.Errorf("tensor %.80q ends at byte %d of %d: the file is cut off", t.Name, t.end, data)
		case t.start < end:
			return fmt.Errorf("tensor %.80q begins at byte %d, within the tensor before it", t.Name, t.start)
		case t.start > end:
			return fmt.Errorf("tensor %.80q begins at byte %d: the %d bytes before it are no tensor's", t.Name, t.start, t.start-end)
		}
		end = t.end
	}
	if end != data {
		return fmt.Errorf("the last %d bytes of the file are no tensor's", data-end)
	}
	return nil
}

// Find returns the tensor of a name, or nil.
func (f *File) Find(name string) *Tensor {
	if i, ok := f.index[name]; ok {
		return &f.Tensors[i]
	}
	return nil
}

// HasChecksum reports whether the file has one, as those that Write made do.
func (f *File) HasChecksum() bool { return f.digits > 0 }

// Verify reads the whole file and fails if it is not what its checksum is of. It does nothing without a checksum.
func (f *File) Verify() error {
	if f.digits == 0 {
		return nil
	}
	head := slices.Clone(f.head)
	copy(head[f.digits:], "00000000")
	sum := crc32.New(castagnoli)
	_, _ = sum.Write(head)
	if err := f.pieces(0, f.size-int64(len(f.head)), func(piece []byte) error {
		_, err := sum.Write(piece)
		return err
	}); err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	if got, want := fmt.Sprintf("%08x", sum.Sum32()), f.Metadata[ChecksumKey]; got != want {
		return fmt.Errorf("safetensors: the checksum is %s where the file says %s: it is damaged, or another program changed it", got, want)
	}
	return nil
}

// Float64s reads t's elements into dst, of t.Size elements. An integer that float64 does not hold is an error.
func (f *File) Float64s(t *Tensor, dst []float64) error { return read(f, t, dst) }

// Float32s reads t's elements into dst, of t.Size elements. Elements of F64 are rounded. A number beyond float32's
// range and an integer that float32 does not hold are errors.
func (f *File) Float32s(t *Tensor, dst []float32) error { return read(f, t, dst) }

func read[T float32 | float64](f *File, t *Tensor, dst []T) error {
	if len(dst) != t.Size() {
		return fmt.Errorf("safetensors: tensor %.80q has %d elements, not %d", t.Name, t.Size(), len(dst))
	}
	size, whole := int(t.DType.size()), t.DType != F64 // no rounding is meant
	err := f.pieces(t.start, t.end, func(piece []byte) error {
		for i := 0; i < len(piece); i += size {
			v, err := t.DType.element(piece[i:])
			if err != nil {
				return err
			}
			to := T(v)
			if back := float64(to); back != v && v == v && (whole || math.IsInf(back, 0)) {
				return fmt.Errorf("%v is no float32", v)
			}
			dst[0], dst = to, dst[1:]
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("safetensors: tensor %.80q: %w", t.Name, err)
	}
	return nil
}

// pieces reads data from start to end, by pieces of whole elements.
func (f *File) pieces(start, end int64, use func(piece []byte) error) error {
	buffer := make([]byte, min(pieceSize, end-start))
	for start < end {
		piece := buffer[:min(int64(len(buffer)), end-start)]
		if err := readFull(f.r, piece, int64(len(f.head))+start); err != nil {
			return err
		}
		if err := use(piece); err != nil {
			return err
		}
		start += int64(len(piece))
	}
	return nil
}

func readFull(r io.ReaderAt, to []byte, at int64) error {
	n, err := r.ReadAt(to, at)
	switch {
	case n == len(to):
		return nil
	case errors.Is(err, io.EOF):
		return errors.New("the file became shorter while it was read")
	}
	return err
}
