package main

import (
	"errors"

	"gonum.org/v1/gonum/mat"
)

var errFactorize = errors.New("no eigenvalues found")

// showRegression fits y = w·x + b + noise, N(0, 1), to four points.
func showRegression(p *page) error {
	x := mat.NewDense(4, 2, []float64{0, 1, 1, 1, 2, 1, 5, 1}) // (x, 1)
	y := mat.NewVecDense(4, []float64{1, 2, 4, 9})
	p.say("y = w·x + b + N(0, 1), the points (0, 1), (1, 2), (2, 4), (5, 9). The loss is the mean of ½(wx + b − y)².")
	p.say("F is E[xxᵀ], x with a 1 below it for b.")

	var fisher mat.SymDense
	fisher.SymOuterK(0.25, x.T()) // E[xxᵀ]
	p.table([]string{"F = E[xxᵀ]", "w", "b"},
		row{"w", []any{fisher.At(0, 0), fisher.At(0, 1)}},
		row{"b", []any{fisher.At(1, 0), fisher.At(1, 1)}},
	)
	gradient := func(w []float64) []float64 {
		var r, g mat.VecDense
		r.MulVec(x, mat.NewVecDense(2, w))
		r.SubVec(&r, y)
		g.MulVec(x.T(), &r)
		g.ScaleVec(0.25, &g)
		return g.RawVector().Data
	}
	var rows []row
	for _, start := range [][]float64{{0, 0}, {10, -7}} {
		g := gradient(start)
		var u mat.VecDense
		if err := u.SolveVec(&fisher, mat.NewVecDense(2, g)); err != nil {
			return err
		}
		plain := append([]float64{}, start...)
		steps := 0
		for {
			g := gradient(plain)
			if mat.Norm(mat.NewVecDense(2, g), 2) < 1e-6 {
				break
			}
			plain = stepped(plain, 0.2, g) // the greatest eigenvalue of F is 8.1
			steps++
		}
		rows = append(rows, row{"from " + text(start), []any{g, stepped(start, 1, u.RawVector().Data), steps}})
	}
	var best mat.VecDense
	if err := best.SolveVec(x, y); err != nil { // by QR
		return err
	}
	rows = append(rows, row{"least squares", []any{"", best.RawVector().Data, ""}})
	p.table([]string{"(w, b)", "gradient", "after one natural step", "plain steps, rate 0.2"}, rows...)
	p.say("Neither targets nor weights are in F. With noise of variance σ² the loss −log p has the gradient")
	p.say("and F divided by σ², and the same natural step. Plain steps are counted up to a gradient of 1e-6.")
	return nil
}
