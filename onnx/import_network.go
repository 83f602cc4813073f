package onnx

import (
	"fmt"
	"slices"
	"strings"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/layers"
)

// network makes nested layers of the steps. A join becomes a Residual or a Parallel from the nearest step that all ways to
// it lead through; everything between is in one of its branches.
func (im *importer) network() (layers.Layer, error) {
	im.share()
	net, err := im.chain(im.input, im.last.source(), 0)
	if err != nil {
		return nil, err
	}
	if len(net) == 0 {
		net = layers.Sequential{layers.Identity()}
	}
	im.nameParts()
	return net, nil
}

// chain has the layers between two steps. from is on all ways to the other.
func (im *importer) chain(from, to *step, depth int) (layers.Sequential, error) {
	if depth > mostNested {
		return nil, fmt.Errorf("branches within one another are more than %d", mostNested)
	}
	var back [][]layers.Layer // the last layers first
	for s := to; s != from; s = s.above {
		if s.placed {
			return nil, s.errorf("its output is used in several branches that do not begin there, as in a network of dense blocks: only branches that part at one value and are joined again are read")
		}
		s.placed = true
		if s.join == "" {
			back = append(back, im.shared(s.layers))
			continue
		}
		var branches []layers.Layer
		for i, in := range s.inputs {
			branch, err := im.chain(s.above, in, depth+1)
			if err != nil {
				return nil, err
			}
			branches = append(branches, one(append(branch, s.branches[i]...)))
		}
		back = append(back, []layers.Layer{joined(s.join, branches)})
	}
	slices.Reverse(back)
	return slices.Concat(back...), nil
}

func (s *step) errorf(format string, args ...any) error {
	if s.node == nil {
		return fmt.Errorf(format, args...)
	}
	return s.node.errorf(format, args...)
}

// one is a single layer of several.
func one(s layers.Sequential) layers.Layer {
	switch len(s) {
	case 0:
		return layers.Identity()
	case 1:
		return s[0]
	}
	return s
}

// joined is the container of branches. A sum of two is a Residual, whose shortcut is the branch without layers, or the
// second.
func joined(join string, branches []layers.Layer) layers.Layer {
	switch {
	case join == "Concat":
		return &layers.Parallel{Branches: branches}
	case len(branches) != 2:
		return &layers.Parallel{Branches: branches, Join: layers.Sum}
	case isIdentity(branches[1]):
		return &layers.Residual{Body: branches[0]}
	case isIdentity(branches[0]):
		return &layers.Residual{Body: branches[1]}
	}
	return &layers.Residual{Body: branches[0], Shortcut: branches[1]}
}

func isIdentity(l layers.Layer) bool {
	a, ok := l.(*layers.Activation)
	if !ok {
		return false
	}
	name, _ := a.Function()
	return name == "Identity"
}

// share has layers that are made of the same tensors of the file be one layer. Tensors of equal elements may be one for
// another reason, as exporters merge what training has not changed yet.
func (im *importer) share() {
	known := map[string][]*part{} // by what they are made of, and settings
	for _, p := range im.parts {
		if p.mean != nil || !slices.ContainsFunc(p.weight, func(v float64) bool { return v != p.weight[0] }) {
			continue
		}
		settings, err := layers.Encode(p.layer, layers.Kinds())
		if err != nil {
			continue
		}
		key := p.key + " " + string(settings)
		i := slices.IndexFunc(known[key], func(q *part) bool { return slices.Equal(q.weight, p.weight) && slices.Equal(q.bias, p.bias) })
		if i < 0 {
			known[key] = append(known[key], p)
			continue
		}
		p.layer, p.sharing = known[key][i].layer, true
		im.note(fmt.Sprintf("layers made of %.80q share their weights", p.key))
	}
}

// shared replaces layers of parts by those that they share.
func (im *importer) shared(list []layers.Layer) []layers.Layer {
	out := slices.Clone(list)
	for i, l := range out {
		if p := im.made[l]; p != nil {
			out[i] = p.layer
		}
	}
	return out
}

// nameParts gives the layers the names that the file's tensors begin with, where these are names, and numbers the others.
func (im *importer) nameParts() {
	used := map[string]bool{}
	own := slices.DeleteFunc(slices.Clone(im.parts), func(p *part) bool { return p.sharing })
	for _, p := range own {
		if p.name != "" && used[p.name] {
			p.name = ""
		}
		used[p.name] = true
	}
	count := map[string]int{}
	for _, p := range own {
		for p.name == "" {
			count[p.kind]++
			if name := fmt.Sprint(p.kind, count[p.kind]); !used[name] {
				p.name, used[name] = name, true
			}
		}
		switch l := p.layer.(type) {
		case *layers.Dense:
			l.Name = p.name
		case *layers.Conv1D:
			l.Name = p.name
		case *layers.Conv2D:
			l.Name = p.name
		case *layers.ConvTranspose2D:
			l.Name = p.name
		case *layers.BatchNorm:
			l.Name = p.name
		case *layers.LayerNorm:
			l.Name = p.name
		case *layers.GroupNorm:
			l.Name = p.name
		}
	}
}

// module is what a tensor's name says of the layer: "features.0" of "features.0.weight". Names that exporters make up are
// none.
func module(n *node, c *constant) string {
	if c == nil {
		return ""
	}
	for _, part := range []string{".weight", ".bias", ".kernel"} {
		name, ok := strings.CutSuffix(strings.TrimSuffix(c.name, "ᵀ"), part)
		if !ok || name == "" || len(name) > 80 {
			continue
		}
		odd := func(r rune) bool {
			return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._-/", r))
		}
		if !strings.ContainsFunc(name, odd) {
			return name
		}
	}
	return ""
}

// fill writes the file's numbers into the parameters.
func (im *importer) fill() error {
	for _, p := range im.parts {
		if p.sharing {
			continue
		}
		params := p.layer.Params()
		for _, v := range [][]float64{p.weight, p.bias} {
			if v == nil {
				continue
			}
			if len(params) == 0 || params[0].Value.DataSize() != len(v) {
				return fmt.Errorf("layer %s has not the %d weights of the file", p.name, len(v))
			}
			if err := write(params[0].Value, v, params[0].Name); err != nil {
				return err
			}
			params = params[1:]
		}
		if p.mean == nil {
			continue
		}
		buffers := p.layer.(layers.Stateful).Buffers()
		for i, v := range [][]float64{p.mean, p.spread} {
			if err := write(buffers[i].Value, v, buffers[i].Name); err != nil {
				return err
			}
		}
	}
	return nil
}

func write(to *tensor.Dense, v []float64, name string) error {
	single := to.Dtype() == graph.Float32
	for i, x := range v {
		if single {
			x = float64(float32(x))
			to.Float32s()[i] = float32(x)
		} else {
			to.Float64s()[i] = x
		}
		if x-x != 0 {
			return fmt.Errorf("%s: element %d is %v: want finite numbers, of the model's float type", name, i, x)
		}
	}
	return nil
}
