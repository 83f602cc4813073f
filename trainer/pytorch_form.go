package trainer

import (
	"slices"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/internal/kernelorder"
	"github.com/gokfac/gokfac/layers"
)

// piece is a tensor of PyTorch's that a tensor of the model is made of.
type piece struct {
	part  string          // of its name, behind the module's
	shape []int           // in PyTorch
	at    func(i int) int // where its element i is in the model's tensor; nil: at i
	add   bool            // to what the pieces before it made, as the second of two biases
}

// form is how PyTorch has a tensor of the model.
type pieces []piece

// plain is the form of what is the same here and there.
func plain(t namedTensor) pieces {
	_, part := split(t.name)
	return pieces{{part: part, shape: t.value.Shape()}}
}

// forms are those of all tensors of the model. orders are of the features that weights are for.
func (m *Model) forms(kinds []layers.Kind, orders map[*tensor.Dense][]int) map[*tensor.Dense]pieces {
	found := map[*tensor.Dense]pieces{}
	for _, t := range m.named() {
		found[t.value] = plain(t)
		if t.value.Dims() == 2 { // a matrix of a layer of one's own, too
			found[t.value] = turned(t, orders[t.value])
		} else if order := orders[t.value]; order != nil && t.value.Dims() == 1 {
			found[t.value][0].at = func(i int) int { return order[i] }
		}
	}
	layers.Walk(m.net, kinds, func(l layers.Layer) {
		params := l.Params()
		if len(params) == 0 { // in a container of one's own that does not build it
			return
		}
		switch l := l.(type) {
		case *layers.Conv2D:
			found[params[0].Value] = kernelsForm(params[0].Value, max(l.Groups, 1), l.Kernel[:])
		case *layers.Conv1D:
			found[params[0].Value] = kernelsForm(params[0].Value, max(l.Groups, 1), []int{l.Kernel})
		case *layers.ConvTranspose2D:
			found[params[0].Value] = transposedKernels(params[0].Value, l.Kernel)
		case *layers.Embedding:
			found[params[0].Value] = pieces{{part: "weight", shape: params[0].Value.Shape()}}
		case *layers.Recurrent:
			found[params[0].Value] = recurrent(params[0].Value)
			if len(params) > 1 {
				shape := params[1].Value.Shape()
				found[params[1].Value] = pieces{{part: "bias_ih_l0", shape: shape}, {part: "bias_hh_l0", shape: shape, add: true}}
			}
		}
	})
	return found
}

// turned is the form of in×out weights, out×in there. order says which feature here is each of those there; nil: the
// same.
func turned(t namedTensor, order []int) pieces {
	in, out := t.value.Shape()[0], t.value.Shape()[1]
	f := plain(t)
	f[0].shape = []int{out, in}
	f[0].at = func(i int) int {
		unit, feature := i/in, i%in
		if order != nil {
			feature = order[feature]
		}
		return feature*out + unit
	}
	return f
}

// kernelsForm is the form of a convolution's weight, filters×channels/groups×kernel there.
func kernelsForm(w *tensor.Dense, groups int, kernel []int) pieces {
	places, each := tensor.Shape(kernel).TotalSize(), w.Shape()[1]
	channels := w.Shape()[0] / groups / places
	return pieces{{part: "weight", shape: append([]int{groups * each, channels}, kernel...), at: kernelorder.Convolution(places, channels, each)}}
}

// transposedKernels is the form of a transposed convolution's weight, channels×filters×kh×kw there.
func transposedKernels(w *tensor.Dense, kernel [2]int) pieces {
	places := kernel[0] * kernel[1]
	channels, filters := w.Shape()[0], w.Shape()[1]/places
	return pieces{{part: "weight", shape: []int{channels, filters, kernel[0], kernel[1]}, at: kernelorder.Transposed(places, filters)}}
}

// recurrent is the form of [Wx; Wh], two matrices there.
func recurrent(w *tensor.Dense) pieces {
	units := w.Shape()[1]
	in := w.Shape()[0] - units
	return pieces{
		{part: "weight_ih_l0", shape: []int{units, in}, at: func(i int) int { return i%in*units + i/in }},
		{part: "weight_hh_l0", shape: []int{units, units}, at: func(i int) int { return (in+i%units)*units + i/units }},
	}
}

// modules are the names of the model's layers with parameters or buffers, in the order of Model.Params: of layers with
// buffers alone, where these are.
func (m *Model) modules(kinds []layers.Kind) []string {
	var names []string
	add := func(name string) {
		if module, _ := split(name); !slices.Contains(names, module) {
			names = append(names, module)
		}
	}
	layers.Walk(m.net, kinds, func(l layers.Layer) {
		if within(l, kinds) > 0 {
			return
		}
		for _, p := range l.Params() {
			add(p.Name)
		}
		if s, ok := l.(layers.Stateful); ok {
			for _, b := range s.Buffers() {
				add(b.Name)
			}
		}
	})
	for _, t := range m.named() { // of containers themselves
		add(t.name)
	}
	return names
}

// within is the number of layers that a layer holds.
func within(l layers.Layer, kinds []layers.Kind) int {
	n := -1
	layers.Walk(l, kinds, func(layers.Layer) { n++ })
	return n
}
