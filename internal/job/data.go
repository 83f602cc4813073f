package job

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gokfac/gokfac/datasets"
)

// Open loads the data set and prepares it for the model. why says which it is and
// where it comes from. Files that arrive are shown to progress, which may be nil.
func (s *Spec) Open(ctx context.Context, progress func(file string, done, total int64)) (d *datasets.Dataset, why string, err error) {
	if err := s.checkPaths(); err != nil {
		return nil, "", err
	}
	name, reason := s.Dataset, ""
	m := s.model()
	if m.Dataset != "" && name == "auto" {
		name, reason = m.Dataset, fmt.Sprintf(": ⟨model⟩ %s needs values as targets, and the other data sets have classes", m.Name)
	}
	if s.named() { // told before a download
		if err := s.checkTask(name, hasValues(name)); err != nil {
			return nil, "", err
		}
	}
	d, why, err = datasets.Open(ctx, name, datasets.Options{
		Dir: s.DataDir, Download: s.Download, Progress: progress, Read: s.Columns,
	})
	if ctx.Err() != nil {
		return nil, "", Interrupted(ctx, 0)
	}
	if err != nil {
		return nil, "", s.columnError(err)
	}
	if err := s.checkTask(d.Name, d.Outputs() > 0); err != nil {
		return nil, "", err
	}
	if reason != "" {
		why = strings.TrimSuffix(why, ")") + reason + ")"
	}
	if err := s.checkImages(d); err != nil {
		return nil, "", err
	}
	switch {
	case d.Test.Len() == 0:
		return nil, "", fmt.Errorf("%s has no test examples", d.Name)
	case m.Task == datasets.Classify && d.Classes < 2:
		_, column, _ := strings.Cut(why, "; ")
		if column != "" {
			column = "; " + column
		}
		return nil, "", fmt.Errorf("%s has labels of one class only: a classifier needs two%s", s.Dataset, column)
	}
	return d, why, s.prepare(d, !s.named())
}

// checkTask refuses a model for data of the other kind, with classes or with
// values.
func (s *Spec) checkTask(name string, values bool) error {
	switch {
	case s.model().Values() && !values:
		return Refuse("⟨model⟩ %s: %s has classes, not values: choose ⟨model⟩ mlp, or ⟨dataset⟩ ill-conditioned", s.Model, name)
	case !s.model().Values() && values:
		return Refuse("⟨model⟩ %s: %s has values as targets, which it does not learn: choose ⟨model⟩ regression, or another ⟨dataset⟩",
			s.Model, name)
	}
	return nil
}

// checkPaths refuses names of data that cannot be meant. A data directory that
// is not there is more likely mistyped than to be made.
func (s *Spec) checkPaths() error {
	names := Names(Datasets())
	if _, err := os.Stat(s.Dataset); errors.Is(err, fs.ErrNotExist) && !s.named() {
		if s.Dataset == filepath.Base(s.Dataset) && filepath.Ext(s.Dataset) == "" {
			return Refuse("⟨dataset⟩: unknown data set %q: want %s, or a path of one's own data%s",
				s.Dataset, strings.Join(names, ", "), DidYouMean(s.Dataset, names))
		}
		return fmt.Errorf("⟨dataset⟩ %s: no such file or directory", s.Dataset)
	}
	if s.DataDir == "" {
		return nil
	}
	switch info, err := os.Stat(s.DataDir); {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("⟨data-dir⟩ %s: no such directory; make it, or name another", s.DataDir)
	case err != nil:
		return fmt.Errorf("⟨data-dir⟩: %w", err)
	case !info.IsDir():
		return fmt.Errorf("⟨data-dir⟩ %s: not a directory; own data in one file are named by ⟨dataset⟩", s.DataDir)
	}
	return nil
}

func (s *Spec) trainingLoader(d *datasets.Dataset) (*datasets.Loader, error) {
	if err := s.Augmentation.Fits(d); err != nil {
		return nil, Refuse("⟨augment⟩: %s", Plain(err))
	}
	return datasets.NewLoader(d, d.Train, datasets.LoaderOptions{
		BatchSize: s.Batch / max(s.Accumulate, 1), Group: s.Accumulate, Shuffle: true, Seed: s.Seed, Reconstruct: s.model().Task == datasets.Reconstruct,
		Augmentation: s.Augmentation, Share: s.dealt(),
	})
}
