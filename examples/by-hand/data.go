package main

import "github.com/gokfac/gokfac/datasets"

// side is that of an image, in pixels: half of what package datasets draws.
const side = 14

// data is images of digits, N×196, and what they show.
type data struct {
	x []float32
	y []int32
}

func digits() (train, test data) {
	d := datasets.Digits(datasets.DigitsOptions{Train: 2560, Test: 1000})
	d.Standardize()
	return halved(d.Train), halved(d.Test)
}

// halved has the mean of four pixels in the place of each four.
func halved(s datasets.Split) data {
	d := data{x: make([]float32, len(s.Labels)*in), y: s.Labels}
	for i := range d.x {
		image, row, col := s.X[i/in*4*in:], i%in/side, i%side
		for p := range 4 {
			d.x[i] += image[(2*row+p/2)*2*side+2*col+p%2] / 4
		}
	}
	return d
}

// batch is the mini-batch of the k-th step.
func (d data) batch(k int) ([]float32, []int32) {
	at := k % (len(d.y) / batch) * batch
	return d.x[at*in:][:batch*in], d.y[at:][:batch]
}
