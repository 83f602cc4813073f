package kfac_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/gokfac/gokfac/distributed"
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/layers"
	"github.com/gokfac/gokfac/losses"
	"github.com/gokfac/gokfac/trainer"
)

// TestGroupOfEveryKind of tap: groups, locations, factors and summands, tables; in both forms
// of weight sharing; and with a sample of the rows, which is that of one process.
func TestGroupOfEveryKind(t *testing.T) {
	for _, c := range kindCases() {
		for _, structure := range kfac.Structures() {
			for _, sharing := range kfac.Sharings() {
				for _, most := range []int{0, 11} {
					cfg := busy(kfac.Fixed, structure, graph.Exact)
					cfg.Sharing, cfg.FactorFraction, cfg.DampingUpdateSteps = sharing, 1, kfac.None
					r := trial{
						model:     func() (*trainer.Model, error) { return c.model(t, losses.SoftmaxCrossEntropy{}), nil },
						optimizer: sampling(cfg, most),
						data:      func(k int) (x, y *tensor.Dense) { return c.data(uint64(k+3), 9) },
						steps:     3, cut: 2,
					}
					sameRun(t, r, partTolerance, 2, 4)
				}
			}
		}
	}
}

// sampling makes optimizers that measure factors on at most so many rows.
func sampling(cfg kfac.Config, most int) func() (stepper, error) {
	return func() (stepper, error) {
		o, err := sharing(cfg)
		if err == nil {
			o.Preconditioner().SampleRows(most)
		}
		return o, err
	}
}

// TestGroupOfAConvolution takes the steps of one process, in adaptive mode too, with all rows
// and with some.
func TestGroupOfAConvolution(t *testing.T) {
	for _, mode := range kfac.Modes() {
		for _, most := range []int{0, 50} {
			cfg := busy(mode, kfac.LowRank, graph.Empirical)
			cfg.FactorFraction = 0.8
			r := trial{
				model: func() (*trainer.Model, error) {
					return imageModel(t, convNet(&layers.Conv2D{Filters: 4, Kernel: [2]int{3, 3}, Padding: [2]int{1, 1}}), 4, 5, 2), nil
				},
				optimizer: sampling(cfg, most),
				data: func(k int) (x, y *tensor.Dense) {
					return normal(uint64(k), 7, 4, 5, 2), labels(0, 1, 2, 1, 0, 2, 2)
				},
				steps: 4,
			}
			sameRun(t, r, partTolerance, 2, 3)
		}
	}
}

// wideTrial is a run of a model whose factors have low-rank forms.
func wideTrial(dtype tensor.Dtype, cfg kfac.Config, in int) trial {
	return trial{
		model: func() (*trainer.Model, error) {
			return trainer.NewModel(layers.Sequential{&layers.Dense{Units: 150}, layers.Tanh(), &layers.Dense{Units: 4}},
				losses.SoftmaxCrossEntropy{}, trainer.ModelConfig{Input: []int{in}, DType: dtype, Seed: 1})
		},
		optimizer: func() (stepper, error) { return kfac.New(cfg) },
		data: func(k int) (x, y *tensor.Dense) {
			const n = 21
			x, y = normal(uint64(k+7), n, in), labels(make([]int32, n)...)
			for i := range x.Float64s() {
				x.Float64s()[i] /= math.Pow(float64(i%in+1), 0.6)
			}
			for i := range n {
				y.Data().([]int32)[i] = int32(i * (k + 3) % 4)
			}
			return x, y
		},
		steps: 5,
	}
}

// rankTolerance is partTolerance times a thousand: eigenvectors are renewed by one product in
// each inversion, and those that have not converged turn with its rounding.
const rankTolerance = 1000 * partTolerance

