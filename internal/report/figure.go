package report

import (
	"context"
	"fmt"
	"html/template"
	"regexp"

	"github.com/gokfac/gokfac/internal/figures"
)

// figure is a drawing with the file name it has without extension.
type figure struct {
	Name    string
	Caption string
	drawing drawing
	svg     []byte
}

// SVG is the figure as part of a page: package figures escapes labels.
func (f *figure) SVG() template.HTML { return template.HTML(f.svg) }

// drawing is a figure of package figures.
type drawing interface {
	SVG() ([]byte, error)
	PNG() ([]byte, error)
}

var (
	_ drawing = (*figures.Chart)(nil)
	_ drawing = (*figures.Bars)(nil)
	_ drawing = (*figures.Matrix)(nil)
	_ drawing = (*figures.Reliability)(nil)
)

// unsafe is what is not wanted in a file name.
var unsafe = regexp.MustCompile(`[^A-Za-z0-9_-]+`)

func render(name, caption string, d drawing) (*figure, error) {
	f := &figure{Name: unsafe.ReplaceAllString(name, "_"), Caption: caption, drawing: d}
	var err error
	if f.svg, err = d.SVG(); err != nil {
		return nil, fmt.Errorf("figure %s: %w", f.Name, err)
	}
	return f, nil
}

// figureSet is all figures of a report, by section. Each may be empty.
type figureSet struct {
	Curves, Scaling, Phases, Diagnostics []*figure

	Constant []string // diagnostics that need no figure, as "clip factor: 1 (kfac)"
}

func (s *figureSet) all() []*figure {
	var list []*figure
	for _, section := range [][]*figure{s.Curves, s.Scaling, s.Phases, s.Diagnostics} {
		list = append(list, section...)
	}
	return list
}

// drawer draws figures into the sections of a page, until one fails or ctx ends.
type drawer struct {
	ctx    context.Context
	failed error
}

// adder is drawer.add.
type adder func(section *[]*figure, name, caption string, d drawing)

// add draws a figure, unless it is a chart with nothing to show.
func (w *drawer) add(section *[]*figure, name, caption string, d drawing) {
	if w.failed == nil {
		w.failed = w.ctx.Err()
	}
	if chart, ok := d.(*figures.Chart); w.failed != nil || ok && !drawable(chart) {
		return
	}
	f, err := render(name, caption, d)
	if err != nil {
		w.failed = err
		return
	}
	*section = append(*section, f)
}

func (r *Report) figures(ctx context.Context) (*figureSet, error) {
	set := &figureSet{}
	drawn := drawer{ctx: ctx}
	add := drawn.add
	for _, s := range r.scores() {
		for _, x := range []abscissa{bySteps, bySeconds} {
			add(&set.Curves, "curves-"+string(s)+"-"+x.name, r.curveCaption(s, x), r.curves(s, x))
		}
	}
	for _, x := range []abscissa{bySteps, bySeconds} {
		if chart, goal := r.scaling(x); chart != nil {
			add(&set.Scaling, "scaling-"+x.name, fmt.Sprintf("%s to %s by batch size: medians, ranges over seeds as whiskers. "+
				"Groups whose median run did not get there have no point.", capital(x.noun), goalWords(goal)), chart)
		}
	}
	if c := r.cost(); c.divided() {
		add(&set.Phases, "phases", "Where the time of a step goes: medians over runs of their mean steps.", c.bars())
	}
	for _, d := range diagnostics {
		chart, constant := r.diagnostic(d)
		if constant != "" {
			set.Constant = append(set.Constant, constant)
		}
		if chart != nil {
			add(&set.Diagnostics, "kfac-"+d.name, d.caption, chart)
		}
	}
	return set, drawn.failed
}

// drawable tells whether a chart has a point to show.
func drawable(c *figures.Chart) bool {
	for _, s := range c.Series {
		for _, p := range s.Points {
			if shows(&c.X, p.X) && shows(&c.Y, p.Y) {
				return true
			}
		}
	}
	return false
}

// shows tells whether a value lies on an axis.
func shows(a *figures.Axis, v float64) bool {
	if a.Min != a.Max && (v < a.Min || v > a.Max) {
		return false
	}
	const extreme = 1e150 // that figures leaves out
	return v >= -extreme && v <= extreme && (!a.Log || v >= 1/extreme)
}
