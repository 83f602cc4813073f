package experiment

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
)

// seal is what comes before the checksum of a kept run, which is the last field
// of its object: the digest of the object's bytes without that field.
const seal = `,"checksum":"`

// sealed is an object, not empty, with its checksum and a line's end.
func sealed(object []byte) []byte {
	text := append(bytes.TrimSuffix(bytes.Clone(object), []byte("}")), seal...)
	return append(append(text, sumOf(object)...), "\"}\n"...)
}

// unsealed is the object without its checksum: has is false if there is none,
// and right is false if it is another object's.
func unsealed(text []byte) (object []byte, has, right bool) {
	i := bytes.LastIndex(text, []byte(seal))
	if i < 0 {
		return text, false, false
	}
	object = append(bytes.Clone(text[:i]), '}')
	return object, true, bytes.Equal(text, sealed(object))
}

func sumOf(object []byte) []byte {
	sum := sha256.Sum256(object)
	return hex.AppendEncode(nil, sum[:])
}
