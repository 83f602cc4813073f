package losstest

import "github.com/gokfac/gokfac/graph"

// exact is the Fisher matrix of a linear map from the tap of the exact estimator's passes.
func exact(obj graph.Objective, size int) ([][]float64, error) {
	curvature, err := graph.CurvatureOf(obj)
	if err != nil {
		return nil, err
	}
	f := make([][]float64, size)
	for i := range f {
		f[i] = make([]float64, size)
	}
	_, err = curvature.Curvature(graph.Exact, func(pass *graph.CurvaturePass) error {
		if len(pass.Taps) == 0 {
			return nil
		}
		tap := pass.Taps[0]
		g := split(tap.G.Float64s(), size/(inputs+1))
		for k, a := range split(tap.A.Float64s(), inputs) {
			a = append(append([]float64{}, a...), 1)
			var row []float64 // example k's gradient of the mean
			for _, v := range a {
				for _, w := range g[k] {
					row = append(row, v*w)
				}
			}
			for i, v := range row {
				for j, w := range row {
					f[i][j] += float64(pass.Examples) * v * w
				}
			}
		}
		return nil
	})
	return f, err
}

// products are the columns of the Fisher matrix, as its products with unit vectors.
func products(obj graph.Objective, params []*graph.Param, size int) ([][]float64, error) {
	m, err := graph.MatrixOf(obj)
	if err != nil {
		return nil, err
	}
	if _, err := obj.Grad(); err != nil {
		return nil, err
	}
	var rows [][]float64
	dst, v := graph.NewDirection(params), graph.NewDirection(params)
	for i := range size {
		v.Scale(0)
		if w := v[0].Float64s(); i < len(w) {
			w[i] = 1
		} else {
			v[1].Float64s()[i-len(w)] = 1
		}
		if err := m.Multiply(graph.Fisher, dst, v); err != nil {
			return nil, err
		}
		rows = append(rows, append(append([]float64{}, dst[0].Float64s()...), dst[1].Float64s()...))
	}
	return rows, nil
}
