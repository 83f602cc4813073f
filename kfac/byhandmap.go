package kfac

import (
	"errors"
	"fmt"

	"github.com/gokfac/gokfac/graph"
)

// ByHandMap is an affine map s = aW + b of a [ByHand], used once for each example or at T
// locations of each. The fields are set before NewByHand and do not change afterwards. A convolution
// is a map whose inputs are the windows: T of them, of in = height·width·channels elements.
// A recurrent map has T time steps.
type ByHandMap[T graph.Float] struct {
	// Name is in errors and in the names of a saved state's parts. Each map has its own.
	Name string
	// In and Out are the numbers of inputs and outputs.
	In, Out int
	// Locations is T. Default 1.
	Locations int
	// Weight is the weight's memory, In·Out elements in the Layout. Optimizers change it in
	// place. It must stay the same memory. Where the caller takes the step (ByHandRule), nobody
	// reads or writes it.
	Weight []T
	// Bias is the bias's memory, Out elements; nil: the map has none.
	Bias []T
	// Layout is the order of Weight's elements, and of those of its gradient and its update.
	// Default InOut.
	Layout WeightLayout
	// Previous is the map whose output, through elementwise functions alone, is this one's
	// input. Structure BlockTridiagonal couples the two. Nil: none.
	Previous *ByHandMap[T]

	net          *ByHand[T]
	locations    int
	place        int // of the weight among the parameters; the bias's is the next
	tap          *graph.Tap
	weight, bias byHandParam[T]

	inputs  byHandRows[T]
	truth   byHandRows[T]    // gradients of the mean loss at the outputs, from the true targets
	sampled []*byHandRows[T] // by pass, in the caller's scale
	scaled  byHandRows[T]    // gradients of the mean loss of the pass in progress
	given   bool             // Gradients was called
	product []T              // āᵀg of the true targets, in the shape of W̄
	along   []T              // scratch memory: āV̄ with V̄ the map's part of a direction
}

// join declares the map's parameters and its tap.
func (m *ByHandMap[T]) join(n *ByHand[T]) error {
	refuse := func(format string, args ...any) error {
		return fmt.Errorf("kfac: map %s: "+format, append([]any{m.Name}, args...)...)
	}
	if m.Layout == "" {
		m.Layout = InOut
	}
	m.locations = max(m.Locations, 1)
	switch {
	case m.Name == "":
		return errors.New("kfac: by hand: a map has no name")
	case n.named(m.Name):
		return refuse("the name is another part's")
	case m.net != nil:
		return refuse("it belongs to another network")
	case m.In < 1 || m.Out < 1 || m.Locations < 0:
		return refuse("%d inputs, %d outputs and %d locations: want positive numbers", m.In, m.Out, m.Locations)
	case m.Layout != InOut && m.Layout != OutIn:
		return refuse("unknown layout %q: want %s or %s", string(m.Layout), InOut, OutIn)
	case len(m.Weight)/m.In != m.Out || len(m.Weight)%m.In != 0:
		return refuse("a weight of %d elements: want %d·%d", len(m.Weight), m.In, m.Out)
	case m.Bias != nil && len(m.Bias) != m.Out:
		return refuse("a bias of %d elements: want %d", len(m.Bias), m.Out)
	case m.Previous != nil && m.Previous.net != n:
		return refuse("the map before it, %s, does not stand before it in this network", m.Previous.Name)
	}
	m.net = n
	m.place = n.add(&m.weight, m.Name+".weight", m.Layout, m.Weight, m.In, m.Out)
	if m.Bias != nil {
		n.add(&m.bias, m.Name+".bias", InOut, m.Bias, m.Out)
	}
	m.inputs.cols, m.truth.cols, m.scaled.cols = m.In, m.Out, m.Out
	m.tap = &graph.Tap{Name: m.Name, Weight: m.weight.param, Bias: m.bias.param, Examples: 1,
		A: m.inputs.view(m.locations), G: m.scaled.view(m.locations), TrueG: m.scaled.view(m.locations)}
	if m.Previous != nil {
		m.tap.Previous = m.Previous.tap
	}
	n.maps, n.taps = append(n.maps, m), append(n.taps, m.tap)
	return nil
}

