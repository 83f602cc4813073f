package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/gokfac/gokfac/internal/results"
)

// mostClasses is the greatest number of classes that are all on the page at once.
const mostClasses = 20

// longest is the greatest length of a class's name on the page.
const longest = 40

// assess adds what is known of the model beside its scores.
func (s *Single) assess(p *runPage, add adder) {
	a := s.Assessment
	if a == nil {
		return
	}
	p.Part = a.Part
	for _, text := range a.Notes {
		p.Notes = append(p.Notes, capital(text)+".")
	}
	p.Metrics = s.metricTable()
	p.Classes, p.MoreClasses = s.classTables()
	p.Confusion = s.confusion()
	if p.Confusion == nil {
		p.Confused = s.confusedTable()
	}
	p.Calibration, p.CalibrationNote = s.calibrationTable()
	p.Examples = s.examples()
	draw := func(section *[]*figure, name, caption string, d drawing) {
		if _, err := d.SVG(); err != nil { // the tables tell the rest
			p.Notes = append(p.Notes, fmt.Sprintf("There is no figure %s: %v.", name, err))
			return
		}
		add(section, name, caption, d)
	}
	if m := s.matrix(); m != nil {
		draw(&p.ConfusionFigure, "confusion", "Confusion matrix: a row for each true class, a column for each predicted one.", m)
	}
	if r := s.reliability(); r != nil {
		draw(&p.CalibrationFigure, "calibration", "How often the model's answers are right, over the probability that it gave them. Where bars end below the frame, it was too sure.", r)
	}
}

// share writes a part of 1 as a percentage.
func share(v results.Number) string {
	if !finite(float64(v)) {
		return absent
	}
	return rates.text(float64(v)) + rates.unit
}

func (s *Single) className(i int) string {
	if i < len(s.Assessment.Classes) {
		return shorten(s.Assessment.Classes[i].Name, longest)
	}
	return strconv.Itoa(i)
}

// classTables have a row for each class. Of many classes, the first table has
// those with the worst F1, and the second has all.
func (s *Single) classTables() (first, all table) {
	head := []string{"", "precision", "recall", "F1", "examples"}
	all = table{Caption: "Classes", Head: head}
	order := make([]int, len(s.Assessment.Classes))
	for i, c := range s.Assessment.Classes {
		order[i] = i
		all.Rows = append(all.Rows, []string{s.className(i), share(c.Precision), share(c.Recall), share(c.F1), strconv.Itoa(c.Examples)})
	}
	if len(order) <= mostClasses {
		return all, table{}
	}
	slices.SortStableFunc(order, func(i, j int) int { // NaN, of a class without examples, is least
		return cmp.Compare(s.f1(i), s.f1(j))
	})
	first = table{Caption: fmt.Sprintf("The %d of %d classes with the worst F1", mostClasses, len(order)), Head: head}
	for _, i := range order[:mostClasses] {
		first.Rows = append(first.Rows, all.Rows[i])
	}
	all.Caption = fmt.Sprintf("All %d classes", len(order))
	return first, all
}

// f1 is a class's F1 for the order of classes: one without examples has no worse
// one than others.
func (s *Single) f1(i int) float64 {
	c := s.Assessment.Classes[i]
	if v := float64(c.F1); finite(v) {
		return v
	}
	if c.Examples == 0 {
		return 2
	}
	return 0
}
