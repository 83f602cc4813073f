package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gokfac/gokfac/datasets"
)

// openData loads the data set and prepares it for the model. why says which it
// is and where it comes from.
func openData(ctx context.Context, s *settings, show *download) (d *datasets.Dataset, why string, err error) {
	if err := checkPaths(s); err != nil {
		return nil, "", err
	}
	name, reason := s.dataset, ""
	if s.model == "regression" && name == "auto" {
		name, reason = "ill-conditioned", ": -model regression needs values as targets, and the other data sets have classes"
	}
	if slices.Contains(namesOf(datasetNames()), name) { // told before a download
		if err := checkTargets(s, name, name == "ill-conditioned"); err != nil {
			return nil, "", err
		}
	}
	d, why, err = datasets.Open(ctx, name, datasets.Options{
		Dir: s.dataDir, Download: s.download, Progress: show.callback(), Read: s.columns,
	})
	show.close()
	if ctx.Err() != nil {
		return nil, "", interrupted(ctx, 0)
	}
	if err != nil {
		return nil, "", s.columnError(err)
	}
	if err := checkTargets(s, d.Name, d.Outputs() > 0); err != nil {
		return nil, "", err
	}
	if reason != "" {
		why = strings.TrimSuffix(why, ")") + reason + ")"
	}
	switch {
	case d.Test.Len() == 0:
		return nil, "", fmt.Errorf("%s has no test examples", d.Name)
	case s.model == "mlp" && d.Classes < 2:
		_, column, _ := strings.Cut(why, "; ")
		if column != "" {
			column = "; " + column
		}
		return nil, "", fmt.Errorf("%s has labels of one class only: a classifier needs two%s", s.dataset, column)
	}
	own := !slices.Contains(namesOf(datasetNames()), name)
	return d, why, s.prepare(d, own)
}

// checkTargets refuses a model for data of the other kind, with classes or with
// values.
func checkTargets(s *settings, name string, values bool) error {
	switch {
	case s.model == "regression" && !values:
		return usagef("-model regression: %s has classes, not values: choose -model mlp, or -dataset ill-conditioned", name)
	case s.model != "regression" && values:
		return usagef("-model %s: %s has values as targets, which it does not learn: choose -model regression, or another -dataset",
			s.model, name)
	}
	return nil
}

// checkPaths refuses names of data that cannot be meant. A data directory that
// is not there is more likely mistyped than to be made.
func checkPaths(s *settings) error {
	names := namesOf(datasetNames())
	if _, err := os.Stat(s.dataset); errors.Is(err, fs.ErrNotExist) && !slices.Contains(names, s.dataset) {
		if s.dataset == filepath.Base(s.dataset) && filepath.Ext(s.dataset) == "" {
			return usagef("-dataset: unknown data set %q: want %s, or a path of one's own data%s",
				s.dataset, strings.Join(names, ", "), didYouMean(s.dataset, names))
		}
		return fmt.Errorf("-dataset %s: no such file or directory", s.dataset)
	}
	if s.dataDir == "" {
		return nil
	}
	switch info, err := os.Stat(s.dataDir); {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("-data-dir %s: no such directory; make it, or name another", s.dataDir)
	case err != nil:
		return fmt.Errorf("-data-dir: %w", err)
	case !info.IsDir():
		return fmt.Errorf("-data-dir %s: not a directory; own data in one file are named by -dataset", s.dataDir)
	}
	return nil
}

func trainingLoader(s *settings, d *datasets.Dataset) (*datasets.Loader, error) {
	return datasets.NewLoader(d, d.Train, datasets.LoaderOptions{
		BatchSize: s.batch, Shuffle: true, Seed: s.seed, Reconstruct: s.model == "autoencoder",
	})
}
