package datasets

import (
	"context"
	"math"
	"math/rand/v2"
	"sync"

	"github.com/gokfac/gokfac/internal/cpus"
	"github.com/gokfac/gokfac/scaling"
)

// IllConditionedOptions sizes the built-in regression. The zero value is the documented default.
type IllConditionedOptions struct {
	Train, Test int     // examples; 0 is 20000 and 4000
	Features    int     // of the inputs; 0 is 64
	Outputs     int     // values of a target; 0 is 8
	Condition   float64 // κ, of the inputs' covariance; less than 1 is 1e6
	Seed        uint64  // seed of all random choices: another seed gives another rotation, teacher and examples
}

// IllConditioned draws a regression that first-order methods crawl on. An example is
//
//	x = Q·Λ^½·z,    y = V·tanh(U·z) + c,    z ~ N(0, I)
//
// with Q a random rotation and Λ diagonal, its d entries falling from the first to the last by the same factor each, by κ
// in all, and 1 on average. The inputs' covariance is QΛQᵀ. The teacher, V and U with 16 hidden units, sees z, in which all
// directions are alike: a student has to find weights about √κ times larger along the last direction of x than along
// the first, while the loss is κ times less curved there. Nothing that scales single features can help, neither
// standardised inputs nor Adam, for Q has mixed the directions: the features' variances are of one order. Whitening by
// the whole covariance of the layer's inputs, K-FAC's factor A, undoes it.
//
// Test losses of a 64-64-64-8 tanh network after 400 steps on batches of 512, the rates of SGD and Adam falling to 0 along
// a line (κ = 1 are whitened inputs):
//
//	κ                            1       1e2     1e4     1e6
//	SGD, rate 0.2, momentum 0.9  0.028   0.043   0.41    1.68
//	Adam, rate 0.02              0.0075  0.020   0.46    1.69
//	K-FAC, λ ≥ 1e-4              0.0003  0.0004  0.0022  0.0021
//
// There is no noise, so the loss that remains is what the student has not learnt. V and c give every output mean 0 and variance 1 over
// the training split, so that squared error, ½‖·‖², starts near Outputs/2 and is that for predicting the mean. The same
// options give the same bytes, however many processors draw them; the test split comes from draws of its own.
func IllConditioned(opt IllConditionedOptions) *Dataset {
	return drawn(func(ctx context.Context) (*Dataset, error) { return illConditioned(ctx, opt) })
}

func illConditioned(ctx context.Context, opt IllConditionedOptions) (*Dataset, error) {
	opt = opt.resolved()
	g, err := newRegressionTask(ctx, opt)
	if err != nil {
		return nil, err
	}
	d := &Dataset{
		Name:  "ill-conditioned",
		Shape: []int{opt.Features},
		Train: g.split(ctx, opt.Seed, trainStream, opt.Train),
		Test:  g.split(ctx, opt.Seed, testStream, opt.Test),
	}
	scale := measure(d.Train.Targets, opt.Outputs)
	scaling.Rows(scale, d.Train.Targets, d.Train.Targets)
	scaling.Rows(scale, d.Test.Targets, d.Test.Targets)
	return d, ctx.Err()
}

func (opt IllConditionedOptions) resolved() IllConditionedOptions {
	for _, v := range []struct {
		p   *int
		def int
	}{{&opt.Train, 20000}, {&opt.Test, 4000}, {&opt.Features, 64}, {&opt.Outputs, 8}} {
		if *v.p <= 0 {
			*v.p = v.def
		}
	}
	if !(opt.Condition >= 1) { // also refuses NaN
		opt.Condition = 1e6
	}
	return opt
}

// taskStream is the stream of the rotation and of the teacher. The examples have trainStream and testStream.
const taskStream uint64 = 3 << 32

// teacherUnits is small, so that a student of several times as many units finds them.
const teacherUnits = 16

// teacherGain is the standard deviation of a hidden unit's input. With 1 a tanh would be almost linear.
const teacherGain = 2

