package datasets

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// imageFolder lists the images of a directory.
type imageFolder struct {
	dir         string
	classes     []string
	train, test []imageFile // test is empty if the directory has no test part

	beside, hidden []string // what is not read, within dir
	notes          []string
}

type imageFile struct {
	path  string
	class int32
}

// Names of the directories with the parts, in upper or lower case.
var (
	trainNames      = []string{"train", "training"}
	testNames       = []string{"test", "testing"}
	validationNames = []string{"val", "valid", "validation"}
)

// listing is the content of one directory, in the order of names.
type listing struct{ directories, files, hidden []string }

// list reads a directory. Links count as what they lead to.
func list(dir string) (l listing, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return l, err
	}
	for _, e := range entries {
		name, directory := e.Name(), e.IsDir()
		if isHidden(name) {
			l.hidden = append(l.hidden, filepath.Join(dir, name))
			continue
		}
		if e.Type()&fs.ModeSymlink != 0 {
			info, err := os.Stat(filepath.Join(dir, name))
			if errors.Is(err, fs.ErrNotExist) {
				return l, fmt.Errorf("%s is a link to something that is not there: %w", filepath.Join(dir, name), fs.ErrNotExist)
			}
			if err != nil {
				return l, err
			}
			directory = info.IsDir()
		}
		if directory {
			l.directories = append(l.directories, name)
		} else {
			l.files = append(l.files, name)
		}
	}
	return l, nil
}

// isHidden tells the names of what systems leave in directories for themselves.
func isHidden(name string) bool {
	return strings.HasPrefix(name, ".") || name == "__MACOSX" || slices.Contains([]string{"thumbs.db", "desktop.ini"}, strings.ToLower(name))
}

// isImages tells a directory that has directories.
func isImages(path string, directory bool) bool {
	if !directory {
		return false
	}
	l, err := list(path)
	return err != nil || len(l.directories) > 0 // readImages reports the error
}

// listFolder finds the parts, the classes and the images of a directory.
func listFolder(ctx context.Context, dir string) (*imageFolder, error) {
	f := &imageFolder{dir: dir}
	root, err := f.open(dir)
	if err != nil {
		return nil, err
	}
	train, test, err := f.parts(root)
	if err != nil {
		return nil, err
	}
	if f.train, f.classes, err = f.part(ctx, train, nil); err != nil {
		return nil, err
	}
	if test != "" {
		if f.test, _, err = f.part(ctx, test, f.classes); err != nil {
			return nil, err
		}
	}
	f.noteUnread("beside the directories of the classes", f.beside)
	f.noteUnread("hidden", f.hidden)
	return f, nil
}

// open lists a directory of directories, and remembers what is not read.
func (f *imageFolder) open(dir string) (listing, error) {
	l, err := list(dir)
	if err != nil {
		return l, err
	}
	if len(l.directories) == 0 {
		return l, fmt.Errorf("%s has no directories: want one with the images of each class, called by the class", dir)
	}
	for _, name := range l.files {
		if looksLikeImage(name) {
			return l, fmt.Errorf("%s is beside the directories of the classes: put it into one of them", filepath.Join(dir, name))
		}
		f.beside = append(f.beside, below(f.dir, filepath.Join(dir, name)))
	}
	f.hide(l)
	return l, nil
}

// hide remembers the hidden files of a directory.
func (f *imageFolder) hide(l listing) {
	for _, path := range l.hidden {
		f.hidden = append(f.hidden, below(f.dir, path))
	}
}

func (f *imageFolder) noteUnread(why string, names []string) {
	if len(names) > 0 {
		f.notes = append(f.notes, fmt.Sprintf("not read, as %s: %s", why, listNames(names)))
	}
}

// looksLikeImage tells an image by the end of its name.
func looksLikeImage(name string) bool {
	return slices.Contains([]string{".png", ".jpg", ".jpeg"}, strings.ToLower(filepath.Ext(name)))
}

// parts returns the directories of the training and the test part. train may be a class, too: it is a part if it has
// directories, or if all directories are called like parts.
func (f *imageFolder) parts(root listing) (train, test string, err error) {
	named := func(names []string) (found []string) {
		for _, name := range root.directories {
			if slices.ContainsFunc(names, func(s string) bool { return strings.EqualFold(s, name) }) {
				found = append(found, name)
			}
		}
		return found
	}
	trains, tests, validations := named(trainNames), named(testNames), named(validationNames)
	if len(trains) == 0 {
		return f.dir, "", nil
	}
	others := len(root.directories) - len(trains) - len(tests) - len(validations)
	inside, err := list(filepath.Join(f.dir, trains[0]))
	switch {
	case err != nil:
		return "", "", err
	case others > 0 && len(inside.directories) == 0:
		return f.dir, "", nil
	case others > 0:
		return "", "", fmt.Errorf("%s has parts and classes beside each other: %s: want train and test with a directory for each class, or the classes alone",
			f.dir, listNames(root.directories))
	case len(tests) > 0 && len(validations) > 0:
		f.noteUnread("the test part is "+tests[0], validations)
	case len(tests) == 0:
		tests = validations
	}
	for _, names := range [][]string{trains, tests} {
		if len(names) > 1 {
			return "", "", fmt.Errorf("%s has %s: which of them is the part?", f.dir, listNames(names))
		}
	}
	train = filepath.Join(f.dir, trains[0])
	if len(tests) > 0 {
		test = filepath.Join(f.dir, tests[0])
	}
	return train, test, nil
}

// part lists the images of a directory with one directory for each class. The classes are the given ones, if any.
func (f *imageFolder) part(ctx context.Context, dir string, classes []string) (files []imageFile, names []string, err error) {
	var l listing
	if dir == f.dir {
		l, err = list(dir) // opened already
	} else {
		l, err = f.open(dir)
	}
	if err != nil {
		return nil, nil, err
	}
	names = l.directories
	if len(names) > maxClasses {
		return nil, nil, fmt.Errorf("%s has %d directories, and there can be %d classes", dir, len(names), maxClasses)
	}
	for i, name := range names {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		path := filepath.Join(dir, name)
		if classes != nil {
			if i = slices.Index(classes, name); i < 0 {
				return nil, nil, fmt.Errorf("%s is a class without training images; there are %s", path, listNames(classes))
			}
		}
		l, err := list(path)
		switch {
		case err != nil:
			return nil, nil, err
		case len(l.directories) > 0:
			return nil, nil, fmt.Errorf("%s is a directory in that of a class: want the images of a class in its directory itself, and parts that are called train and test",
				filepath.Join(path, l.directories[0]))
		case len(l.files) == 0:
			return nil, nil, fmt.Errorf("%s has no images: fill the directory, or remove it", path)
		}
		f.hide(l)
		for _, file := range l.files {
			files = append(files, imageFile{filepath.Join(path, file), int32(i)})
		}
	}
	return files, names, nil
}
