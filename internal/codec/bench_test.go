package codec

import "testing"

// The state of an optimizer of 5 million float32 parameters: 20 MB.
func benchmarkFields() []Field {
	return []Field{{"a", make([]float32, 4<<20)}, {"b", make([]float32, 1<<20)}}
}

func BenchmarkEncode(b *testing.B) {
	fields := benchmarkFields()
	b.SetBytes(20 << 20)
	for b.Loop() {
		if _, err := Encode("x", 1, fields); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	fields := benchmarkFields()
	data, err := Encode("x", 1, fields)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(20 << 20)
	for b.Loop() {
		if err := Decode(data, "x", 1, fields); err != nil {
			b.Fatal(err)
		}
	}
}
