package datasets

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// source is a data set published as MNIST's four files.
type source struct {
	name    string
	mirrors []string
	sums    idxFiles[*checksum]
	classes []string
}

// load reads the data set, after fetching what is missing if opt allows, and says where from.
func (src source) load(ctx context.Context, opt Options) (d *Dataset, where string, err error) {
	dir, err := opt.directory(src.name)
	if err != nil {
		return nil, "", fmt.Errorf("datasets: %s: %w", src.name, err)
	}
	paths, missing := locate(dir)
	where = "in " + dir
	if len(missing) > 0 {
		absent := &absentError{name: src.name, dir: dir, missing: missing}
		if !opt.Download {
			return nil, "", absent
		}
		if err := src.verify(ctx, paths); err != nil {
			return nil, "", &unusableError{name: src.name, err: err}
		}
		if err := src.fetch(ctx, dir, missing, opt); err != nil {
			absent.download = err
			return nil, "", absent
		}
		where = "downloaded to " + dir
		if paths, missing = locate(dir); len(missing) > 0 {
			return nil, "", &absentError{name: src.name, dir: dir, missing: missing}
		}
	}
	if d, err = loadIDX(ctx, paths, src.sums); err != nil {
		return nil, "", &unusableError{name: src.name, err: err}
	}
	if d.Shape[0] != side || d.Shape[1] != side || d.Classes > numerals {
		return nil, "", &unusableError{name: src.name, err: fmt.Errorf("%s holds images of %d×%d in %d classes, not of 28×28 in 10",
			dir, d.Shape[0], d.Shape[1], d.Classes)}
	}
	d.Name, d.Classes, d.ClassNames = src.name, numerals, src.classes
	return d, where, nil
}

// verify reads the files that are there: a set is not completed around a file of another one, or a damaged one.
func (src source) verify(ctx context.Context, paths idxFiles[string]) error {
	for _, file := range []struct{ name, path string }{
		{trainImages, paths.trainImages}, {trainLabels, paths.trainLabels}, {testImages, paths.testImages}, {testLabels, paths.testLabels},
	} {
		if file.path == "" {
			continue
		}
		dimensions, sum := src.describe(file.name)
		if _, err := readIDXFile(ctx, file.path, dimensions, sum); err != nil {
			return err
		}
	}
	return nil
}

// directory is where the files of a data set are, or belong.
func (opt Options) directory(name string) (string, error) {
	root := opt.Dir
	if root == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return "", fmt.Errorf("there is no cache directory, so name a data directory: %w", err)
		}
		root = filepath.Join(cache, "gokfac")
	}
	below := filepath.Join(root, name)
	_, lackRoot := locate(root)
	_, lackBelow := locate(below)
	if n := len(lackRoot); n == 0 || n < setSize && len(lackBelow) == setSize {
		return root, nil
	}
	return below, nil
}

// unusableError is that of files that are there, but damaged or another data set's.
type unusableError struct {
	name string // of the data set
	err  error
}

func (e *unusableError) Error() string { return fmt.Sprintf("datasets: %s: %v", e.name, e.err) }

func (e *unusableError) Unwrap() error { return e.err }

// absentError is that of files that are not there, and of the attempt to get them if there was one.
type absentError struct {
	name     string // of the data set; empty for one's own
	dir      string
	missing  []string
	download error
}

func (e *absentError) Error() string {
	name := ""
	if e.name != "" {
		name = e.name + ": "
	}
	lack := fmt.Sprintf("datasets: %s%s has no %s", name, e.dir, strings.Join(e.missing, ", "))
	switch {
	case e.download != nil:
		return fmt.Sprintf("%s, and downloading failed: %v", lack, e.download)
	case e.name != "":
		return lack + " (or .gz): put it there or allow the download"
	}
	return lack + " (or .gz)"
}

// Unwrap makes the error one of fs.ErrNotExist as well as of what went wrong with the download.
func (e *absentError) Unwrap() error { return errors.Join(fs.ErrNotExist, e.download) }
