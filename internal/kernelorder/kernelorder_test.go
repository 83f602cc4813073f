package kernelorder_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gokfac/gokfac/internal/kernelorder"
)

// TestOrders: the orders written out, element by element, as nested loops over the shapes there.
func TestOrders(t *testing.T) {
	const groups, places, channels, filters = 2, 3, 4, 5 // of channels and filters those of a group
	at := kernelorder.Convolution(places, channels, filters)
	i := 0
	var seen []int
	for g := range groups {
		for f := range filters {
			for c := range channels {
				for p := range places {
					want := g*places*channels*filters + p*channels*filters + c*filters + f
					assert.Equal(t, want, at(i), "group %d, filter %d, channel %d, place %d", g, f, c, p)
					seen, i = append(seen, at(i)), i+1
				}
			}
		}
	}
	assertOnce(t, seen)

	at, i, seen = kernelorder.Transposed(places, filters), 0, nil
	for c := range channels {
		for f := range filters {
			for p := range places {
				assert.Equal(t, c*places*filters+p*filters+f, at(i), "channel %d, filter %d, place %d", c, f, p)
				seen, i = append(seen, at(i)), i+1
			}
		}
	}
	assertOnce(t, seen)
}

// assertOnce: every place is taken, each by one element.
func assertOnce(t *testing.T, at []int) {
	slices.Sort(at)
	for i, v := range at {
		assert.Equal(t, i, v)
	}
}
