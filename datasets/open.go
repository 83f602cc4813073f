package datasets

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// Open loads a data set by name, one of [Sets], or by the path of one's own data, in one of [Formats]: a directory for
// [ReadIDX], [ReadCIFAR] or [ReadImages], an .npz file for [ReadNPZ] or a .csv for [ReadCSV]. auto, also the empty name,
// is MNIST if its files are there or can be downloaded, and else digits; files that are there but damaged are an error.
// why says in one sentence what was chosen, and for auto the reason.
func Open(ctx context.Context, name string, opt Options) (d *Dataset, why string, err error) {
	if err := opt.Read.columnless(name); err != nil {
		return nil, "", err
	}
	for _, set := range Sets() {
		if set.Name == name || name == "" && set.Name == "auto" {
			if err := opt.Read.sizeless(set.Name); err != nil {
				return nil, "", err
			}
			return set.open(ctx, opt)
		}
	}
	return openPath(ctx, name, opt.Read)
}

func openSource(ctx context.Context, src source, opt Options) (*Dataset, string, error) {
	d, where, err := src.load(ctx, opt)
	if err != nil {
		return nil, "", err
	}
	return d, fmt.Sprintf("%s (%s)", src.name, where), nil
}

func openAuto(ctx context.Context, opt Options) (*Dataset, string, error) {
	d, why, err := openSource(ctx, mnistSource(), opt)
	if err == nil {
		return d, why, nil
	}
	// An interrupted download ends the command: the user wants to stop, and not to train on other data.
	if ctx.Err() != nil {
		return nil, "", err
	}
	// Damaged files of MNIST are an error. Their owner does not expect other data instead.
	if bad := (*unusableError)(nil); errors.As(err, &bad) {
		return nil, "", fmt.Errorf("%w (delete or replace the damaged file, or ask for digits by name)", err)
	}
	return builtIn(ctx, drawDigits, fmt.Sprintf("digits (built in: %s)", whyNotMNIST(err)))
}

func whyNotMNIST(err error) string {
	var absent *absentError
	if !errors.As(err, &absent) {
		return fmt.Sprintf("MNIST cannot be used: %s", strings.TrimPrefix(err.Error(), "datasets: mnist: "))
	}
	where := "MNIST is not in " + absent.dir
	if n := len(absent.missing); n < setSize {
		where = fmt.Sprintf("of MNIST's four files, %s lacks %d", absent.dir, n)
	}
	if absent.download == nil {
		return where + " and downloading is off"
	}
	return fmt.Sprintf("%s and could not be downloaded: %v", where, absent.download)
}

func openPath(ctx context.Context, path string, opt ReadOptions) (*Dataset, string, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "", fmt.Errorf("datasets: %q is none of %s, and no such file or directory exists: %w", path, named(), fs.ErrNotExist)
	}
	if err != nil {
		return nil, "", fmt.Errorf("datasets: %w", err)
	}
	for _, f := range Formats() {
		if f.is(path, info.IsDir()) {
			if err := opt.sizeless(path); err != nil && f.Name != "images" {
				return nil, "", err
			}
			d, err := f.read(ctx, path, opt)
			if err != nil {
				return nil, "", err
			}
			return d, describe(d, path), nil
		}
	}
	if info.IsDir() {
		return nil, "", unknownDirectory(path)
	}
	return nil, "", fmt.Errorf("datasets: %s: neither a directory of idx files nor an .npz nor a .csv: a text file needs commas between its fields and .csv at the end of its name", path)
}

// unknownDirectory is the error of a directory that is in none of the formats.
func unknownDirectory(dir string) error {
	l, err := list(dir)
	if err != nil {
		return fmt.Errorf("datasets: %w", err)
	}
	if slices.ContainsFunc(l.files, looksLikeImage) {
		return fmt.Errorf("datasets: %s has images beside each other: want a directory in it for the images of each class, called by the class", dir)
	}
	_, missing := locate(dir)
	return &absentError{dir: dir, missing: missing, or: ".gz, or a directory of images for each class"}
}

// named lists the names of data sets.
func named() string {
	var names []string
	for _, set := range Sets() {
		names = append(names, set.Name)
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// columnless refuses options that name columns if the data are no table.
func (opt ReadOptions) columnless(name string) error {
	for _, column := range append([]string{opt.Label}, opt.Targets...) {
		if column != "" && !IsTable(name) {
			return &ColumnError{column, fmt.Sprintf("only a .csv has columns, and %q is none", name)}
		}
	}
	return nil
}

// describe says what a file has, and which column was taken for the label or the targets.
func describe(d *Dataset, path string) string {
	text := fmt.Sprintf("%s (%s: %d training and %d test examples", d.Name, path, d.Train.Len(), d.Test.Len())
	switch {
	case d.Outputs() > 0:
		text += fmt.Sprintf(" with targets of %d", d.Outputs())
	case d.ClassNames != nil:
		text += " " + d.describeClasses()
	}
	if text += ")"; d.origin != "" {
		text += "; " + d.origin
	}
	return text
}
