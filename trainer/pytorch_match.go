package trainer

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/internal/safetensors"
	"github.com/gokfac/gokfac/layers"
)

// match finds the file's tensors of each of the model's parameters and buffers: one by the name that it has here, or
// those of its form. Tensors of the file that ignore tells are as if they were not there.
func (m *Model) match(f *safetensors.File, forms map[*tensor.Dense]pieces, kinds []layers.Kind, modules []string, ignore func(name string) bool) ([][]*safetensors.Tensor, error) {
	named := m.named()
	there := map[string]*safetensors.Tensor{}
	var names []string
	for i := range f.Tensors {
		if t := &f.Tensors[i]; !ignore(t.Name) {
			there[t.Name], names = t, append(names, t.Name)
		}
	}
	find := func(module string, t namedTensor) (found []*safetensors.Tensor, missing string) {
		_, part := split(t.name)
		if found := there[join(module, part)]; found != nil {
			return []*safetensors.Tensor{found}, ""
		}
		for _, p := range forms[t.value] {
			name := join(module, p.part)
			if there[name] == nil {
				return nil, name
			}
			found = append(found, there[name])
		}
		return found, ""
	}
	own := m.modules(kinds)
	byName := true
	for _, t := range named {
		module, _ := split(t.name)
		_, missing := find(module, t)
		byName = byName && missing == ""
	}
	switch {
	case modules != nil:
	case byName:
		modules = own
	default:
		var err error
		if modules, err = inOrder(names); err == nil && m.branches(kinds) {
			err = errors.New("the network has a Residual with a Shortcut, and numbers do not say which of its parts is first")
		}
		if err != nil {
			return nil, fmt.Errorf("%w: name them by WeightsConfig.Modules in the order of %s", err, list(own))
		}
	}
	if len(modules) != len(own) {
		return nil, fmt.Errorf("%d modules, %s, for the %d layers %s", len(modules), list(modules), len(own), list(own))
	}
	found := make([][]*safetensors.Tensor, len(named))
	for i, t := range named {
		module, _ := split(t.name)
		var missing string
		if found[i], missing = find(modules[slices.Index(own, module)], t); missing != "" {
			return nil, fmt.Errorf("there is no tensor %.80q for %s", missing, t.name)
		}
	}
	for _, tensors := range found {
		for _, t := range tensors {
			if there[t.Name] == nil {
				return nil, fmt.Errorf("tensor %.80q is for two layers: a module is named twice", t.Name)
			}
			delete(there, t.Name)
		}
	}
	for _, name := range names {
		switch {
		case there[name] == nil:
		case ofStack.MatchString(name):
			return nil, fmt.Errorf("tensor %.80q is of a further layer or direction of an nn.RNN, and a Recurrent is one layer: save each as an nn.RNN of its own, of one direction", name)
		default:
			return nil, fmt.Errorf("the model has nothing that tensor %.80q is for", name)
		}
	}
	return found, nil
}

// ofStack are the tensors of an nn.RNN beyond its first layer and direction.
var ofStack = regexp.MustCompile(`(^|\.)(weight|bias)_[ih]h_l(0_reverse|[1-9][0-9]*(_reverse)?)$`)

// counter tells the number of mini-batches that PyTorch's BatchNorm counts.
func (m *Model) counter(name string) bool {
	_, part := split(name)
	return part == "num_batches_tracked" && !slices.ContainsFunc(m.named(), func(t namedTensor) bool { return t.name == name })
}

// branches reports whether an order of the network's layers is not a matter of course.
func (m *Model) branches(kinds []layers.Kind) (found bool) {
	layers.Walk(m.net, kinds, func(l layers.Layer) {
		if r, ok := l.(*layers.Residual); ok && r.Shortcut != nil && len(r.Shortcut.Params()) > 0 {
			found = true
		}
	})
	return found
}

// split parts a tensor's name at its last dot: "net.fc1", "weight".
func split(name string) (module, part string) {
	i := strings.LastIndexByte(name, '.')
	if i < 0 {
		return "", name
	}
	return name[:i], name[i+1:]
}

func join(module, part string) string {
	if module == "" {
		return part
	}
	return module + "." + part
}

// inOrder lists the modules of tensors by the numbers in their names, which must differ in nothing else.
func inOrder(tensors []string) ([]string, error) {
	var modules []string
	seen := map[string]bool{}
	for _, name := range tensors {
		if module, _ := split(name); !seen[module] {
			seen[module], modules = true, append(modules, module)
		}
	}
	if len(modules) == 0 {
		return nil, errors.New("the file has no tensors")
	}
	text, _ := numbers(modules[0])
	for _, m := range modules[1:] {
		if other, _ := numbers(m); other != text {
			return nil, fmt.Errorf("the file's names, %s, do not say which is of which layer", list(modules))
		}
	}
	slices.SortFunc(modules, byNumbers)
	for i := range len(modules) - 1 {
		if byNumbers(modules[i], modules[i+1]) == 0 { // net1, net01
			return nil, fmt.Errorf("the file's names, %s, do not say which is first", list(modules[i:i+2]))
		}
	}
	return modules, nil
}

// byNumbers compares names by their numbers.
func byNumbers(a, b string) int {
	_, x := numbers(a)
	_, y := numbers(b)
	return slices.CompareFunc(x, y, func(a, b string) int {
		if len(a) != len(b) { // no zeros lead them
			return len(a) - len(b)
		}
		return strings.Compare(a, b)
	})
}

// numbers takes the numbers out of a name, without leading zeros; text has a # for each.
func numbers(name string) (text string, found []string) {
	var b strings.Builder
	for len(name) > 0 {
		end := 0
		for end < len(name) && name[end] >= '0' && name[end] <= '9' {
			end++
		}
		if end == 0 {
			b.WriteByte(name[0])
			name = name[1:]
			continue
		}
		b.WriteByte('#')
		found = append(found, strings.TrimLeft(name[:end], "0"))
		name = name[end:]
	}
	return b.String(), found
}

// list is the first few of names.
func list(names []string) string {
	const most = 5
	if len(names) > most {
		return fmt.Sprintf("%.40q and %d more", names[:most], len(names)-most)
	}
	return fmt.Sprintf("%.40q", names)
}
