package experiment

import (
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/gokfac/gokfac/internal/job"
)

// Dimension is a setting with the values that it may have: Values, or any number
// from Low to High.
type Dimension struct {
	Name   string   `json:"flag"`
	Values []string `json:"values,omitempty"`
	Low    float64  `json:"low,omitempty"`
	High   float64  `json:"high,omitempty"`
}

// Space is the settings that a search may choose.
type Space []Dimension

// parseDimension reads NAME=VALUE, NAME=VALUE/VALUE… or NAME=LOW..HIGH.
func parseDimension(text string) (Dimension, error) {
	name, value, ok := strings.Cut(text, "=")
	if !ok || name == "" || value == "" {
		return Dimension{}, fmt.Errorf("%q: want NAME=VALUE, NAME=VALUE/VALUE or NAME=LOW..HIGH", text)
	}
	from, to, ranged := strings.Cut(value, "..")
	if !ranged {
		values := strings.Split(value, "/")
		if slices.Contains(values, "") {
			return Dimension{}, fmt.Errorf("%q has an empty value", text)
		}
		return Dimension{Name: name, Values: values}, nil
	}
	low, err1 := strconv.ParseFloat(from, 64)
	high, err2 := strconv.ParseFloat(to, 64)
	if err1 != nil || err2 != nil || !(low > 0) || !(high > low) || math.IsInf(high, 0) {
		return Dimension{}, fmt.Errorf("%q: a range goes from a positive number to a greater one", text)
	}
	return Dimension{Name: name, Low: low, High: high}, nil
}

// ranged tells a dimension of numbers.
func (d Dimension) ranged() bool { return len(d.Values) == 0 }

// Fixed tells a space of one point, which leaves a search nothing to choose.
func (s Space) Fixed() bool {
	return !slices.ContainsFunc(s, func(d Dimension) bool { return d.ranged() || len(d.Values) > 1 })
}

// draw takes a value, numbers log-uniformly and to two digits, as a person
// would try them.
func (d Dimension) draw(r *rand.Rand) string {
	if !d.ranged() {
		return d.Values[r.IntN(len(d.Values))]
	}
	v := between(d.Low, d.High, r.Float64())
	for digits := 2; ; digits++ { // in a narrow range, two would leave it
		text := strconv.FormatFloat(v, 'g', digits, 64)
		if rounded, err := strconv.ParseFloat(text, 64); digits > 16 || err == nil && rounded >= d.Low && rounded <= d.High {
			return text
		}
	}
}

// between is the number at a part of the way from low to high on a logarithmic
// scale. The logarithms are interpolated, not the numbers: high/low need not be
// a number. math.Log is wrong below 2.2e-308 on amd64, math.Log2 is not.
func between(low, high, part float64) float64 {
	from, to := math.Log2(low), math.Log2(high)
	return min(max(math.Exp2(from+part*(to-from)), low), high)
}

// Random draws n different settings, the same for the same seed and name. There
// are fewer where the space has no more.
func (s Space) Random(n int, seed uint64, name string) []job.Choices {
	h := fnv.New64a()
	h.Write([]byte(name))
	r := rand.New(rand.NewPCG(seed, h.Sum64()))
	var drawn []job.Choices
	if len(s) == 0 {
		return nil
	}
	for misses := 0; len(drawn) < n && misses < 1000; misses++ {
		point := make(job.Choices, len(s))
		for i, d := range s {
			point[i] = job.Choice{Name: d.Name, Value: d.draw(r)}
		}
		if !slices.ContainsFunc(drawn, func(other job.Choices) bool { return slices.Equal(other, point) }) {
			drawn, misses = append(drawn, point), 0
		}
	}
	return drawn
}

// maxGrid is more than anybody can wait for.
const maxGrid = 100_000

// Grid lists every combination, the last dimension changing first.
func (s Space) Grid() ([]job.Choices, error) {
	points := []job.Choices{{}}
	for _, d := range s {
		if d.ranged() {
			return nil, fmt.Errorf("%s=%g..%g: a grid takes values, as in %s=%g/%g", d.Name, d.Low, d.High, d.Name, d.Low, d.High)
		}
		if len(points)*len(d.Values) > maxGrid {
			return nil, errors.New("the grid is too large")
		}
		var next []job.Choices
		for _, p := range points {
			for _, v := range d.Values {
				next = append(next, append(slices.Clone(p), job.Choice{Name: d.Name, Value: v}))
			}
		}
		points = next
	}
	return points, nil
}
