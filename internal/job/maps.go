package job

import (
	"fmt"
	"strconv"
	"strings"
)

// Map is an affine map of a network.
type Map struct {
	In, Out int // elements of an input and of an output
	Places  int // of each example at which it is used: locations of a convolution, steps of time
}

// chain is the maps between layers of these widths.
func chain(widths ...int) []Map {
	var maps []Map
	for i, out := range widths[1:] {
		maps = append(maps, Map{In: widths[i], Out: out, Places: 1})
	}
	return maps
}

// sizesOf writes the number of inputs, and of the outputs of each map.
func sizesOf(inputs int, maps []Map) string {
	words := []string{strconv.Itoa(inputs)}
	for _, m := range maps {
		words = append(words, strconv.Itoa(m.Out))
	}
	return strings.Join(words, "-")
}

// sizesOfPlaces writes the shape of an input, and the outputs of the maps that are used at
// several places apart from those of the others.
func sizesOfPlaces(shape []int, images bool, maps []Map) string {
	var filters, dense []int
	for _, m := range maps {
		if m.Places > 1 {
			filters = append(filters, m.Out)
		} else {
			dense = append(dense, m.Out)
		}
	}
	features := 1
	for _, n := range shape {
		features *= n
	}
	switch {
	case len(filters) == 0:
		return sizesOf(features, maps)
	case images:
		return fmt.Sprintf("%s, filters %s, dense %s", Joined(shape, "×"), Joined(filters, "-"), Joined(dense, "-"))
	}
	return fmt.Sprintf("%d steps of %d, %s", shape[0], features/shape[0], Joined(append(filters, dense...), "-"))
}

// values are the elements of the map's outputs for an example.
func (m Map) values() int { return m.Out * max(m.Places, 1) }

// widest is the greatest number of elements that a layer has for an example, of inputs
// of so many.
func widest(inputs int, maps []Map) int {
	for _, m := range maps {
		inputs = max(inputs, m.values())
	}
	return inputs
}
