package onnx_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// TestRandomNetworksAsInOnnxruntime puts layers behind one another as chance has it, containers and odd sizes included:
// what counts is that the order of axes is right wherever one layer meets another.
func TestRandomNetworksAsInOnnxruntime(t *testing.T) {
	var list []network
	for _, d := range randomNetworks(150, rand.New(rand.NewPCG(11, 17)), func(layers.Layer) bool { return true }) {
		net := d.draw()
		var names []string
		layers.Walk(net, layers.Kinds(), func(l layers.Layer) {
			if s, ok := l.(fmt.Stringer); ok {
				names = append(names, strings.ToLower(strings.SplitN(s.String(), "(", 2)[0]))
			}
		})
		list = append(list, network{name: fmt.Sprint(d.input, " ", strings.Join(names, " ")), net: net, input: d.input})
	}
	compare(t, list)
}

// drawn is a network as chance puts it: draw makes it anew each time.
type drawn struct {
	input []int
	draw  func() layers.Layer
}

// randomNetworks are so many networks that can be built and that are wanted, a fifth of them in short mode.
func randomNetworks(count int, r *rand.Rand, wanted func(layers.Layer) bool) (list []drawn) {
	if testing.Short() {
		count /= 5
	}
	for len(list) < count {
		input := slices.Clone([][]int{{4}, {5, 3}, {6, 5}, {1, 4}, {4, 1}, {5, 4, 3}, {6, 6, 1}, {1, 1, 4}, {2, 1, 3}, {2, 3, 2, 2}}[r.IntN(10)])
		seed := r.Uint64()
		draw := func() layers.Layer {
			return append(randomLayers(rand.New(rand.NewPCG(seed, 1)), 6, 0), &layers.Flatten{})
		}
		_, err := trainer.NewModel(draw(), losses.SquaredError{}, trainer.ModelConfig{Input: input, Seed: 1})
		if err == nil && wanted(draw()) {
			list = append(list, drawn{input, draw})
		}
	}
	return list
}

// randomLayers are so many layers; which of them fit is found by building them.
func randomLayers(r *rand.Rand, n, depth int) layers.Sequential {
	var net layers.Sequential
	pair := func(least, most int) [2]int {
		return [2]int{least + r.IntN(most-least+1), least + r.IntN(most-least+1)}
	}
	for range n {
		var l layers.Layer
		switch r.IntN(24) {
		case 0, 1:
			l = &layers.Conv2D{Filters: 1 + r.IntN(4), Kernel: pair(1, 3), Stride: pair(1, 2), Same: true}
		case 2:
			l = &layers.Conv2D{Filters: 2, Kernel: pair(1, 2), Padding: pair(0, 1), Dilation: pair(1, 2)}
		case 3:
			l = &layers.Conv1D{Filters: 1 + r.IntN(3), Kernel: 1 + r.IntN(2), Same: r.IntN(2) == 0}
		case 4:
			l = &layers.ConvTranspose2D{Filters: 2, Kernel: pair(1, 2), Stride: pair(1, 2)}
		case 5:
			l = &layers.MaxPool2D{Window: pair(1, 2), Stride: pair(1, 2)}
		case 6:
			l = &layers.AvgPool2D{Window: pair(1, 3), Stride: pair(1, 1), Padding: [2]int{0, 0}}
		case 7:
			l = &layers.BatchNorm{}
		case 8:
			l = &layers.LayerNorm{Epsilon: 0.1} // a small ε magnifies the rounding of values near each other
		case 9:
			l = &layers.GroupNorm{Groups: 1 + r.IntN(2), Epsilon: 0.1}
		case 10, 11:
			l = &layers.Recurrent{Units: 1 + r.IntN(3), Sequences: r.IntN(3) > 0}
		case 12, 13:
			l = &layers.Permute{Axes: []int{2, 1}}
		case 14, 15:
			axes := []int{1, 2, 3}
			r.Shuffle(3, func(i, j int) { axes[i], axes[j] = axes[j], axes[i] })
			l = &layers.Permute{Axes: axes}
		case 16:
			l = &layers.Reshape{Shape: [][]int{{2, -1}, {-1, 1}, {2, -1, 2}, {-1, 2, 1}, {-1}}[r.IntN(5)]}
		case 17:
			l = &layers.Dense{Units: 1 + r.IntN(6)}
		case 18:
			l = layers.GELU()
		case 19:
			l = layers.Sequential{&layers.Dropout{Rate: 0.3}, layers.Tanh()}
		case 20:
			if depth < 2 {
				l = &layers.Residual{Body: randomLayers(r, 1+r.IntN(2), depth+1)}
			}
		case 21, 22:
			if depth < 2 {
				join := []layers.Join{layers.Concat, layers.Sum}[r.IntN(2)]
				l = &layers.Parallel{Join: join, Branches: []layers.Layer{layers.Identity(), randomLayers(r, 1+r.IntN(2), depth+1), randomLayers(r, r.IntN(2), depth+1)}}
			}
		case 23:
			l = &layers.Flatten{}
		}
		if l != nil {
			net = append(net, l)
		}
	}
	return net
}
