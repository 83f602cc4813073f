package report

import (
	"bytes"
	"embed"
	"encoding/base64"
	"html/template"
)

// pages are templates: page.html and run.html, and shared.html with what they share.
//
//go:embed *.html
var pages embed.FS

// execute fills in one of the templates.
func execute(name string, data any) ([]byte, error) {
	t, err := template.ParseFS(pages, name, "shared.html")
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, name, data); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

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

// inline is a PNG file as an address that fetches nothing.
func inline(png []byte) template.URL {
	return template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(png))
}

func (r *Report) html(figures *figureSet) ([]byte, error) {
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
		p.Samples = append(p.Samples, picture{s.Label, inline(s.PNG)})
	}
	p.Different, p.Common = r.settingTables()
	return execute("page.html", p)
}
