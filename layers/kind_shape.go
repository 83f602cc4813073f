package layers

import "fmt"

func shapeKinds() []Kind {
	return []Kind{
		NewContainer("residual", describeResidual, buildResidual),
		NewContainer("parallel",
			func(p *Parallel) (parallelSettings, []Layer) { return parallelSettings{p.join()}, p.Branches },
			func(s parallelSettings, branches []Layer) (*Parallel, error) {
				return &Parallel{Branches: branches, Join: s.Join}, nil // Build checks the rest
			}),
		NewKind("reshape",
			func(r *Reshape) reshapeSettings { return reshapeSettings{r.Shape} },
			func(s reshapeSettings) (*Reshape, error) { return &Reshape{s.Shape}, nil }),
		NewKind("permute",
			func(p *Permute) permuteSettings { return permuteSettings{p.Axes} },
			func(s permuteSettings) (*Permute, error) { return &Permute{s.Axes}, nil }),
	}
}

type parallelSettings struct {
	Join Join `json:"join"`
}

type reshapeSettings struct {
	Shape []int `json:"shape"`
}

type permuteSettings struct {
	Axes []int `json:"axes"`
}

// describeResidual gives the body, then the shortcut, if there is one.
func describeResidual(r *Residual) (none, []Layer) { return none{}, r.parts() }

func buildResidual(_ none, inner []Layer) (*Residual, error) {
	switch len(inner) {
	case 1:
		return &Residual{Body: inner[0]}, nil
	case 2:
		return &Residual{Body: inner[0], Shortcut: inner[1]}, nil
	}
	return nil, fmt.Errorf("it has %d layers within: want a body and perhaps a shortcut", len(inner))
}
