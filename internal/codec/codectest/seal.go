// Package codectest makes states for tests and fuzzers.
package codectest

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
)

// The layout of both ends of a state that package codec writes.
const (
	magic   = "gokfac\x1a\n"
	sizeEnd = len(magic) + 8
	sum     = 4
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Seal returns a copy of a state with correct sizes and checksums for it and for the states within it. A fuzzer's
// changes thus get past the checksums, to the code that reads the fields. Bytes that are no state stay as they are.
func Seal(data []byte) []byte {
	data = bytes.Clone(data)
	for p := bytes.LastIndex(data, []byte(magic)); p >= 0; p = bytes.LastIndex(data[:p], []byte(magic)) {
		end := len(data)
		if p > 0 && p+sizeEnd <= end { // inside another state, whose bytes continue behind it
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
