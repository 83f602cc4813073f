package safetensors

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"unicode/utf8"
)

// parser reads a header token by token: encoding/json would take the last of several equal names, and any nesting.
type parser struct {
	text []byte
	d    *json.Decoder
}

func (p *parser) header(f *File) error {
	if len(p.text) == 0 || p.text[0] != '{' || !utf8.Valid(p.text) {
		return errors.New("the header is no JSON object: the file is of another format")
	}
	p.d = json.NewDecoder(bytes.NewReader(p.text))
	p.d.UseNumber()
	err := p.object(func(name string) error {
		if name == metadataKey {
			return p.metadata(f)
		}
		t := Tensor{Name: name}
		if err := p.tensor(&t); err != nil {
			return fmt.Errorf("tensor %.80q: %w", name, err)
		}
		f.Tensors = append(f.Tensors, t)
		return nil
	})
	if err != nil {
		return err
	}
	if _, err := p.d.Token(); err != io.EOF {
		return errors.New("the header has more after its JSON object")
	}
	return nil
}

func (p *parser) metadata(f *File) error {
	f.Metadata = map[string]string{}
	return p.object(func(key string) error {
		v, err := p.token()
		if err != nil {
			return err
		}
		s, ok := v.(string)
		if !ok {
			return fmt.Errorf("metadata %.80q: want a string", key)
		}
		f.Metadata[key] = s
		if key == ChecksumKey {
			// The token's last byte is its quotation mark.
			f.digits = 8 + int(p.d.InputOffset()) - 9
			if len(s) != 8 || string(f.head[f.digits:f.digits+8]) != s {
				return fmt.Errorf("metadata %q: want 8 digits", key)
			}
		}
		return nil
	})
}

func (p *parser) tensor(t *Tensor) error {
	var offsets []int64
	has := 0
	err := p.object(func(key string) (err error) {
		has++
		switch key {
		case "dtype":
			v, err := p.token()
			if err != nil {
				return err
			}
			s, _ := v.(string)
			if t.DType = DType(s); t.DType.size() == 0 {
				return fmt.Errorf("elements of type %.80q cannot be read", s)
			}
		case "shape":
			var shape []int64
			if shape, err = p.numbers(); err != nil {
				return fmt.Errorf("shape: %w", err)
			}
			t.Shape = make([]int, len(shape))
			for i, n := range shape {
				if t.Shape[i] = int(n); int64(t.Shape[i]) != n {
					return fmt.Errorf("shape: %d is too large", n)
				}
			}
		case "data_offsets":
			if offsets, err = p.numbers(); err == nil && len(offsets) != 2 {
				err = fmt.Errorf("want 2 numbers, not %d", len(offsets))
			}
			if err != nil {
				return fmt.Errorf("data_offsets: %w", err)
			}
		default:
			return fmt.Errorf("%.80q is not known: want dtype, shape and data_offsets", key)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if has != 3 {
		return errors.New("want dtype, shape and data_offsets")
	}
	t.start, t.end = offsets[0], offsets[1]
	n, err := product(t.Shape)
	if err != nil {
		return err
	}
	if n > math.MaxInt64/t.DType.size() || t.end < t.start || t.end-t.start != n*t.DType.size() {
		return fmt.Errorf("data_offsets %v do not fit %d elements of type %s", offsets, n, t.DType)
	}
	return nil
}

// product is the number of elements of a shape; 1 for that of a scalar.
func product(shape []int) (int64, error) {
	n := int64(1)
	for _, d := range shape {
		if d < 0 || d > 0 && n > math.MaxInt/int64(d) {
			return 0, fmt.Errorf("shape %v has no number of elements, or one that is too large", shape)
		}
		n *= int64(d)
	}
	return n, nil
}

// object reads an object: member reads each value. Names that occur twice are refused.
func (p *parser) object(member func(name string) error) error {
	if err := p.delim('{'); err != nil {
		return err
	}
	seen := map[string]bool{}
	for p.d.More() {
		v, err := p.token()
		if err != nil {
			return err
		}
		name := v.(string) // the decoder refuses names that are no strings
		if seen[name] {
			return fmt.Errorf("%.80q occurs twice", name)
		}
		seen[name] = true
		if err := member(name); err != nil {
			return err
		}
	}
	return p.delim('}')
}

// mostAxes bounds a shape.
const mostAxes = 64

// numbers reads an array of whole numbers that are not negative.
func (p *parser) numbers() ([]int64, error) {
	if err := p.delim('['); err != nil {
		return nil, err
	}
	var list []int64
	for p.d.More() {
		v, err := p.token()
		if err != nil {
			return nil, err
		}
		number, _ := v.(json.Number)
		n, err := strconv.ParseInt(string(number), 10, 64)
		if err != nil || n < 0 {
			return nil, fmt.Errorf("%.80q is no whole number from 0 on", fmt.Sprint(v))
		}
		if list = append(list, n); len(list) > mostAxes {
			return nil, fmt.Errorf("more than %d numbers", mostAxes)
		}
	}
	return list, p.delim(']')
}

func (p *parser) delim(want json.Delim) error {
	v, err := p.token()
	if err != nil {
		return err
	}
	if v != want {
		return fmt.Errorf("the header has %.80q before byte %d: want %v", fmt.Sprint(v), p.d.InputOffset(), want)
	}
	return nil
}

func (p *parser) token() (json.Token, error) {
	v, err := p.d.Token()
	if err != nil {
		return nil, fmt.Errorf("the header is no JSON: %w", err)
	}
	return v, nil
}
