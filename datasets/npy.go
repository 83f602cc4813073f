package datasets

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// maxNPYHeader bounds the header's text, in bytes. NumPy writes about 100.
const maxNPYHeader = 1 << 16

// npyHeader describes the values that follow it in an .npy file (NEP 1, format versions 1 to 3).
type npyHeader struct {
	shape   []int
	values  int   // product of shape
	offset  int64 // of the first value
	fortran bool
	dtype   string // NumPy's name for it, for messages
	kind    byte   // 'b', 'i', 'u' or 'f'
	width   int    // bytes per value
	order   binary.ByteOrder
}

// readNPYHeader reads everything before the first value.
func readNPYHeader(r io.Reader) (npyHeader, error) {
	var fixed [8]byte // magic, major and minor version
	if n, err := io.ReadFull(r, fixed[:]); err != nil {
		return npyHeader{}, shortRead(err, "an .npy header of 8 bytes", 8, int64(n))
	}
	if string(fixed[:6]) != "\x93NUMPY" {
		return npyHeader{}, errors.New("not a NumPy array: it does not begin with \\x93NUMPY")
	}
	width := 4 // bytes of the header's length
	switch fixed[6] {
	case 1:
		width = 2
	case 2, 3:
	default:
		return npyHeader{}, fmt.Errorf(".npy format version %d.%d: versions 1 to 3 are read", fixed[6], fixed[7])
	}
	var field [4]byte
	if n, err := io.ReadFull(r, field[:width]); err != nil {
		return npyHeader{}, shortRead(err, fmt.Sprintf("%d bytes of the header's length", width), int64(width), int64(n))
	}
	length := binary.LittleEndian.Uint32(field[:])
	if length > maxNPYHeader {
		return npyHeader{}, fmt.Errorf(".npy header of %d bytes: damaged, or no array of numbers", length)
	}
	text, err := readExactly(r, int64(length))
	if err != nil {
		return npyHeader{}, err
	}
	h, err := parseNPYHeader(string(text))
	h.offset = int64(len(fixed)+width) + int64(length)
	return h, err
}

// parseNPYHeader reads the Python dictionary {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }.
func parseNPYHeader(text string) (h npyHeader, err error) {
	entry := func(key, value string) string {
		match := regexp.MustCompile(`'` + key + `'\s*:\s*` + value).FindStringSubmatch(text)
		if match == nil {
			return ""
		}
		return match[1]
	}
	order, shape := entry("fortran_order", `(True|False)`), entry("shape", `(\([^)]*\))`)
	if order == "" || shape == "" {
		return h, errors.New("the .npy header has no fortran_order or no shape: damaged")
	}
	h.fortran = order == "True"
	if h.dtype = entry("descr", `'([^']*)'`); h.dtype == "" {
		return h, errors.New("an array of records: only plain numbers are read")
	}
	if h.kind, h.width, h.order, err = parseDtype(h.dtype); err != nil {
		return h, err
	}
	shown := strings.Trim(strconv.Quote(shape), `"`) // for messages; a damaged file can have any bytes here
	h.values = 1
	for field := range strings.SplitSeq(strings.Trim(shape, "()"), ",") {
		if field = strings.TrimSpace(field); field == "" {
			continue // a tuple of one ends in a comma
		}
		d, err := strconv.Atoi(strings.TrimSuffix(field, "L")) // Python 2 wrote long integers with an L
		switch {
		case err != nil || d < 0:
			return h, fmt.Errorf("the .npy header has shape %.80s: damaged", shown)
		case d == 0:
			return h, fmt.Errorf("shape %.80s: there is nothing in it", shown)
		case h.values > maxValues/d:
			return h, fmt.Errorf("shape %.80s: more than %d values do not fit in memory", shown, maxValues)
		}
		h.shape, h.values = append(h.shape, d), h.values*d
	}
	return h, nil
}

// parseDtype parses NumPy's name of an element type, such as "<f4", ">i8" or "|u1".
func parseDtype(dtype string) (kind byte, width int, order binary.ByteOrder, err error) {
	switch {
	case strings.Contains(dtype, "O"):
		return 0, 0, nil, errors.New("an array of Python objects (dtype=object), which only Python can read: save it as numbers")
	case len(dtype) != 3:
		return 0, 0, nil, fmt.Errorf("dtype %.20q: only integers, floating-point numbers and booleans are read", dtype)
	}
	order = binary.LittleEndian
	if dtype[0] == '>' {
		order = binary.BigEndian
	}
	switch dtype[1:] {
	case "b1", "u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", "f8":
		return dtype[1], int(dtype[2] - '0'), order, nil
	}
	return 0, 0, nil, fmt.Errorf("dtype %.20q: only integers, floating-point numbers and booleans are read", dtype)
}
