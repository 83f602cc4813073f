package safetensors

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"slices"
	"unicode/utf8"
)

// ChecksumKey is the metadata's key of the checksum: the CRC-32C of the whole file, in 8 hexadecimal digits, which
// count as 00000000.
const ChecksumKey = "crc32c"

// Source is a tensor to be written. Its elements, row-major, are in one of the two slices.
type Source struct {
	Name     string
	Shape    []int
	Float32s []float32
	Float64s []float64 // where Float32s is nil
}

func (s *Source) dtype() DType {
	if s.Float32s != nil {
		return F32
	}
	return F64
}

func (s *Source) check() error {
	n, err := product(s.Shape)
	switch {
	case err != nil:
		return err
	case s.Float32s != nil && s.Float64s != nil:
		return errors.New("it has elements of two types")
	case n != int64(len(s.Float32s)+len(s.Float64s)):
		return fmt.Errorf("shape %v is of %d elements: it has %d", s.Shape, n, len(s.Float32s)+len(s.Float64s))
	}
	return nil
}

// Write writes a file of the tensors. Those of float64 come first, for every element to lie at a multiple of its size,
// which PyTorch's reader wants; otherwise their order is kept. Names differ, and neither they nor the metadata are
// longer than MaxHeader allows.
func Write(w io.Writer, metadata map[string]string, tensors []Source) error {
	tensors = slices.Clone(tensors)
	slices.SortStableFunc(tensors, func(a, b Source) int { return int(b.dtype().size() - a.dtype().size()) })
	head, digits, err := header(metadata, tensors)
	if err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	sum := crc32.New(castagnoli)
	_, _ = sum.Write(head)
	_ = elements(sum, tensors)
	copy(head[digits:], fmt.Sprintf("%08x", sum.Sum32()))
	if _, err := w.Write(head); err != nil {
		return err
	}
	return elements(w, tensors)
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// header is a file up to the elements, and where in it are the digits of the checksum.
func header(metadata map[string]string, tensors []Source) (head []byte, digits int, err error) {
	all := map[string]string{ChecksumKey: "00000000"}
	for key, value := range metadata {
		if key == ChecksumKey {
			return nil, 0, fmt.Errorf("the metadata have a %s of their own", key)
		}
		all[key] = value
	}
	head = append(make([]byte, 8), `{"`+metadataKey+`":`...)
	if head, err = appendJSON(head, all); err != nil {
		return nil, 0, err
	}
	// Within a string of JSON a quotation mark follows a backslash: the key is found where it is one.
	digits = bytes.Index(head, []byte(`"`+ChecksumKey+`":"`)) + len(ChecksumKey) + 4
	seen, end := map[string]bool{metadataKey: true}, int64(0)
	for i := range tensors {
		t := &tensors[i]
		if seen[t.Name] || !utf8.ValidString(t.Name) {
			return nil, 0, fmt.Errorf("tensor %q: the name is another tensor's, or is none that a file can have", t.Name)
		}
		seen[t.Name] = true
		if err := t.check(); err != nil {
			return nil, 0, fmt.Errorf("tensor %q: %w", t.Name, err)
		}
		start := end
		end += int64(len(t.Float32s))*4 + int64(len(t.Float64s))*8
		head = append(head, ',')
		if head, err = appendJSON(head, t.Name); err != nil {
			return nil, 0, err
		}
		head = append(head, ':')
		if head, err = appendJSON(head, entry{t.dtype(), append([]int{}, t.Shape...), [2]int64{start, end}}); err != nil {
			return nil, 0, err
		}
	}
	head = append(head, '}')
	for len(head)%8 != 0 {
		head = append(head, ' ')
	}
	if len(head)-8 > MaxHeader {
		return nil, 0, fmt.Errorf("names and metadata take %d bytes: at most %d are possible", len(head)-8, MaxHeader)
	}
	binary.LittleEndian.PutUint64(head, uint64(len(head)-8))
	return head, digits, nil
}

// entry is what the header says of a tensor.
type entry struct {
	DType   DType    `json:"dtype"`
	Shape   []int    `json:"shape"`
	Offsets [2]int64 `json:"data_offsets"`
}

func appendJSON(to []byte, v any) ([]byte, error) {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return append(to, bytes.TrimSuffix(text.Bytes(), []byte("\n"))...), nil
}

// elements writes the elements of tensors, a piece at a time.
func elements(w io.Writer, tensors []Source) error {
	piece := make([]byte, 0, pieceSize)
	flush := func() error {
		_, err := w.Write(piece)
		piece = piece[:0]
		return err
	}
	for i := range tensors {
		for _, v := range tensors[i].Float64s {
			if piece = binary.LittleEndian.AppendUint64(piece, math.Float64bits(v)); len(piece) == cap(piece) {
				if err := flush(); err != nil {
					return err
				}
			}
		}
		for _, v := range tensors[i].Float32s {
			if piece = binary.LittleEndian.AppendUint32(piece, math.Float32bits(v)); len(piece) == cap(piece) {
				if err := flush(); err != nil {
					return err
				}
			}
		}
	}
	return flush()
}

// pieceSize is how many bytes are converted at a time: a multiple of every element's size.
const pieceSize = 1 << 16
