package race

import (
	"github.com/gokfac/gokfac/datasets"
)

// Sizes of the data. The test digits are draws of their own.
const (
	trainExamples = 10000
	testExamples  = 2000
	testBatch     = 500
)

// Data are the digits, standardised, with the pixels of some test digits as they were drawn.
type Data struct {
	set    *datasets.Dataset
	pixels []float64 // Shown×features, from 0 to 1
}

// Shown is the number of test digits that the page can show.
const Shown = 240

// Open draws the built-in digits. The seed is that of the drawing: another one gives other digits.
func Open(seed uint64) *Data {
	d := &Data{set: datasets.Digits(datasets.DigitsOptions{Train: trainExamples, Test: testExamples, Seed: seed})}
	d.pixels = make([]float64, Shown*d.set.Features())
	for i := range d.pixels {
		d.pixels[i] = float64(d.set.Test.X[i])
	}
	d.set.Standardize()
	return d
}

// raw are the pixels of n test digits from the first on.
func (d *Data) raw(first, n int) []float64 {
	width := d.set.Features()
	return d.pixels[first*width : (first+n)*width]
}
