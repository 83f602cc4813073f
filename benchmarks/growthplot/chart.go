package main

import (
	"github.com/gokfac/gokfac/internal/figures"
)

// charts are the figures of a size by the end of their file's name.
func charts(s size, before, now series) map[string]*figures.Chart {
	x := figures.Axis{Label: s.label, Log: true}
	for _, value := range now.values() {
		x.Ticks = append(x.Ticks, float64(value))
	}
	time := &figures.Chart{
		Title: "K-FAC's step in multiples of SGD's",
		X:     x, Y: figures.Axis{Label: "time ÷ SGD's time"},
		Lines: []figures.Line{{Y: 1, Label: "SGD"}},
	}
	memory := &figures.Chart{Title: "Memory of model and optimizer", X: x, Y: figures.Axis{Label: "MiB", Log: true}}
	for _, o := range optimizers {
		if o.key != "sgd" {
			time.Series = append(time.Series, o.curves("-xSGD", before, now)...)
		}
		memory.Series = append(memory.Series, o.curves("-MiB", before, now)...)
	}
	if before == nil {
		return map[string]*figures.Chart{"": time, "-memory": memory}
	}
	for _, c := range []*figures.Chart{time, memory} {
		c.Title += ", before and now"
	}
	return map[string]*figures.Chart{"": time, "-memory": memory}
}

// optimizer is one whose curves are drawn. The styles are numbers of package
// figures: colours of one hue for now and before.
type optimizer struct {
	key, label    string
	style, former int // former 0: it is not drawn as it was before
}

var optimizers = []optimizer{
	{"adaptive", "K-FAC, adaptive", 1, 5},
	{"kfac", "K-FAC, fixed", 4, 2},
	{"sgd", "SGD", 3, 0},
}

// curves are those of a metric now and before.
func (o optimizer) curves(metric string, before, now series) []figures.Series {
	list := []figures.Series{curve(o.label, o.key+metric, o.style, now)}
	if len(before) > 0 && o.former > 0 {
		list = append(list, curve(o.label+", before", o.key+metric, o.former, before))
	}
	return list
}

func curve(label, metric string, style int, s series) figures.Series {
	c := figures.Series{Label: label, Markers: true, Style: style}
	for _, value := range s.values() {
		if v, ok := s[value][metric]; ok {
			c.Points = append(c.Points, figures.Point{X: float64(value), Y: v})
		}
	}
	return c
}