// TestGroupOfGreatFactors: eigenvectors travel, and so do dense inverses. In float32
// eigenvectors turn too far to compare runs, of one process in parts as well: there all members
// have the same bits, and the run with dense inverses is compared, up to 1e-5 as for parts.
func TestGroupOfGreatFactors(t *testing.T) {
	for _, part := range []float64{1, kfac.None} {
		cfg := busy(kfac.Fixed, kfac.LowRank, graph.Empirical)
		cfg.InverseHolders, cfg.DampingUpdateSteps = part, kfac.None
		sameRun(t, wideTrial(graph.Float64, cfg, 200), rankTolerance, 2, 3)
		all, err := wideTrial(graph.Float32, cfg, 200).together(3)
		require.NoError(t, err)
		assert.Equal(t, all[0].path, all[1].path)
		assert.Equal(t, all[0].path, all[2].path)
		cfg.Structure = kfac.BlockDiagonal
		sameRun(t, wideTrial(graph.Float32, cfg, 200), 1e-5, 2, 3)
	}
}

// TestGroupOfAWindow: the inputs of a very wide layer are those of all members' examples, in
// their order.
func TestGroupOfAWindow(t *testing.T) {
	for _, part := range []float64{1, kfac.None} {
		cfg := busy(kfac.Fixed, kfac.LowRank, graph.Empirical)
		cfg.InverseHolders, cfg.DampingUpdateSteps, cfg.FactorFraction = part, kfac.None, 0.6
		r := wideTrial(graph.Float64, cfg, kfac.LeastWide)
		r.cut = 2
		sameRun(t, r, rankTolerance, 2, 3)
	}
}

// TestGroupRefusesAWindow: an input of one member that is no number is refused by all, and leaves
// nothing in the rows that they keep.
func TestGroupRefusesAWindow(t *testing.T) {
	cfg := busy(kfac.Fixed, kfac.LowRank, graph.Empirical)
	cfg.FactorUpdateSteps, cfg.DampingUpdateSteps = 1, kfac.None
	r := wideTrial(graph.Float64, cfg, kfac.LeastWide)
	r.refuses = true
	data := r.data
	r.data = func(k int) (x, y *tensor.Dense) {
		x, y = data(k)
		if k == 2 {
			x.Float64s()[kfac.LeastWide+5] = math.NaN() // of example 1: the second member's, of two and of three
		}
		return x, y
	}
	for _, size := range []int{2, 3} {
		all, err := r.together(size)
		require.NoError(t, err)
		for _, c := range all {
			assert.Equal(t, []int{2}, c.refused, "%d members", size)
		}
	}
	sameRun(t, r, rankTolerance, 2, 3)
}

// TestHoldersMemory: of a block's four matrices a process that does not hold the inverses has
// the two averages, and each block has as many holders as the setting says.
func TestHoldersMemory(t *testing.T) {
	n := newNet("softmax", 20, dense(30), function("tanh"), dense(25), function("tanh"), dense(3))
	for _, c := range []struct {
		part    float64
		members int
		holders int
	}{{1, 4, 4}, {0.5, 4, 2}, {kfac.None, 4, 1}, {0.5, 3, 1}, {0.7, 6, 3}} {
		cfg := busy(kfac.Adaptive, kfac.BlockDiagonal, graph.Exact)
		cfg.InverseHolders = c.part
		r := n.trial(t, cfg, 6)
		r.steps = 2
		alone, err := r.alone()
		require.NoError(t, err)
		all, err := r.together(c.members)
		require.NoError(t, err)
		for i, b := range alone.blocks {
			holders := 0
			for _, member := range all {
				if got := member.blocks[i].Bytes; got == b.Bytes {
					holders++
				} else {
					assert.InDelta(t, b.Bytes/2, got, 100, "averages, and no inverses")
				}
			}
			assert.Equal(t, c.holders, holders, "holders %v of %d", c.part, c.members)
		}
	}
}

// gathers counts the calls of Gather.
type gathers struct {
	distributed.Group
	n int
}

func (g *gathers) Gather(own []byte) ([][]byte, error) {
	g.n++
	return g.Group.Gather(own)
}

