package layertest

import (
	"fmt"
	"math"
	"slices"

	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/partcheck"
)

// epsilon is the rounding error of float32, 2⁻²⁴.
const epsilon = 0x1p-24

func (c *checker) precision() error {
	for _, n := range []int{3, 1, 33} {
		for _, train := range []bool{true, false} {
			if err := c.precisionOf(n, train); err != nil || c.failed(Precision) {
				return err
			}
		}
	}
	return nil
}

// everything is a layer's output, its gradients and its tangent.
type everything struct {
	*run
	inputs []*graph.Node // all that is rounded
}

func (c *checker) everything(set setting) (*everything, error) {
	r, err := c.running(set)
	if err != nil {
		return nil, err
	}
	e := &everything{r, slices.Clone(r.wrt)}
	if r.u != nil {
		e.inputs = append(e.inputs, r.u)
	}
	nodes := r.all.nodes
	if !c.failed(Tangent) && len(r.wrt) > 0 {
		dots, err := r.forward([]*graph.Node{r.y}, r.wrt, r.tangents(r.wrt))
		if err == nil {
			nodes, r.names = append(nodes, dots[0]), append(r.names, "the tangent of the output")
		}
	}
	r.all, err = r.probe(nodes...)
	r.b.NewDraw()
	return e, err
}

// mostScatter is the greatest scatter of float32, relative to the values or to 1, that is taken for rounding.
const mostScatter = 1e-4

// leastScale is the least size of what a layer computes with, if its inputs are of a size of 1: values that are smaller
// are differences of such numbers.
const leastScale = 0.5

// precisionOf compares float32 with float64 on the same numbers. How far rounding may take them apart shows in float64,
// where every number that goes in is moved by a rounding error of float32: that is what one operation on each may do.
// Where terms cancel within the layer, as in the gradient of a mean and a variance of two values, that tells too little.
// There the values in float32 scatter as the inputs move by rounding errors, while those of another function do not.
func (c *checker) precisionOf(n int, train bool) error {
	set := setting{graph.Float64, n, train}
	exact, err := c.everything(set)
	if err != nil {
		return err
	}
	rounded, err := c.everything(setting{graph.Float32, n, train})
	if err != nil {
		return fmt.Errorf("a graph of float32: %w", err)
	}
	for i, p := range exact.params {
		partcheck.Fill(rounded.params[i].Value, partcheck.Doubles(p.Value))
	}
	for i, b := range buffersOf(exact.layer) {
		partcheck.Fill(buffersOf(rounded.layer)[i].Value, partcheck.Doubles(b.Value))
	}
	want, err := exact.all.run()
	if err != nil {
		return err
	}
	got, err := rounded.all.run()
	if err != nil {
		return fmt.Errorf("a graph of float32: %w", err)
	}
	sensitivity, err := exact.shaken(want, epsilon)
	if err != nil {
		return err
	}
	scatter, err := rounded.shaken(got, 4*epsilon) // some of these moves are no more than the last bit
	if err != nil {
		return err
	}
	longest := exact.x.Shape().TotalSize() / n // of a sum, about
	for _, p := range exact.params {
		longest = max(longest, p.Size())
	}
	operations := 16 + 2*math.Sqrt(float64(n*longest))
	for i, w := range want {
		if w == nil {
			continue
		}
		hint := "F32 and F64 do not compute the same"
		if c.random {
			hint += ", or draw other masks: draw them by Float64 in both"
		}
		largest := max(partcheck.Largest(w), leastScale)
		tolerance := operations*(sensitivity[i]+epsilon*largest) + min(4*scatter[i], mostScatter*(1+largest))
		c.compare(Precision, &partcheck.Comparison{
			What: fmt.Sprintf("%s in float32, in a graph %v,", exact.names[i], set), Than: "that in float64", Shape: exact.all.nodes[i].Shape(), Got: got[i], Want: w,
			Tolerance: []float64{tolerance}, Batch: n, Hint: hint,
		})
	}
	return nil
}

// shaken is by how much the values change at most, as all inputs move by relative errors of size.
func (e *everything) shaken(want [][]float64, size float64) ([]float64, error) {
	most := make([]float64, len(want))
	before := contents(e.inputs)
	for try := range uint64(5) {
		for i, n := range e.inputs {
			x := slices.Clone(before[i])
			for j, v := range partcheck.Normals(partcheck.Rand(9+try, uint64(i)), len(x)) {
				x[j] *= 1 + size*v
			}
			partcheck.Fill(graph.Value(n), x)
		}
		values, err := e.all.run()
		if err != nil {
			return nil, err
		}
		for i, v := range values {
			for j := range v {
				most[i] = max(most[i], math.Abs(v[j]-want[i][j]))
			}
		}
	}
	for i, n := range e.inputs {
		partcheck.Fill(graph.Value(n), before[i])
	}
	return most, nil
}
