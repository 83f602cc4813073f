package datasets

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// source is a published data set in the layout of MNIST's four files.
type source struct {
	name    string
	mirrors []string
	sums    idxFiles[*checksum]
	classes []string
}

// load fetches missing files if opt allows it, reads the data set, and says where it was.
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

// verify reads the files that are there. Missing files are not added to damaged files, or to those of another data set.
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

// directory is the directory that has the files of a data set, or should have them.
func (opt Options) directory(name string) (string, error) {
	root, err := opt.root()
	if err != nil {
		return "", err
	}
	below := filepath.Join(root, name)
	_, lackRoot := locate(root)
	_, lackBelow := locate(below)
	if n := len(lackRoot); n == 0 || n < setSize && len(lackBelow) == setSize {
		return root, nil
	}
	return below, nil
}

// root is the directory that all data sets are looked for in.
func (opt Options) root() (string, error) {
	if opt.Dir != "" {
		return opt.Dir, nil
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("there is no cache directory, so name a data directory: %w", err)
	}
	return filepath.Join(cache, "gokfac"), nil
}

// unusableError reports files that are there, but are damaged or belong to another data set.
type unusableError struct {
	name string // of the data set
	err  error
}

func (e *unusableError) Error() string { return fmt.Sprintf("datasets: %s: %v", e.name, e.err) }

func (e *unusableError) Unwrap() error { return e.err }

// absentError reports files that are missing, and the failure of their download if it was tried.
type absentError struct {
	name     string // name of the data set; empty for data of one's own
	dir      string
	missing  []string
	or       string // what will do in place of the missing files; empty: .gz
	download error
}

func (e *absentError) Error() string {
	name := ""
	if e.name != "" {
		name = e.name + ": "
	}
	lack := fmt.Sprintf("datasets: %s%s has no %s", name, e.dir, strings.Join(e.missing, ", "))
	or := cmp.Or(e.or, ".gz")
	switch {
	case e.download != nil:
		return fmt.Sprintf("%s, and downloading failed: %v", lack, e.download)
	case e.name != "":
		return fmt.Sprintf("%s (or %s): put it there or allow the download", lack, or)
	}
	return fmt.Sprintf("%s (or %s)", lack, or)
}

// Unwrap returns fs.ErrNotExist and the error of the download, so that errors.Is finds both.
func (e *absentError) Unwrap() error { return errors.Join(fs.ErrNotExist, e.download) }
