package logs

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// A TFRecord is the length n of its data (8 bytes, little-endian), the masked CRC-32C of
// these 8 bytes, n bytes of data, and the masked CRC-32C of the data. Source:
// tensorflow/core/lib/io/record_writer.h.
const (
	recordHead = 12
	recordTail = 4
	// longestRecord is in bytes. A record of histograms has some 1.2 kB for each parameter.
	longestRecord = 64 << 20
)

// maskedCRC is the CRC-32C of b, rotated and shifted so that a CRC of data that hold CRCs is a good one.
func maskedCRC(b []byte) uint32 {
	crc := crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)) // the table is made once, by package crc32
	return (crc>>15 | crc<<17) + 0xa282ead8
}

// frame makes a record of b, whose first recordHead bytes are free and are followed by the data.
func frame(b []byte) []byte {
	data := b[recordHead:]
	binary.LittleEndian.PutUint64(b, uint64(len(data)))
	binary.LittleEndian.PutUint32(b[8:], maskedCRC(b[:8]))
	return binary.LittleEndian.AppendUint32(b, maskedCRC(data))
}

// readRecords calls f with the data of each complete record of r and the offset behind
// it. A last record that is cut short is left out. In a file without a complete record,
// tail is what there is of the first one's head.
func readRecords(r io.Reader, f func(data []byte, end int64) error) (tail []byte, err error) {
	in := bufio.NewReader(r)
	var head [recordHead]byte
	var data bytes.Buffer
	for n, end := 1, int64(0); ; n++ {
		got, err := io.ReadFull(in, head[:])
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return head[:got], nil
		}
		if err != nil {
			return nil, err
		}
		length := binary.LittleEndian.Uint64(head[:])
		if maskedCRC(head[:8]) != binary.LittleEndian.Uint32(head[8:]) {
			return nil, fmt.Errorf("record %d, at byte %d: its length is damaged", n, end)
		}
		if length > longestRecord {
			return nil, fmt.Errorf("record %d, at byte %d: %d bytes, more than %d", n, end, length, longestRecord)
		}
		data.Reset() // it grows by what is read, not by what the head says
		_, err = io.CopyN(&data, in, int64(length)+recordTail)
		if errors.Is(err, io.EOF) {
			return head[:], nil
		}
		if err != nil {
			return nil, err
		}
		b := data.Bytes()
		if maskedCRC(b[:length]) != binary.LittleEndian.Uint32(b[length:]) {
			return nil, fmt.Errorf("record %d, at byte %d: its data are damaged", n, end)
		}
		end += recordHead + int64(length) + recordTail
		if err := f(b[:length], end); err != nil {
			return nil, fmt.Errorf("record %d: %w", n, err)
		}
	}
}
