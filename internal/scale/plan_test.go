package scale

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/distributed"
)

// flat is a machine whose rates do not depend on sizes: 1 operation, 1 byte a second.
func flat() Machine {
	return Machine{Product: Rate{1, 0}, Invert: Rate{1, 0}, Eigen: Rate{1, 0}, Subspace: Rate{1, 0}, Memory: 1e30, Link: Link{Alpha: 1, Beta: 1}}
}

func plan(t *testing.T, n Network, s Settings, m Machine, processes, holders int) *Plan {
	p, err := NewPlan(n, s, m, processes, holders, false)
	require.NoError(t, err)
	return p
}

// tiny is one layer with a bias, 3 inputs and 2 outputs: A is 4×4 and G 2×2.
func tiny() Network { return Network{Name: "tiny", Layers: []Layer{{"only", 3, 2, 1, true}}} }

// TestOneLayerByHand counts every phase of a step of one layer on two processes.
func TestOneLayerByHand(t *testing.T) {
	s := Defaults(BlockDiagonal, true, 8)
	p := plan(t, tiny(), s, flat(), 2, 2)
	assert.InDelta(t, 2*2.*4*3*2, p.Work(Gradient, 0), 1e-9, "forward and weights' gradient of 4 examples, no inputs' gradient")
	assert.InDelta(t, 4.*(16+4), p.Work(Factors, 0), 1e-9, "4 examples, no backward pass behind the first layer")
	assert.InDelta(t, 3*64., p.Work(Inverses, 0), 1e-9, "three values of γ, order 4")
	assert.InDelta(t, 3*8., p.Work(Inverses, 1), 1e-9, "order 2")
	assert.InDelta(t, 2.*4*2*(4+2), p.Work(Precondition, 0), 1e-9)
	assert.InDelta(t, 4*2.*4*3*2, p.Work(Products, 0), 1e-9, "two directions, two products each")
	assert.InDelta(t, 2.*4*3*2, p.Work(Ratio, 1), 1e-9)

	assert.Equal(t, []Message{{Bytes: 8 * 5}, {Bytes: 4 * (3*2 + 2)}}, p.Messages(Gradient, 0))
	assert.Equal(t, []Message{{Bytes: 4 * (10 + 3)}, {Bytes: 8}}, p.Messages(Factors, 0), "triangles of order 4 and 2")
	results := Message{Over: Column, Gather: true, Bytes: 2*8 + 4*(10+3)}
	assert.Equal(t, []Message{results, results, results}, p.Messages(Inverses, 0), "three values of γ")
	assert.Empty(t, p.Messages(Precondition, 0), "both processes have the inverses")
	assert.Equal(t, []Message{{Bytes: 8 * (5 + 3)}}, p.Messages(Products, 0))
	assert.Equal(t, []Message{{Bytes: 8 * 5}}, p.Messages(Ratio, 0))
	assert.Equal(t, []Message{{Gather: true, Bytes: 2 * 2}}, p.Messages(Agreement, 0), "2 bytes of each")

	memoryOptimal := plan(t, tiny(), s, flat(), 2, 1)
	outcome := Message{Over: Row, Gather: true, Bytes: 2*8 + 3*8}
	assert.Equal(t, []Message{outcome, outcome, outcome}, memoryOptimal.Messages(Inverses, 0), "inverses stay where they are made")
	assert.Equal(t, []Message{{Over: Row, Gather: true, Bytes: 4 * 4 * 2}}, memoryOptimal.Messages(Precondition, 0))
	assert.InDelta(t, 3*72., memoryOptimal.Work(Inverses, 0), 1e-9)
	assert.Zero(t, memoryOptimal.Work(Inverses, 1), "one layer has one owner")
	assert.Zero(t, memoryOptimal.Work(Precondition, 1))

	assert.InDelta(t, 22./20, p.Frequency(Precondition), 1e-9, "each step once, and for two more values of γ every 20 steps")
	assert.InDelta(t, 1./4, p.Frequency(Factors), 1e-9)
	assert.InDelta(t, 1./20, p.Frequency(Inverses), 1e-9)

	fixed := plan(t, tiny(), Defaults(BlockDiagonal, false, 8), flat(), 2, 2)
	assert.InDelta(t, 2*2.*4*3*2, fixed.Work(Products, 0), 1e-9, "one direction")
	assert.Equal(t, []Message{{Bytes: 8 * (5 + 1)}}, fixed.Messages(Products, 0))
	assert.InDelta(t, 1./10, fixed.Frequency(Products), 1e-9, "where ρ is measured")
}

