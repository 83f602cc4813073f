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
	"github.com/gokfac/gokfac/trainer"
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
	d, why, err = datasets.Open(ctx, name, datasets.Options{Dir: s.dataDir, Download: s.download, Progress: show.callback()})
	show.close()
	if ctx.Err() != nil {
		return nil, "", interrupted(ctx, 0)
	}
	if err != nil {
		return nil, "", err
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
		return nil, "", fmt.Errorf("%s has labels of one class only: a classifier needs two", d.Name)
	case s.model == "autoencoder" && !d.Pixels:
		return nil, "", usagef("-model autoencoder needs images with pixels from 0 to 255: %s has other features", d.Name)
	case s.model == "mlp":
		d.Standardize()
	}
	return d, why, nil
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

// The evaluations run over at most so many training examples (the
// autoencoder's reconstruction error), in batches of at most evalBatch.
const (
	evalTrain = 10_000
	evalBatch = 1000
)

func trainingLoader(s *settings, d *datasets.Dataset) (*datasets.Loader, error) {
	return datasets.NewLoader(d, d.Train, datasets.LoaderOptions{
		BatchSize: s.batch, Shuffle: true, Seed: s.seed, Reconstruct: s.model == "autoencoder",
	})
}

func evaluations(s *settings, d *datasets.Dataset) ([]trainer.Evaluation, error) {
	test, err := evaluationLoader(s, d, d.Test)
	if err != nil {
		return nil, err
	}
	evals := []trainer.Evaluation{{Prefix: "test_", Source: test}}
	if s.model != "autoencoder" {
		return evals, nil
	}
	n := min(d.Train.Len(), evalTrain)
	head, err := evaluationLoader(s, d, datasets.Split{X: d.Train.X[:n*d.Features()], Labels: d.Train.Labels[:n]})
	if err != nil {
		return nil, err
	}
	return append(evals, trainer.Evaluation{Source: head}), nil
}

func evaluationLoader(s *settings, d *datasets.Dataset, split datasets.Split) (*datasets.Loader, error) {
	return datasets.NewLoader(d, split, datasets.LoaderOptions{
		BatchSize: min(evalBatch, split.Len()), KeepLast: true, Reconstruct: s.model == "autoencoder",
	})
}

func metrics(model string) []trainer.Metric {
	switch model {
	case "autoencoder":
		return []trainer.Metric{trainer.ReconstructionError()}
	case "regression":
		return nil // the loss says it all
	}
	return []trainer.Metric{trainer.Accuracy()}
}

// subsetLoss is the autoencoder's data loss on the first evalTrain training examples.
const subsetLoss = "train_subset_loss"

// scoresOf names the scores of an evaluation, in the order of the result.
func scoresOf(model string) []string {
	switch model {
	case "autoencoder":
		return []string{subsetLoss, "reconstruction_error", "test_loss", "test_reconstruction_error"}
	case "regression":
		return []string{"test_loss"}
	}
	return []string{"test_loss", "test_accuracy"}
}
