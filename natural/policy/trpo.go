package policy

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"github.com/gokfac/gokfac/curvature"
	"github.com/gokfac/gokfac/graph"
	"github.com/gokfac/gokfac/internal/setting"
	"github.com/gokfac/gokfac/losses"
)

// TRPOConfig are the settings of TRPO: 0 means the default, None none.
type TRPOConfig struct {
	KL         float64 // δ, the bound of the mean KL divergence of an update, in nats; default 0.02
	Damping    float64 // λ of F + λI, which conjugate gradients solve with; default 0.1
	Fraction   float64 // of the batch that products with F are over, in (0, 1]; default 1
	Iterations int     // of conjugate gradients, each a product with F; default 10
	Tolerance  float64 // relative residual at which they stop before; default None
	Shrink     float64 // a step that is refused is tried again times this, in (0, 1); default 0.8
	Backtracks int     // the most of such tries; default 10
}

func (c *TRPOConfig) numbers() setting.Numbers {
	open := setting.Range{Low: math.SmallestNonzeroFloat64, Below: 1}
	tolerance := open
	tolerance.None = true
	return setting.Numbers{
		setting.Of("KL", &c.KL, 0.02, setting.Positive),
		setting.Of("damping", &c.Damping, 0.1, setting.NotNegative),
		setting.Of("iterations", &c.Iterations, 10, setting.Period),
		setting.Of("tolerance", &c.Tolerance, 0, tolerance),
		setting.Of("fraction", &c.Fraction, 1, setting.Fraction),
		setting.Of("shrink", &c.Shrink, 0.8, open),
		setting.Of("backtracks", &c.Backtracks, 10, setting.Period),
	}
}

// TRPO is trust region policy optimization (Schulman et al. 2015, appendix C). An update solves (F + λI)x = g by
// conjugate gradients, g the gradient of L and F the exact Fisher matrix of the policy on the batch, which is the Hessian
// of the KL divergence. It tries the steps √(2δ/xᵀFx)·x·Shrink^k, k = 0, 1, …, and takes the first of which
//
//	KL(π_old ‖ π) ≤ δ  and  L(π) > L(π_old)
//
// both measured on the whole batch, KL without approximation. If there is none the policy stays what it was.
type TRPO struct {
	cfg    TRPOConfig // resolved
	solver *curvature.Solver
	obj    graph.Objective    // what F is over: the batch, or Fraction of it
	fisher *curvature.Model   // F
	damped curvature.Operator // F + λI
	rows   *minibatches       // of Fraction
	theta  graph.Direction
	slope  graph.Direction // −g, the parameters' gradients
	start  graph.Direction // θ before the step
	step   graph.Direction // x
	g, x   mat.VecDense
	fx     mat.VecDense // F·x
}

var _ Method = (*TRPO)(nil)

func trpoKind() Kind {
	return Kind{
		Name: "trpo", Doc: "trust region policy optimization: a natural gradient step by conjugate gradients, of a bounded KL divergence",
		Config: Config{Steps: 128},
		New:    func() (Method, error) { return NewTRPO(TRPOConfig{}) },
	}
}

// NewTRPO returns TRPO for one agent.
func NewTRPO(cfg TRPOConfig) (*TRPO, error) {
	numbers := cfg.numbers()
	numbers.Resolve()
	if err := numbers.Check(); err != nil {
		return nil, fmt.Errorf("policy: TRPO: %w", err)
	}
	solve := curvature.SolverConfig{Iterations: cfg.Iterations, Tolerance: graph.None}
	if cfg.Tolerance > 0 {
		solve.Tolerance = cfg.Tolerance
	}
	solver, err := curvature.NewSolver(solve)
	if err != nil {
		return nil, err
	}
	return &TRPO{cfg: cfg, solver: solver}, nil
}

// Config returns the settings in force.
func (m *TRPO) Config() TRPOConfig {
	c := m.cfg
	c.numbers().Express()
	return c
}

// Cost is −A·log π, whose gradient at π_old is that of −L.
func (*TRPO) Cost(f Family) losses.Cost { return losses.Weighted{Canonical: f.Loss()} }

// Update takes one step.
func (m *TRPO) Update(p *Policy, b *Batch, r *rand.Rand) (Step, error) {
	if err := m.direction(p, b, r); err != nil {
		return Step{}, err
	}
	if err := curvature.Multiply(m.fisher, &m.fx, &m.x); err != nil {
		return Step{}, err
	}
	quadratic := mat.Dot(&m.x, &m.fx)
	length := math.Sqrt(2 * m.cfg.KL / quadratic)
	if quadratic <= 0 || math.IsInf(length, 0) {
		return Step{}, nil // no direction changes the policy: F or g is 0
	}
	if err := curvature.Unflatten(m.step, m.x.RawVector().Data); err != nil {
		return Step{}, err
	}
	m.start.Copy(m.theta)
	least := mean(b.Advantages.Float64s()) // L(π_old)
	for k := range m.cfg.Backtracks + 1 {
		m.theta.Copy(m.start)
		m.theta.AddScaled(length, m.step)
		now, err := b.Measure(p)
		if err != nil {
			return Step{}, err
		}
		if now.KL <= m.cfg.KL && now.Surrogate > least {
			return Step{Steps: 1, Backtracks: k}, nil
		}
		length *= m.cfg.Shrink
	}
	m.theta.Copy(m.start)
	return Step{Backtracks: m.cfg.Backtracks}, nil
}

// direction makes g the gradient of L and x the solution of (F + λI)x = g.
func (m *TRPO) direction(p *Policy, b *Batch, r *rand.Rand) error {
	obj, err := b.Objective(p)
	if err != nil {
		return err
	}
	if _, err := obj.Grad(); err != nil {
		return err
	}
	m.obj = obj
	if m.theta == nil {
		if err := m.build(obj.Params(), b); err != nil {
			return err
		}
	}
	if err := curvature.Flatten(m.g.RawVector().Data, m.slope); err != nil {
		return err
	}
	m.g.ScaleVec(-1, &m.g)
	if m.rows != nil {
		m.rows.shuffle(r)
		rows := m.rows.take(0, b.Observations, b.Actions, b.Advantages)
		if m.obj, err = p.Model.Batch(rows[0], rows[1], rows[2]); err != nil {
			return err
		}
		if _, err = m.obj.Loss(); err != nil { // products are of the parameters that it sees
			return err
		}
	}
	_, err = m.solver.Solve(&m.x, m.damped, &m.g)
	return err
}

// build allocates what an update needs, in the first one.
func (m *TRPO) build(params []*graph.Param, b *Batch) (err error) {
	batch := func(yield func(graph.Objective, error) bool) { yield(m.obj, nil) }
	if m.fisher, err = curvature.NewModel(batch, curvature.ModelConfig{}); err != nil {
		return err
	}
	m.damped = curvature.Shift(m.fisher, m.cfg.Damping)
	m.slope = graph.Gradients(params)
	m.theta, m.start, m.step = graph.Values(params), graph.NewDirection(params), graph.NewDirection(params)
	for _, v := range []*mat.VecDense{&m.g, &m.x, &m.fx} {
		v.ReuseAsVec(m.fisher.SymmetricDim())
	}
	if n := int(math.Ceil(m.cfg.Fraction * float64(b.Rows()))); n < b.Rows() {
		m.rows = newMinibatches(b.Rows(), n, b.Observations.Shape()[1:], b.Actions.Shape()[1:], nil)
	}
	return nil
}

func mean(x []float64) (sum float64) {
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}