// TestStructuresSend: what the other structures send of a layer with 255 inputs, a bias and
// 128 outputs.
func TestStructuresSend(t *testing.T) {
	n := Network{Layers: []Layer{{"wide", 255, 128, 1, true}}}
	low := plan(t, n, Defaults(LowRank, true, 8), flat(), 4, 4)
	flags := Message{Over: Column, Gather: true, Bytes: 4 * 8}
	assert.Equal(t, []Message{{Over: Column, Gather: true, Bytes: 4*8 + 4*(257*16+129*8)}, flags, flags}, low.Messages(Inverses, 0),
		"eigenvectors and eigenvalues, a sixteenth of 256 and of 128, once for all values of γ")

	e := plan(t, n, Defaults(EKFAC, true, 8), flat(), 4, 2)
	again := []Message{{Gather: true, Bytes: 4*8 + 4*(256*256+128*128)}, {Bytes: 8 * 5}, {Bytes: 4 * 256 * 128}, {Bytes: 4 * 256 * 128}, {Bytes: 8}}
	for range 3 {
		again = append(again, Message{Over: Column, Gather: true, Bytes: 2 * 8}, Message{Over: Row, Gather: true, Bytes: 2 * 8})
	}
	assert.Equal(t, again, e.Messages(Inverses, 0), "eigenvectors for all, a pass with the gradient and the diagonal, and three values of γ")
	assert.Equal(t, []Message{{Bytes: 4 * (256*257/2 + 128*129/2 + 256*128)}, {Bytes: 8}}, e.Messages(Factors, 0))
}

// TestOneAppliesBases: EKFAC's bases are applied by one process of each row, or of all where
// all are one column, and U is gathered there.
func TestOneAppliesBases(t *testing.T) {
	n := Network{Layers: []Layer{{"wide", 255, 128, 1, true}}}
	for holders, want := range map[int]struct {
		over     Over
		appliers int
	}{1: {Row, 1}, 2: {Row, 2}, 4: {All, 1}} {
		p := plan(t, n, Defaults(EKFAC, true, 8), flat(), 4, holders)
		assert.Equal(t, []Message{{Over: want.over, Gather: true, Bytes: 4 * 256 * 128}}, p.Messages(Precondition, 0))
		busy := 0
		for rank := range 4 {
			if p.Work(Precondition, rank) > 0 {
				busy++
			}
		}
		assert.Equal(t, want.appliers, busy, "%d holders", holders)
	}
}

// TestOneProcessSendsNothing: with one process there is one strategy, the step of a
// process alone.
func TestOneProcessSendsNothing(t *testing.T) {
	for _, n := range Networks() {
		for _, structure := range []Structure{LowRank, BlockDiagonal, EKFAC} {
			p := plan(t, n, Defaults(structure, true, 512), Here(), 1, 1)
			work := 0.
			for _, f := range Phases() {
				assert.Empty(t, p.Messages(f, 0))
				work += p.Frequency(f) * p.Work(f, 0)
			}
			assert.InEpsilon(t, work, p.Seconds(), 1e-12)
			assert.InEpsilon(t, work, p.Simulated(), 1e-12)
		}
	}
}