// begin forgets the last mini-batch.
func (m *ByHandMap[T]) begin() {
	m.inputs.begin()
	m.truth.begin()
	for _, s := range m.sampled {
		s.begin()
	}
	m.given = false
}

// Inputs hands over the inputs a of the mini-batch: N·T×in, row-major, the T rows of an
// example together, without a column of ones for the bias.
func (m *ByHandMap[T]) Inputs(a []T) { m.take(&m.inputs, a, "inputs", "Inputs") }

// InputsAt hands over the inputs at location t of T, counted from 0: N×in. It is called for
// each of the locations in the place of Inputs.
func (m *ByHandMap[T]) InputsAt(t int, a []T) { m.takeAt(&m.inputs, t, a, "inputs", "InputsAt") }

// Sampled hands over the gradients at the outputs s, from targets that were drawn from the
// network's own predictive distribution: N·T×out, in the scale of ByHandConfig.Scale. The data's
// own targets would make the empirical Fisher matrix, which is another one.
func (m *ByHandMap[T]) Sampled(g []T) {
	if r := m.passRows(); r != nil {
		m.take(r, g, "sampled gradients", "Sampled")
	}
}

// SampledAt is Sampled for location t alone: N×out.
func (m *ByHandMap[T]) SampledAt(t int, g []T) {
	if r := m.passRows(); r != nil {
		m.takeAt(r, t, g, "sampled gradients", "SampledAt")
	}
}

// True hands over the gradients at the outputs s from the true targets: N·T×out, in the scale
// of ByHandConfig.Scale. The gradients of weight and bias are computed from them, with that
// of the penalty. It takes the place of Gradients. If both are called, they are compared, and
// a difference is an error: a test of the caller's scaling.
func (m *ByHandMap[T]) True(g []T) { m.take(&m.truth, g, "true gradients", "True") }

// TrueAt is True for location t alone: N×out.
func (m *ByHandMap[T]) TrueAt(t int, g []T) { m.takeAt(&m.truth, t, g, "true gradients", "TrueAt") }

// Gradients hands over the gradients of the mean loss with respect to weight and bias, from
// the true targets, that of the penalty included. w is in the map's layout. b is nil of a map
// without bias.
func (m *ByHandMap[T]) Gradients(w, b []T) {
	switch {
	case m.net == nil || !m.net.open:
		return
	case m.given:
		m.net.fail("kfac: map %s: Gradients twice since Begin", m.Name)
	case m.fits(w, b, "gradient"):
		m.weight.take(w)
		if b != nil {
			m.bias.take(b)
		}
		m.given = true
	}
}

// fits reports whether w and b have the lengths of weight and bias, and are finite.
func (m *ByHandMap[T]) fits(w, b []T, what string) bool {
	if err := m.lengths(w, b, what); err != nil {
		m.net.fail("%w", err)
		return false
	}
	cols := m.Out
	if m.Layout == OutIn {
		cols = m.In
	}
	if at := notFinite(w, cols); at != "" {
		m.net.fail("kfac: map %s: the weight's %s: %s", m.Name, what, at)
		return false
	}
	if at := notFinite(b, m.Out); at != "" {
		m.net.fail("kfac: map %s: the bias's %s: %s", m.Name, what, at)
		return false
	}
	return true
}

// lengths returns an error if w and b do not have the lengths of weight and bias.
func (m *ByHandMap[T]) lengths(w, b []T, what string) error {
	switch {
	case len(w) != m.In*m.Out:
		return fmt.Errorf("kfac: map %s: the weight's %s has %d elements: want %d·%d", m.Name, what, len(w), m.In, m.Out)
	case m.Bias == nil && len(b) > 0:
		return fmt.Errorf("kfac: map %s: a bias's %s of a map without bias", m.Name, what)
	case m.Bias != nil && len(b) != m.Out:
		return fmt.Errorf("kfac: map %s: the bias's %s has %d elements: want %d", m.Name, what, len(b), m.Out)
	}
	return nil
}

