package report

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/gokfac/gokfac/internal/atomicfile"
)

// WriteDir writes the report into a directory, which is made if there is none:
// see the package's documentation for what is in it. Files of the same names are
// replaced, each at once; others stay. Records of the runs themselves are taken
// to lie in runs/ there. Once ctx has ended nothing more is drawn or written, and
// the error is ctx's.
func (r *Report) WriteDir(ctx context.Context, dir string) error {
	files, err := r.files(ctx)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return write(ctx, dir, files)
}

// write replaces files of a directory, each at once.
func write(ctx context.Context, dir string, files []file) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	for _, f := range files {
		if err := atomicfile.Write(filepath.Join(dir, f.name), f.content); err != nil {
			return fmt.Errorf("report: %w", err)
		}
	}
	return nil
}

// file is one of the report's.
type file struct {
	name    string
	content []byte
}

// files makes them all, so that a failure leaves an old report as it was. The
// page, which refers to the others, is the last.
func (r *Report) files(ctx context.Context) ([]file, error) {
	figures, err := r.figures(ctx)
	if err != nil {
		return nil, err
	}
	files, err := figureFiles(ctx, figures.all())
	if err != nil {
		return nil, err
	}
	for _, part := range []struct {
		name string
		make func() ([]byte, error)
	}{
		{"runs.csv", r.runsCSV}, {"history.csv", r.historyCSV}, {"comparison.json", r.json},
		{"report.html", func() ([]byte, error) { return r.html(figures) }},
	} {
		content, err := part.make()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", part.name, err)
		}
		files = append(files, file{part.name, content})
	}
	return files, nil
}

// figureFiles are each figure as SVG and as PNG.
func figureFiles(ctx context.Context, figures []*figure) (files []file, err error) {
	for _, f := range figures {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		png, err := f.drawing.PNG()
		if err != nil {
			return nil, fmt.Errorf("figure %s: %w", f.Name, err)
		}
		files = append(files, file{f.Name + ".svg", f.svg}, file{f.Name + ".png", png})
	}
	return files, nil
}
