package stream

import "testing"

// BenchmarkStream deals out mini-batches of 512 images of 28×28 that are in memory, with and without a window.
func BenchmarkStream(b *testing.B) {
	x := make([]float64, 784)
	endless := func(yield func(Example, error) bool) {
		for yield(Example{X: x}, nil) {
		}
	}
	for name, window := range map[string]int{"in order": 0, "window of 4096": 4096} {
		b.Run(name, func(b *testing.B) {
			s, err := New(b.Context(), endless, Options{Shape: []int{28, 28}, BatchSize: 512, Window: window})
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if _, _, ok := s.Next(); !ok {
					b.Fatal(s.Err())
				}
			}
		})
	}
}
