package datasets

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// load fetches the archive if nothing is there and opt allows it, reads the data set, and says where it was.
func (l cifarLayout) load(ctx context.Context, opt Options) (d *Dataset, where string, err error) {
	root, err := opt.root()
	if err != nil {
		return nil, "", fmt.Errorf("datasets: %s: %w", l.name, err)
	}
	path, directory, absent := l.find(root, filepath.Join(root, l.name))
	where = "in " + path
	if absent != nil {
		if !opt.Download {
			return nil, "", absent
		}
		path = filepath.Join(root, l.name, l.archive)
		if err := l.fetch(ctx, path, opt); err != nil {
			absent.download = err
			return nil, "", absent
		}
		where = "downloaded to " + filepath.Dir(path)
	}
	if d, err = l.read(ctx, path, directory, true); err != nil {
		return nil, "", &unusableError{name: l.name, err: err}
	}
	d.Name = l.name
	return d, where, nil
}

// open is a row's of Sets.
func (l cifarLayout) open(ctx context.Context, opt Options) (*Dataset, string, error) {
	d, where, err := l.load(ctx, opt)
	if err != nil {
		return nil, "", err
	}
	return d, fmt.Sprintf("%s (%s)", l.name, where), nil
}

// find looks for the directory with all files, or else for the archive, in some directories and in the archive's directory
// below each.
func (l cifarLayout) find(roots ...string) (path string, directory bool, absent *absentError) {
	absent = &absentError{name: l.name, dir: roots[len(roots)-1], missing: []string{l.directory}, or: l.archive}
	for _, r := range roots {
		for _, dir := range []string{r, filepath.Join(r, l.directory)} {
			switch missing := l.missing(dir); {
			case len(missing) == 0:
				return dir, true, nil
			case len(missing) < len(l.parts()): // a directory that has some of them is the one to be completed
				absent.dir, absent.missing = dir, missing
			}
		}
	}
	for _, r := range roots {
		path := filepath.Join(r, l.archive)
		if _, err := os.Stat(path); err == nil {
			return path, false, nil
		}
	}
	return "", false, absent
}

// missing lists the files with images that dir lacks.
func (l cifarLayout) missing(dir string) (names []string) {
	for _, name := range l.parts() {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || !info.Mode().IsRegular() {
			names = append(names, name)
		}
	}
	return names
}

// fetch downloads the archive to path.
func (l cifarLayout) fetch(ctx context.Context, path string, opt Options) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	g, done := opt.getter(cifarMirrors())
	defer done()
	return g.get(ctx, path, func(path string) error { return verifyArchive(ctx, path, l.sha256) })
}

// cifarOf returns the layout of one's own data at path, and what find says of them. It is not ok if nothing is there.
func cifarOf(path string, directory bool) (l cifarLayout, at string, absent *absentError, ok bool) {
	for _, l := range cifarLayouts() {
		if !directory {
			if filepath.Base(path) == l.archive {
				return l, path, nil, true
			}
			continue
		}
		at, _, absent := l.find(path)
		if absent == nil || absent.missing[0] != l.directory {
			return l, at, absent, true
		}
	}
	return cifarLayout{}, "", nil, false
}

func readCIFAR(ctx context.Context, path string) (*Dataset, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("datasets: %w", err)
	}
	l, at, absent, ok := cifarOf(path, info.IsDir())
	switch {
	case !ok:
		return nil, fmt.Errorf("datasets: %s has neither CIFAR-10's files (%s, …, %s) nor CIFAR-100's (%s and %s)", path,
			cifar10().train[0], cifar10().test, cifar100().train[0], cifar100().test)
	case absent != nil:
		absent.name = ""
		return nil, absent
	}
	d, err := l.read(ctx, at, filepath.Base(at) != l.archive, false)
	if err != nil {
		return nil, fmt.Errorf("datasets: %w", err)
	}
	d.Name = baseName(path)
	return d, nil
}