// TestHoldersOfAllSendNoDirection: where each process holds all inverses, nothing is sent for
// U. A step that measures and inverts nothing has no Gather then, and else one.
func TestHoldersOfAllSendNoDirection(t *testing.T) {
	n := newNet("softmax", 6, dense(5), function("tanh"), dense(3))
	for part, want := range map[float64]int{1: 0, kfac.None: 1} {
		cfg := busy(kfac.Fixed, kfac.BlockDiagonal, graph.Exact)
		cfg.InverseHolders, cfg.DampingUpdateSteps, cfg.InverseUpdateSteps = part, kfac.None, 100
		r := n.trial(t, cfg, 6)
		models := make([]*trainer.Model, 2)
		for i := range models {
			var err error
			models[i], err = r.model()
			require.NoError(t, err)
		}
		require.NoError(t, distributed.Run(2, func(g distributed.Group) error {
			group := &gathers{Group: g}
			own := newMember(group, models[g.Rank()], 1)
			o, err := r.optimizer()
			if err != nil {
				return err
			}
			for k := range 4 { // the first three renew all
				obj, err := own.share(r.data(k))
				if err != nil {
					return err
				}
				group.n = 0
				if _, err := o.Step(obj); err != nil {
					return err
				}
			}
			assert.Equal(t, want, group.n, "holders %v", part)
			return nil
		}))
	}
}

// TestGroupResumes: a state is restored in another number of processes, which hold the inverses
// in another way. One that has no inverses is inverted anew.
func TestGroupResumes(t *testing.T) {
	n := looseNets()["tied"]
	for _, structure := range kfac.Structures() {
		for _, mode := range kfac.Modes() {
			run := func(part float64, from int, resume *course) trial {
				cfg := busy(mode, structure, graph.Exact)
				// Inverses that are renewed in each step are the same after a state without them.
				cfg.InverseHolders, cfg.InverseUpdateSteps, cfg.GammaUpdateSteps = part, 1, kfac.None
				r := n.trial(t, cfg, 7)
				r.steps, r.from = 3, from
				if resume != nil {
					r.resume = func(m *trainer.Model, o stepper) error {
						restore(m.Params(), resume.path[len(resume.path)-1])
						return o.UnmarshalBinary(resume.state)
					}
				}
				return r
			}
			whole := run(1, 0, nil)
			whole.steps = 6
			want, err := whole.alone()
			require.NoError(t, err)
			for _, part := range []float64{1, 0.5, kfac.None} {
				first, err := run(part, 0, nil).together(4)
				require.NoError(t, err)
				for _, saved := range first[:2] {
					alone, err := run(1, 3, saved).alone()
					require.NoError(t, err)
					near(t, want.path[5], alone.path[2], partTolerance, structure, mode, part, " alone")
					for _, other := range []float64{1, kfac.None} {
						all, err := run(other, 3, saved).together(3)
						require.NoError(t, err)
						near(t, want.path[5], all[0].path[2], partTolerance, structure, mode, part, other)
						require.Equal(t, all[0].path, all[2].path)
					}
				}
			}
		}
	}
}

// TestGroupEndsTogether: a step that is interrupted in one process, in the middle of an
// inversion, ends in all of them with the error of an interruption, whoever holds what.
func TestGroupEndsTogether(t *testing.T) {
	n := tinyNets()["softmax 3-4-3"]
	ended, end := context.WithCancel(context.Background())
	end()
	for _, structure := range kfac.Structures() {
		for _, part := range []float64{1, 0.5, kfac.None} {
			cfg := busy(kfac.Fixed, structure, graph.Exact)
			cfg.InverseHolders = part
			r := n.trial(t, cfg, 9)
			var models [4]*trainer.Model
			for i := range models {
				models[i] = n.model(t, n.theta(1))
			}
			var ends [4]error
			require.NoError(t, distributed.Run(len(models), func(g distributed.Group) error {
				own := newMember(g, models[g.Rank()], 1)
				o, err := sharing(cfg)
				if err != nil {
					return err
				}
				for k := range 2 {
					obj, err := own.share(r.data(k))
					if err != nil {
						return err
					}
					ctx := context.Background()
					if k == 1 && g.Rank() == 2 {
						ctx = ended
					}
					if _, err = o.StepContext(ctx, obj); k == 0 && err != nil {
						return err
					}
					ends[g.Rank()] = err
				}
				return nil
			}))
			for rank, err := range ends {
				require.ErrorIs(t, err, context.Canceled, "%s, holders %v, process %d", structure, part, rank)
			}
		}
	}
}
