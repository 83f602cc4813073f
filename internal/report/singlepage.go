package report

import (
	"context"
	"slices"
)

// runPage is what run.html shows. Sections without anything are left out.
type runPage struct {
	Title             string
	Summary, Warnings []string
	Scores            table
	ScoresNote        string
	Targets           table
	TargetsNote       string
	Curves            []*figure
	NoCurves          string

	Part              string // that the assessment is of
	Notes             []string
	Metrics           table
	Classes           table
	MoreClasses       table
	Confusion         *confusion
	Confused          table
	ConfusionFigure   []*figure
	CalibrationFigure []*figure
	Calibration       table
	CalibrationNote   string
	Examples          *examples

	Policy      string // of K-FAC, in a sentence
	Diagnostics []*figure
	Constant    []string
	Phases      []*figure
	Cost        table

	Different, InForce table
	NoneDifferent      string
	Command            string
	Environment        table
	History            table
}

func (p *runPage) figures() []*figure {
	return slices.Concat(p.Curves, p.ConfusionFigure, p.CalibrationFigure, p.Diagnostics, p.Phases)
}

func (s *Single) page(ctx context.Context) (*runPage, error) {
	p := &runPage{
		Title: s.title(), Summary: s.summary(), Warnings: s.warnings(), Scores: s.scoreTable(), ScoresNote: s.scoresNote(),
		Command: s.Run.Command, Environment: s.environmentTable(), History: s.historyTable(),
	}
	p.Targets, p.TargetsNote = s.targetTable()
	p.Different, p.InForce, p.NoneDifferent = s.settingTables()
	drawn := drawer{ctx: ctx}
	add := drawn.add
	for _, f := range s.families() {
		for _, x := range []abscissa{bySteps, bySeconds} {
			add(&p.Curves, "curves-"+shorten(string(f.name), longest)+"-"+x.name, s.familyCaption(f, x), s.familyChart(f, x))
		}
	}
	if len(p.Curves) == 0 {
		p.NoCurves = s.noCurves()
	}
	s.diagnose(p, add)
	if c := s.alone().cost(); c.divided() {
		p.Cost = c.table()
		p.Cost.Caption = "Milliseconds of a step, by part: means over all steps"
		add(&p.Phases, "phases", "Where the time of a step goes: the mean over all steps.", c.bars())
		add(&p.Phases, "phases-steps", "The parts of a step, as means over the steps since the evaluation before.", s.phaseChart())
	}
	s.assess(p, add)
	return p, drawn.failed
}

// Assessed tells whether there is more to say of the model than its examples.
func (p *runPage) Assessed() bool {
	return len(p.Notes) > 0 || len(p.Metrics.Rows) > 0 || len(p.Classes.Rows) > 0 || p.Confusion != nil || len(p.Calibration.Rows) > 0
}
