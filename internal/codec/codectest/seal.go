// Package codectest makes states for tests and fuzzers.
package codectest

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
)

// The layout of a state as package codec writes it, at both ends.
const (
	magic   = "gokfac\x1a\n"
	sizeEnd = len(magic) + 8
	sum     = 4
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Seal returns a copy of a state with the sizes and checksums that it and the
// states within it should have, so that a change gets past them to what is
// behind. Bytes that are no state stay as they are.
func Seal(data []byte) []byte {
	data = bytes.Clone(data)
	for p := bytes.LastIndex(data, []byte(magic)); p >= 0; p = bytes.LastIndex(data[:p], []byte(magic)) {
		end := len(data)
		if p > 0 && p+sizeEnd <= end { // within another, whose bytes go on behind it
			if size := binary.LittleEndian.Uint64(data[p+len(magic):]); size < uint64(end-p) {
				end = p + int(size)
			}
		}
		if end-p < sizeEnd+sum {
			continue
		}
		binary.LittleEndian.PutUint64(data[p+len(magic):], uint64(end-p))
		binary.LittleEndian.PutUint32(data[end-sum:], crc32.Checksum(data[p:end-sum], castagnoli))
	}
	return data
}
