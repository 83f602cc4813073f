package report

import (
	"context"
	"fmt"
	"slices"

	"github.com/gokfac/gokfac/internal/results"
)

// Single is the report of one run.
type Single struct {
	Run        *results.Run
	Assessment *results.Assessment // nil: the model was not looked at
	// Defaults is the configuration that is in force where nothing is asked for, by the
	// names that the run's has. nil: unknown; then the settings that the run's command
	// names stand first on the page.
	Defaults results.Fields[any]
}

// WriteRun writes the report of one run, with what is known of its model, into a
// directory: see [Single.WriteDir]. a may be nil.
func WriteRun(dir string, run *results.Run, a *results.Assessment) error {
	return (&Single{Run: run, Assessment: a}).WriteDir(context.Background(), dir)
}

// figuresDir is where the figures lie, below the page.
const figuresDir = "figures/"

// WriteDir writes report.html, and its figures in figures/ below it as SVG and PNG. The page
// is one file without scripts, which fetches nothing. The same input gives the same
// bytes. Files of the same names are replaced, each at once; others stay. The page
// is written last. Once ctx has ended nothing more is drawn or written, and the
// error is ctx's. Errors name the file that could not be written.
func (s *Single) WriteDir(ctx context.Context, dir string) error {
	files, err := s.files(ctx)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return write(ctx, dir, files)
}

func (s *Single) files(ctx context.Context) ([]file, error) {
	p, err := s.page(ctx)
	if err != nil {
		return nil, err
	}
	for _, f := range p.figures() {
		f.Name = figuresDir + f.Name
	}
	files, err := figureFiles(ctx, p.figures())
	if err != nil {
		return nil, err
	}
	html, err := execute("run.html", p)
	if err != nil {
		return nil, fmt.Errorf("report.html: %w", err)
	}
	return append(files, file{"report.html", html}), nil
}

// alone is the run as a comparison of nothing else, for the parts that both
// reports have.
func (s *Single) alone() *Report {
	return &Report{Comparison: &results.Comparison{Groups: []results.Group{{Label: OptimizerWords(s.Run.Optimizer), Runs: []*results.Run{s.Run}}}}}
}

// OptimizerWords is an optimizer's name as people write it.
func OptimizerWords(name string) string {
	known := []struct{ name, words string }{{"kfac", "K-FAC"}, {"adam", "Adam"}, {"sgd", "SGD"},
		{"muon", "Muon"}, {"shampoo", "Shampoo"}, {"soap", "SOAP"}}
	for _, k := range known {
		if k.name == name {
			return k.words
		}
	}
	return name
}

// setting is the text of a setting in force; empty if there is none of the name.
func (s *Single) setting(name string) string {
	i := slices.IndexFunc(s.Run.Config, func(f results.Field[any]) bool { return f.Name == name })
	if i < 0 {
		return ""
	}
	return settingText(s.Run.Config[i].Value)
}
