package datasets

import (
	"fmt"
	"math"
)

// maxClasses bounds the width of an output layer that data can ask for: above the 21841 classes of the full ImageNet,
// below what an identifier or a price taken for a label would give.
const maxClasses = 1 << 16

// checkLabel turns a number from a file into a class.
func checkLabel(v float64) (int32, error) {
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0) || v != math.Trunc(v):
		return 0, fmt.Errorf("label %v is not an integer: classes are numbered 0, 1, 2, …", v)
	case v < 0:
		return 0, fmt.Errorf("label %v is negative: classes are numbered 0, 1, 2, …", v)
	case v >= maxClasses:
		return 0, fmt.Errorf("label %.6g would make more than %d classes: are these labels?", v, maxClasses)
	}
	return int32(v), nil
}

// checkTest refuses labels of the test split above every training label: no example teaches such a class, and a mistyped
// label would widen the classifier unnoticed. Its errors begin with what where says of the test example's index.
func checkTest(train, test []int32, where func(i int) string) error {
	known := classes(train)
	for i, label := range test {
		if int(label) >= known {
			return fmt.Errorf("%s: label %d is above the largest training label, %d", where(i), label, known-1)
		}
	}
	return nil
}

// isSquareImage tells whether so many features without further shape may be pixels: a square of at least 8×8, the size
// of the smallest images in use.
func isSquareImage(features int) bool {
	side := int(math.Round(math.Sqrt(float64(features))))
	return side >= 8 && side*side == features
}

func scalePixels(x []float32) {
	scale := intensities()
	for i, v := range x {
		x[i] = scale[uint8(v)]
	}
}
