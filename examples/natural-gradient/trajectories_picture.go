package main

import (
	"fmt"
	"io"

	"github.com/gokfac/gokfac/internal/figures"
)

// scene is one picture of trajectories.
type scene struct {
	file        string
	chart       figures.Chart
	contestants []contestant
	contours    [][]point
	same        map[string]string // names of curves that several contestants share; "" of those that are not drawn again
}

func scenes() []scene {
	return []scene{
		{
			file: "trajectories-bowl.svg",
			chart: figures.Chart{
				Title: "An elongated bowl",
				X:     figures.Axis{Label: "weight 1", Min: -4.4, Max: 1.2}, Y: figures.Axis{Label: "weight 2", Min: -2.1, Max: 0.6},
			},
			contestants: bowlContestants(), contours: bowlContours(),
			same: map[string]string{"natural": "natural, Newton, K-FAC", "Newton": "", "K-FAC, one layer": ""},
		},
		{
			file: "trajectories-gaussian.svg",
			chart: figures.Chart{
				Title: "A Gaussian's mean and standard deviation",
				X:     figures.Axis{Label: "mean μ", Min: -2.6, Max: 1}, Y: figures.Axis{Label: "standard deviation σ", Min: 0, Max: 3},
			},
			contestants: gaussianContestants(), contours: gaussianContours(),
		},
	}
}

// drawTrajectories runs everybody, writes the pictures to a directory, unless it is empty,
// and prints rates and steps.
func drawTrajectories(w io.Writer, dir string) error {
	fmt.Fprintf(w, "Steps until the loss is within a thousandth of the way to the least, and stays there.\n"+
		"Plain gradient and Adam have the best of %d rates, the others the whole step.\n", len(rates()))
	for _, s := range scenes() {
		fmt.Fprintf(w, "\n%s\n  %-32s %8s %6s\n", s.chart.Title, "", "rate", "steps")
		var list []trajectory
		for _, c := range s.contestants {
			t, err := fastest(c)
			if err != nil {
				return err
			}
			list = append(list, t)
			steps := fmt.Sprint(len(t.points) - 1)
			if !t.arrived {
				steps = "never"
			}
			fmt.Fprintf(w, "  %-32s %8.4f %6s\n", t.name, t.rate, steps)
		}
		if dir == "" {
			continue
		}
		path, err := figures.Save(dir, s.file, s.draw(list))
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "  wrote %s\n", path)
	}
	return nil
}

// draw makes the picture of a scene. A trajectory of a few steps has all of them marked.
// The styles are those of the first contestants: natural, plain, Adam, K-FAC, Newton.
func (s scene) draw(list []trajectory) *figures.Chart {
	chart, styles := s.chart, []int{1, 2, 7, 6, 4, 3}
	for _, ring := range s.contours {
		chart.Contours = append(chart.Contours, points(ring))
	}
	for i, t := range list {
		name, shared := s.same[t.name]
		if shared && name == "" {
			continue
		}
		if !shared {
			name = t.name
		}
		steps := fmt.Sprintf("%d steps", len(t.points)-1)
		switch {
		case !t.arrived:
			steps = "leaves"
		case len(t.points) == 2:
			steps = "1 step"
		}
		chart.Series = append(chart.Series, figures.Series{
			Label: name + ": " + steps, Points: points(t.points), Markers: len(t.points) < 12, Style: styles[i],
		})
	}
	return &chart
}

func points(list []point) []figures.Point {
	all := make([]figures.Point, len(list))
	for i, p := range list {
		all[i] = figures.Point{X: p[0], Y: p[1]}
	}
	return all
}