// Update copies U to w, in the map's layout, and to b, nil of a map without bias: the natural
// gradient, which takes the place of the gradient. θ ← θ − αU is the step along it. The last
// Step must have been one of a [Preconditioned] in front of a [ByHandRule].
func (m *ByHandMap[T]) Update(w, b []T) error {
	if m.net == nil || !m.net.directed {
		return fmt.Errorf("kfac: map %s: there is no update: the last Step was not one of a Preconditioned with a ByHandRule, or failed", m.Name)
	}
	if err := m.lengths(w, b, "update"); err != nil {
		return err
	}
	m.weight.give(w)
	if b != nil {
		m.bias.give(b)
	}
	return nil
}

// take takes the rows of all locations.
func (m *ByHandMap[T]) take(r *byHandRows[T], x []T, what, call string) {
	switch n := m.net; {
	case n == nil || !n.open:
	case r.count > 0:
		n.fail("kfac: map %s: %s twice in one pass: Begin begins another mini-batch, Pass another pass of sampled targets", m.Name, call)
	case n.accept(m.Name, x, m.locations, r.cols, what):
		r.all(x, m.locations)
	}
}

// takeAt takes the rows of one location.
func (m *ByHandMap[T]) takeAt(r *byHandRows[T], t int, x []T, what, call string) {
	switch n := m.net; {
	case n == nil || !n.open:
	case t < 0 || t >= m.locations:
		n.fail("kfac: map %s: %s at location %d: want 0 to %d", m.Name, call, t, m.locations-1)
	case n.accept(m.Name, x, 1, r.cols, what) && !r.at(x, t, m.locations):
		n.fail("kfac: map %s: %s twice at location %d", m.Name, call, t)
	}
}

// accept reports whether x is finite and has rows of cols elements, so many for each example.
func (n *ByHand[T]) accept(name string, x []T, each, cols int, what string) bool {
	if n.err != nil {
		return false
	}
	if len(x)%cols != 0 || len(x)/cols%each != 0 || len(x)/cols/each != n.examples {
		n.fail("kfac: map %s: %d elements of %s: want %d·%d×%d, row-major (a view of a gonum matrix has gaps: copy it)", name, len(x), what, n.examples, each, cols)
		return false
	}
	if at := notFinite(x, cols); at != "" {
		n.fail("kfac: map %s: %s: %s", name, what, at)
		return false
	}
	return true
}

// passRows is the memory of the pass in progress.
func (m *ByHandMap[T]) passRows() *byHandRows[T] {
	if m.net == nil || !m.net.open {
		return nil
	}
	for len(m.sampled) < m.net.passes {
		m.sampled = append(m.sampled, &byHandRows[T]{cols: m.Out})
	}
	return m.sampled[m.net.passes-1]
}

// prepare gives the tap the mini-batch, and the parameters their gradients.
func (m *ByHandMap[T]) prepare() error {
	rows := m.net.examples * m.locations
	m.tap.Examples = m.net.examples
	m.tap.A, m.tap.G = m.inputs.view(rows), m.scaled.view(rows)
	m.tap.TrueG = m.tap.G
	switch {
	case m.truth.count == 0 && m.given:
		return nil
	case m.truth.count == 0:
		return fmt.Errorf("kfac: map %s: no gradients since Begin: call Gradients or True", m.Name)
	case m.truth.count < m.locations:
		return fmt.Errorf("kfac: map %s: true gradients at %d of %d locations", m.Name, m.truth.count, m.locations)
	case m.inputs.count < m.locations:
		return m.missing("inputs", "True needs them: call Inputs", m.inputs.count)
	}
	m.tap.TrueG = m.truth.view(rows)
	return m.multiply(rows)
}

// missing is the error of inputs or gradients that were not handed over.
func (m *ByHandMap[T]) missing(what, why string, count int) error {
	if count > 0 {
		return fmt.Errorf("kfac: map %s: %s at %d of %d locations", m.Name, what, count, m.locations)
	}
	return fmt.Errorf("kfac: map %s: no %s since Begin: %s", m.Name, what, why)
}
