package report

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"html/template"
)

//go:embed page.html
var pageText string

// page is what page.html shows. Sections without anything are left out.
type page struct {
	Title              string
	Verdict, Warnings  []string
	Goals              []table
	Whole, Scores      table
	Figures            *figureSet
	Cost               table
	Samples            []picture
	Method             []string
	Different, Common  table
	Command            string
	Runs, Commands     table
	Environment        table
	Ratios, SeveralRun bool // whether there are such in the tables
}

// picture is a sample as part of the page.
type picture struct {
	Label  string
	Source template.URL
}

func (r *Report) html(figures *figureSet) ([]byte, error) {
	t, err := template.New("report.html").Parse(pageText)
	if err != nil {
		return nil, err
	}
	p := &page{
		Title: r.Title, Verdict: r.verdict(), Warnings: r.warnings(), Whole: r.wholeTable(), Scores: r.scoreTable(), Figures: figures,
		Method: r.method(), Command: r.Command, Runs: r.runTable(), Commands: r.commandTable(), Environment: r.environmentTable(),
		Ratios: len(r.baselines()) > 0, SeveralRun: r.seeds() > 1,
	}
	if p.Title == "" {
		p.Title = "Comparison"
	}
	for _, s := range r.standings() {
		p.Goals = append(p.Goals, r.goalTable(s))
	}
	if c := r.cost(); c.divided() {
		p.Cost = c.table()
	}
	for _, s := range r.Samples {
		source := "data:image/png;base64," + base64.StdEncoding.EncodeToString(s.PNG)
		p.Samples = append(p.Samples, picture{s.Label, template.URL(source)})
	}
	p.Different, p.Common = r.settingTables()
	var b bytes.Buffer
	if err := t.Execute(&b, p); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
