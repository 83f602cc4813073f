package datasets

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// maxClasses bounds the width of an output layer that data can ask for. It is above the 21841 classes of the full
// ImageNet, and below the number of different values of an identifier or a price that was taken for a label.
const maxClasses = 1 << 16

// coder numbers labels in the order in which they are first seen.
type coder[K comparable] struct {
	codes []int32 // of each example
	index map[K]int32
	keys  []K // by code
}

func newCoder[K comparable]() *coder[K] { return &coder[K]{index: map[K]int32{}} }

// add returns the number of a label. It fails at the first class beyond maxClasses.
func (c *coder[K]) add(key K) error {
	code, ok := c.index[key]
	if !ok {
		if len(c.keys) == maxClasses {
			return fmt.Errorf("label %.20v would make more than %d classes: are these labels?", key, maxClasses)
		}
		code = int32(len(c.keys))
		c.index[key] = code
		c.keys = append(c.keys, key)
	}
	c.codes = append(c.codes, code)
	return nil
}

// rank renumbers the codes in the order of their keys and returns a key for each class. Equal keys become one class.
func (c *coder[K]) rank(compare func(a, b K) int) (labels []int32, classes []K) {
	order := make([]int32, len(c.keys))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortStableFunc(order, func(a, b int32) int { return compare(c.keys[a], c.keys[b]) })
	class := make([]int32, len(c.keys))
	for _, code := range order {
		if n := len(classes); n == 0 || compare(classes[n-1], c.keys[code]) != 0 {
			classes = append(classes, c.keys[code])
		}
		class[code] = int32(len(classes) - 1)
	}
	for i, code := range c.codes {
		c.codes[i] = class[code]
	}
	return c.codes, classes
}

// checkLabel turns a number from a file into a label. Any whole number is a label.
func checkLabel(v float64) (int64, error) {
	const exact = 1 << 53
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0) || v != math.Trunc(v):
		return 0, fmt.Errorf("label %v %w: classes are whole numbers, and values are for a regression", v, ErrNotInteger)
	case math.Abs(v) >= exact:
		return 0, fmt.Errorf("label %.6g is too large to be told from its neighbours", v)
	}
	return int64(v), nil
}

// numberClasses makes classes 0, 1, 2, … of the training labels in the order of their numbers, so that every class has a
// training example. It gives the test labels the same classes. A test label without a training example is an error: no
// example teaches such a class, and a mistyped label would widen the classifier unnoticed. The error begins with the
// text that where returns for the test example's index.
func numberClasses(d *Dataset, train *coder[int64], test []int64, where func(i int) string) error {
	labels, classes := train.rank(cmp.Compare[int64])
	d.Train.Labels, d.Classes = labels, len(classes)
	d.ClassNames = make([]string, len(classes))
	for i, v := range classes {
		d.ClassNames[i] = strconv.FormatInt(v, 10)
	}
	d.Test.Labels = make([]int32, len(test))
	for i, v := range test {
		class, ok := slices.BinarySearch(classes, v)
		if !ok {
			return fmt.Errorf("%s: label %d is that of no training example; they have %s", where(i), v, listNames(d.ClassNames))
		}
		d.Test.Labels[i] = int32(class)
	}
	return nil
}

// renumber is numberClasses for labels that are stored already, in place.
func renumber(d *Dataset, where func(i int) string) error {
	train, test := newCoder[int64](), make([]int64, len(d.Test.Labels))
	for _, v := range d.Train.Labels {
		if err := train.add(int64(v)); err != nil {
			return err
		}
	}
	for i, v := range d.Test.Labels {
		test[i] = int64(v)
	}
	return numberClasses(d, train, test, where)
}

// numerically returns the names of n classes that are the numbers from 0 on.
func numerically(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = strconv.Itoa(i)
	}
	return names
}

// describeClasses says how many classes there are, and lists them unless they are the numbers from 0 on.
func (d *Dataset) describeClasses() string {
	text := fmt.Sprintf("in %d classes", d.Classes)
	if d.Classes == 1 {
		text = "in 1 class"
	}
	if slices.Equal(d.ClassNames, numerically(d.Classes)) && d.Classes > 1 || len(d.ClassNames) == 0 {
		return text
	}
	return text + ": " + listNames(d.ClassNames)
}

// listNames writes names from a file for a message. It shortens a long list, and escapes names that a terminal would
// take for a command.
func listNames(names []string) string {
	const most = 12
	list := make([]string, 0, most)
	for i, name := range names {
		if len(names) > most && i >= most-3 && i < len(names)-1 {
			if i == most-3 {
				list = append(list, "…")
			}
			continue
		}
		list = append(list, printable(name))
	}
	return strings.Join(list, ", ")
}

func printable(name string) string {
	if runes := []rune(name); len(runes) > 30 {
		name = string(runes[:29]) + "…"
	}
	if name == "" || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) || r == ',' || r == '"' || r == unicode.ReplacementChar }) {
		return strconv.Quote(name)
	}
	return name
}

// isImage reports whether inputs are pixels. Their shape must be an image's: two dimensions or more or, in one
// dimension, a square of at least 8×8, the smallest images in use. Their values must be all from 0 to 1, or all whole
// numbers from 0 to 255. The type in the file does not matter.
func isImage(shape []int, whole bool, low, high float64) bool {
	square := len(shape) > 1 || isSquareImage(product(shape))
	return square && low >= 0 && (high <= 1 || whole && high <= 255)
}

// isSquareImage reports whether a number of features without further shape may be pixels.
func isSquareImage(features int) bool {
	side := int(math.Round(math.Sqrt(float64(features))))
	return side >= 8 && side*side == features
}

// takePixels marks inputs that are pixels, and divides whole numbers by the brightest pixel of their scale.
func (d *Dataset) takePixels(whole bool, low, high float64) {
	if !isImage(d.Shape, whole, low, high) {
		return
	}
	d.Pixels = true
	if high > 1 {
		top := brightest(high)
		for _, x := range [][]float32{d.Train.X, d.Test.X} {
			for i, v := range x {
				x[i] = v / top
			}
		}
		d.Scaling = byteScaling()
		if top != 255 {
			d.Scaling.Deviation[0] = float64(top)
			d.notes = append(d.notes, fmt.Sprintf("whole numbers from 0 to %g were divided by %g", high, top))
		}
	}
}

// brightest returns the largest pixel of a scale, given the largest pixel that occurs. Above 64 that is 255. Up to 64 it
// is the next of 15, 16, 31, 32, 63 and 64: levels of fewer bits, or counts of so many points. A division by 255 would
// leave such pixels too dark for a Bernoulli loss.
func brightest(high float64) float32 {
	for _, top := range []float32{15, 16, 31, 32, 63, 64} {
		if high <= float64(top) {
			return top
		}
	}
	return 255
}