// regressionTask maps z to an example.
type regressionTask struct {
	mix     matrix // Q·Λ^½, d×d
	hidden  matrix // U, teacherUnits×d
	outputs matrix // V before scaling, outputs×teacherUnits
}

func newRegressionTask(ctx context.Context, opt IllConditionedOptions) (*regressionTask, error) {
	rng := rand.New(rand.NewPCG(opt.Seed, taskStream))
	d := opt.Features
	g := &regressionTask{
		mix:     randomRotation(ctx, rng, d),
		hidden:  normalMatrix(rng, teacherUnits, d, teacherGain/math.Sqrt(float64(d))),
		outputs: normalMatrix(rng, opt.Outputs, teacherUnits, 1),
	}
	deviations, total := make([]float64, d), 0.0
	for i := range deviations {
		eigenvalue := math.Pow(opt.Condition, -float64(i)/float64(max(d-1, 1)))
		deviations[i] = math.Sqrt(eigenvalue)
		total += eigenvalue
	}
	for i := range g.mix.values {
		g.mix.values[i] *= deviations[i%d] * math.Sqrt(float64(d)/total)
	}
	return g, ctx.Err()
}

// split draws n examples on all processors, each from a generator of its own.
func (g *regressionTask) split(ctx context.Context, seed, stream uint64, n int) Split {
	d, outputs := g.mix.columns, g.outputs.rows()
	s := Split{X: make([]float32, n*d), Targets: make([]float32, n*outputs), Outputs: outputs}
	workers := min(cpus.Workers(), n)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			var pcg rand.PCG
			rng := rand.New(&pcg)
			z, hidden := make([]float64, d), make([]float64, teacherUnits)
			for i := n * w / workers; i < n*(w+1)/workers && ctx.Err() == nil; i++ {
				pcg.Seed(seed, stream+uint64(i))
				for j := range z {
					z[j] = rng.NormFloat64()
				}
				for j := range hidden {
					hidden[j] = math.Tanh(dot(g.hidden.row(j), z))
				}
				for j := range d {
					s.X[i*d+j] = float32(dot(g.mix.row(j), z))
				}
				for j := range outputs {
					s.Targets[i*outputs+j] = float32(dot(g.outputs.row(j), hidden))
				}
			}
		})
	}
	wg.Wait()
	return s
}

// matrix is row-major.
type matrix struct {
	values  []float64
	columns int
}

func (m matrix) row(i int) []float64 { return m.values[i*m.columns : (i+1)*m.columns] }

func (m matrix) rows() int { return len(m.values) / m.columns }

func normalMatrix(rng *rand.Rand, rows, columns int, deviation float64) matrix {
	m := matrix{make([]float64, rows*columns), columns}
	for i := range m.values {
		m.values[i] = deviation * rng.NormFloat64()
	}
	return m
}

// randomRotation draws an orthogonal matrix from the Haar measure: the rows of a Gaussian one, made orthonormal by Gram and
// Schmidt. Taking every projection off twice leaves rounding alone (Kahan's "twice is enough"), and unlike a library's
// decomposition gives the same bits under every instruction set's kernels.
func randomRotation(ctx context.Context, rng *rand.Rand, n int) matrix {
	m := normalMatrix(rng, n, n, 1)
	for i := range n {
		if ctx.Err() != nil {
			break
		}
		row := m.row(i)
		for range 2 {
			for k := range i {
				before := m.row(k)
				c := dot(before, row)
				for j, v := range before {
					row[j] -= c * v
				}
			}
		}
		length := math.Sqrt(dot(row, row))
		for j := range row {
			row[j] /= length
		}
	}
	return m
}

// dot sums in four chains that run at the same time.
func dot(x, y []float64) float64 {
	var a, b, c, d float64
	i := 0
	for ; i+4 <= len(x) && i+4 <= len(y); i += 4 {
		a += x[i] * y[i]
		b += x[i+1] * y[i+1]
		c += x[i+2] * y[i+2]
		d += x[i+3] * y[i+3]
	}
	for ; i < len(x); i++ {
		a += x[i] * y[i]
	}
	return (a + b) + (c + d)
}
