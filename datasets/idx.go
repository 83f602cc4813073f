package datasets

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// maxValues bounds the number of values of one array: 4 GiB in float32.
const maxValues = 1 << 30

// Numbers of dimensions of the idx files of MNIST.
const (
	idxLabels = 1 // n
	idxImages = 3 // n × rows × columns
)

// idxArray is a decoded idx file: unsigned bytes in row-major order.
type idxArray struct {
	dims []int
	data []byte
}

// decodeIDX reads an idx stream of unsigned bytes with the given number of dimensions, to its end. The format is two zero
// bytes, the element type, the number of dimensions, each dimension as a big-endian uint32, then the values.
func decodeIDX(r io.Reader, dimensions int) (idxArray, error) {
	dims, err := readIDXHeader(r, dimensions)
	if err != nil {
		return idxArray{}, err
	}
	a := idxArray{dims: dims}
	if a.data, err = readExactly(r, int64(product(dims))); err != nil {
		return idxArray{}, err
	}
	return a, expectEnd(r)
}

// readIDXHeader reads the dimensions, whose product is at most maxValues.
func readIDXHeader(r io.Reader, dimensions int) ([]int, error) {
	var head [4]byte
	if n, err := io.ReadFull(r, head[:]); err != nil {
		return nil, shortRead(err, "an idx header of 4 bytes", 4, int64(n))
	}
	if err := checkMagic(head, dimensions); err != nil {
		return nil, err
	}
	dims := make([]int, dimensions)
	size := int64(1)
	for i := range dims {
		var field [4]byte
		if n, err := io.ReadFull(r, field[:]); err != nil {
			return nil, shortRead(err, "a dimension of 4 bytes", 4, int64(n))
		}
		d := int64(binary.BigEndian.Uint32(field[:]))
		switch {
		case d == 0:
			return nil, fmt.Errorf("dimension %d is 0: there is nothing in it", i)
		case size > maxValues/d:
			return nil, fmt.Errorf("the header claims more than %d values: it is damaged, or the data do not fit in memory", maxValues)
		}
		dims[i] = int(d)
		size *= d
	}
	return dims, nil
}

func checkMagic(head [4]byte, dimensions int) error {
	const unsignedByte = 0x08
	switch {
	case head[0] != 0 || head[1] != 0:
		return fmt.Errorf("not an idx file: it begins with % x, not with 00 00", head[:2])
	case head[2] != unsignedByte:
		return fmt.Errorf("idx element type 0x%02x: only unsigned bytes (0x08) are read", head[2])
	case dimensions == idxImages && head[3] == idxLabels:
		return errors.New("it holds labels, not images: are the image and label files swapped?")
	case dimensions == idxLabels && head[3] == idxImages:
		return errors.New("it holds images, not labels: are the image and label files swapped?")
	case int(head[3]) != dimensions:
		return fmt.Errorf("an idx array of %d dimensions, not %d", head[3], dimensions)
	}
	return nil
}

// readExactly reads size bytes. Its buffer grows with the bytes that arrive, so a damaged header cannot claim memory for
// bytes that the file does not have.
func readExactly(r io.Reader, size int64) ([]byte, error) {
	const first = 1 << 20
	buf := bytes.NewBuffer(make([]byte, 0, min(size, first)))
	n, err := io.Copy(buf, io.LimitReader(r, size))
	if err == nil && n < size {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, shortRead(err, fmt.Sprintf("%d bytes of data", size), size, n)
	}
	return buf.Bytes(), nil
}

// expectEnd reads to the end of the stream, where gzip verifies its own checksum.
func expectEnd(r io.Reader) error {
	n, err := io.Copy(io.Discard, io.LimitReader(r, 1))
	switch {
	case interrupted(err):
		return err
	case err != nil:
		return fmt.Errorf("damaged: %w", err)
	}
	if n > 0 {
		return errTrailing
	}
	return nil
}

// shortRead is the error of a stream that ended after got bytes; want describes the bytes that were expected. A
// compressed stream can also break off after all of them.
func shortRead(err error, want string, wanted, got int64) error {
	switch {
	case interrupted(err):
		return err
	case !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("damaged: %w", err)
	case got >= wanted:
		return fmt.Errorf("truncated: %s are there, but the compressed stream ends before its checksum", want)
	}
	return fmt.Errorf("truncated: %s should follow, but there are %d", want, got)
}
