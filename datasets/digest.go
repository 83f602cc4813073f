package datasets

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"math"
)

// Digest is the SHA-256, hexadecimal, of all that a model can learn from or be scored on: the shape of an example, the
// number of classes, and the inputs, labels and targets of all splits, bit for bit and in their order. Two data sets of
// one digest are the same but for their names.
func (d *Dataset) Digest() string {
	w := digester{hash: sha256.New()}
	w.number(len(d.Shape))
	for _, v := range d.Shape {
		w.number(v)
	}
	w.number(d.Classes)
	splits := []Split{d.Train, d.Test}
	if d.Validation.Len() > 0 {
		splits = append(splits, d.Validation)
	}
	for _, s := range splits {
		w.number(s.Outputs)
		w.floats(s.X)
		w.number(len(s.Labels))
		for _, v := range s.Labels {
			w.word(uint32(v))
		}
		w.floats(s.Targets)
	}
	w.flush()
	return hex.EncodeToString(w.hash.Sum(nil))
}

// digester gathers words, little endian, for the hash to have long pieces.
type digester struct {
	hash hash.Hash
	buf  [1 << 14]byte
	n    int
}

func (w *digester) word(v uint32) {
	if w.n == len(w.buf) {
		w.flush()
	}
	binary.LittleEndian.PutUint32(w.buf[w.n:], v)
	w.n += 4
}

// number is of eight bytes.
func (w *digester) number(v int) {
	w.word(uint32(v))
	w.word(uint32(uint64(v) >> 32))
}

// floats are preceded by their number, so that no value can pass from one slice to the next.
func (w *digester) floats(x []float32) {
	w.number(len(x))
	for _, v := range x {
		w.word(math.Float32bits(v))
	}
}

func (w *digester) flush() {
	w.hash.Write(w.buf[:w.n])
	w.n = 0
}