// TestWorkIsConserved: whoever has which work, all of it is done once, and what a column
// shares is done by all of it.
func TestWorkIsConserved(t *testing.T) {
	for _, n := range Networks() {
		s := Defaults(BlockDiagonal, true, 512)
		alone := plan(t, n, s, flat(), 1, 1)
		for _, holders := range []int{1, 2, 8} {
			for _, whole := range []bool{false, true} {
				p, err := NewPlan(n, s, flat(), 8, holders, whole)
				require.NoError(t, err)
				for _, f := range []Phase{Gradient, Inverses, Products, Ratio} {
					sum := 0.
					for rank := range 8 {
						sum += p.Work(f, rank)
					}
					assert.InEpsilon(t, alone.Work(f, 0), sum, 1e-6, "%s, %v, %d holders", n.Name, f, holders)
				}
				sum := 0.
				for rank := range 8 {
					sum += p.Work(Precondition, rank)
				}
				assert.InEpsilon(t, float64(holders)*alone.Work(Precondition, 0), sum, 1e-9, "%s, %d holders", n.Name, holders)
			}
		}
	}
}

// TestSimulatedIsBalancedPlusImbalance: with as many equal layers as processes the two are
// equal, and the simulated step is never faster.
func TestSimulatedIsBalancedPlusImbalance(t *testing.T) {
	square := Network{Name: "squares"}
	for range 8 {
		square.Layers = append(square.Layers, Layer{"square", 64, 64, 1, false})
	}
	for _, holders := range []int{1, 2, 4, 8} {
		p := plan(t, square, Defaults(BlockDiagonal, true, 64), Ethernet(), 8, holders)
		assert.InEpsilon(t, p.Seconds(), p.Simulated(), 1e-9, "%d holders", holders)
	}
	for _, n := range Networks() {
		p := plan(t, n, Defaults(BlockDiagonal, false, 512), Ethernet(), 16, 4)
		assert.GreaterOrEqual(t, p.Simulated(), p.Seconds()*(1-1e-9), n.Name)
	}
}

// TestOddHoldersAreRefused.
func TestOddHoldersAreRefused(t *testing.T) {
	_, err := NewPlan(MLP(), Defaults(LowRank, true, 512), Here(), 8, 3, false)
	assert.ErrorContains(t, err, "divisor")
}

// counting notes what a group is asked to add up.
type counting struct {
	distributed.Group
	messages []Message
}

func (c *counting) Sum32(x []float32) error {
	c.messages = append(c.messages, Message{Bytes: float64(4 * len(x))})
	return c.Group.Sum32(x)
}

// TestMessagesAreFusions: the gradients' and factors' messages are those of a
// distributed.Fusion.
func TestMessagesAreFusions(t *testing.T) {
	for _, n := range []Network{MLP(), Autoencoder(), ResNet32()} {
		p := plan(t, n, Defaults(BlockDiagonal, true, 512), Here(), 2, 2)
		var gradients, factors distributed.Fusion
		for _, l := range n.Layers {
			gradients.Add32(make([]float32, l.In*l.Out), 1)
			if l.Bias {
				gradients.Add32(make([]float32, l.Out), 1)
			}
			for _, order := range l.orders() {
				factors.Triangle32(make([]float32, order*order), order, 1)
			}
		}
		if n.Other > 0 {
			gradients.Add32(make([]float32, n.Other), 1)
			gradients.Add32(make([]float32, n.Buffers), 1)
		}
		gradient, statistics := p.Messages(Gradient, 0), p.Messages(Factors, 0)
		check := func(fusion *distributed.Fusion, want []Message) {
			require.NoError(t, distributed.Run(1, func(g distributed.Group) error {
				c := &counting{Group: g}
				err := fusion.Sum(c)
				assert.Equal(t, want, c.messages, n.Name)
				return err
			}))
		}
		check(&gradients, gradient[1:])
		check(&factors, statistics[:1])
	}
}
