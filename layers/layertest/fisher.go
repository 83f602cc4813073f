package layertest

import (
	"errors"
	"fmt"

	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/partcheck"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/losses"
)

// mostWhole is the greatest number of parameters whose whole Fisher matrix is compared. Of more, the diagonal is.
const mostWhole = 400

// fisherExamples are the mini-batch's.
const fisherExamples = 2

// fisher compares K-FAC's exact structures with F = (1/N) Σ JᵀH_L J, enumerated, where the outputs are the logits of
// Bernoulli variables: H_L differs between examples, so that rows in another order show.
func (c *checker) fisher() error {
	if c.cfg.Coupled {
		c.skip(Fisher, "examples depend on each other, which K-FAC's blocks leave out")
		return nil
	}
	m, err := c.settled(losses.SigmoidCrossEntropy{})
	if err != nil {
		return err
	}
	if len(m.Params()) == 0 {
		c.skip(Fisher, "the layer has no parameters")
		return nil
	}
	if err := m.train(2); err != nil { // running statistics of its own
		return err
	}
	obj, err := m.batch(fisherExamples, 12)
	if err != nil {
		return err
	}
	want, err := enumerated(obj)
	if err != nil {
		return err
	}
	structures := []kfac.Structure{kfac.Diagonal}
	if graph.CountParams(m.Params()) <= mostWhole {
		structures = append(structures, kfac.Full)
	}
	for _, s := range structures {
		p, err := kfac.NewPreconditioner(kfac.PreconditionerConfig{Structure: s, Estimator: graph.Exact, FactorDecay: graph.None})
		if err != nil {
			return err
		}
		for kind, block := range c.cfg.Blocks {
			if err := p.Register(kind, block); err != nil {
				return err
			}
		}
		var got kfac.Statistics
		p.Reduce(func(s *kfac.Statistics) error { got = *s; return nil })
		if _, err := p.Measure(obj, true); err != nil {
			for _, t := range obj.Taps() {
				if _, ok := c.cfg.Blocks[t.Kind]; !ok && !known(t.Kind) {
					c.skip(Fisher, "%v", err)
					return nil
				}
			}
			return err
		}
		if err := c.compareFisher(s, obj, got.Float64, want); err != nil || c.failed(Fisher) {
			return err
		}
		if err := applied(p, obj); err != nil {
			return fmt.Errorf("in structure %s: %w", s, err)
		}
	}
	return nil
}

// enumerated is the Fisher matrix over all parameters, from products with the unit vectors: forward and backward over
// the whole network, with the mini-batch's masks, and without a tap.
func enumerated(obj graph.CurvatureObjective) (*mat.Dense, error) {
	if _, err := obj.Grad(); err != nil {
		return nil, err
	}
	by, err := graph.MatrixOf(obj)
	if err != nil {
		return nil, err
	}
	params := obj.Params()
	n := graph.CountParams(params)
	f := mat.NewDense(n, n, nil)
	v, column := graph.NewDirection(params), graph.NewDirection(params)
	at := 0
	for _, t := range v {
		for j := range t.Float64s() {
			t.Float64s()[j] = 1
			if err := by.Multiply(graph.Fisher, column, v); err != nil {
				return nil, err
			}
			t.Float64s()[j] = 0
			row := f.RawRowView(at)[:0]
			for _, x := range column {
				row = append(row, x.Float64s()...)
			}
			at++
		}
	}
	return f, nil
}

// compareFisher holds the statistics of a structure against the enumerated matrix: those under taps, each group's weight
// and then its bias, and then the diagonals of loose parameters.
func (c *checker) compareFisher(s kfac.Structure, obj graph.CurvatureObjective, got [][]float64, f *mat.Dense) error {
	first, names := map[*graph.Param]int{}, []string{}
	for _, p := range obj.Params() {
		first[p] = len(names)
		for j := range p.Size() {
			names = append(names, p.Name+partcheck.Place(p.Value.Shape(), j))
		}
	}
	loose := map[*graph.Param]bool{}
	for _, p := range obj.Loose() {
		loose[p] = true
	}
	var blocks [][]int // indices among all parameters
	var own int        // taps of registered kinds
	for _, t := range obj.Taps() {
		switch {
		case loose[t.Weight]:
			continue
		case !known(t.Kind):
			own++
			continue
		}
		k := max(t.Groups, 1)
		for group := range k {
			var at []int
			for _, p := range []*graph.Param{t.Weight, t.Bias} {
				if p == nil || loose[p] {
					continue
				}
				size := p.Size() / k
				for j := range size {
					at = append(at, first[p]+group*size+j)
				}
			}
			blocks = append(blocks, at)
		}
	}
	if s == kfac.Full && len(blocks) > 0 {
		var all []int
		for _, b := range blocks {
			all = append(all, b...)
		}
		blocks = [][]int{all}
	}
	for _, p := range obj.Loose() {
		got := got[len(got)-len(obj.Loose()):] // after those of registered blocks
		at := make([]int, p.Size())
		for j := range at {
			at[j] = first[p] + j
		}
		if i := indexOf(obj.Loose(), p); !c.sameBlock(s, false, at, names, got[i], f) {
			return nil
		}
	}
	if len(got) < len(blocks)+len(obj.Loose()) {
		return errors.New("K-FAC has fewer blocks than taps")
	}
	for i, at := range blocks {
		if !c.sameBlock(s, s == kfac.Full, at, names, got[i], f) {
			return nil
		}
	}
	return nil
}

func indexOf(params []*graph.Param, p *graph.Param) int {
	for i, q := range params {
		if p == q {
			return i
		}
	}
	return -1
}

// sameBlock compares the lower triangle of a block, or a diagonal.
func (c *checker) sameBlock(s kfac.Structure, whole bool, at []int, names []string, got []float64, f *mat.Dense) bool {
	largest := 0.0
	for _, i := range at {
		largest = max(largest, f.At(i, i))
	}
	tolerance := 1e-10 * (1e-3 + largest)
	check := func(i, j int, got float64) bool {
		if want := f.At(at[i], at[j]); !(got-want <= tolerance && want-got <= tolerance) {
			c.fail(Fisher, "K-FAC's %s matrix has %.6g for %s and %s, and the Fisher matrix of %d examples %.6g: a tap does not see all uses of its weight, or has rows of other examples", s, got, names[at[i]], names[at[j]], fisherExamples, want)
			return false
		}
		return true
	}
	for i := range at {
		if !whole {
			if !check(i, i, got[i]) {
				return false
			}
			continue
		}
		for j := range i + 1 {
			if !check(i, j, got[i*len(at)+j]) {
				return false
			}
		}
	}
	return true
}

// applied inverts, and returns an error unless the step is finite and downhill.
func applied(p *kfac.Preconditioner, obj graph.CurvatureObjective) error {
	if err := p.Invert(obj, 0.1); err != nil {
		return err
	}
	u := graph.NewDirection(obj.Params())
	p.Apply(u)
	if !u.Finite() {
		return errors.New("the preconditioned gradient is not finite")
	}
	if d := u.Dot(graph.Gradients(obj.Params())); d < 0 {
		return fmt.Errorf("the preconditioned gradient is uphill (%g): a block is not positive definite", d)
	}
	return nil
}
