package figures

import (
	"fmt"
	"os"
	"path/filepath"
)

// Figure is what has a picture: a [Chart], for example.
type Figure interface{ SVG() ([]byte, error) }

// MakeDirectory makes a directory for pictures, if there is none. A program calls it before
// the work that the pictures are of, so that no work is lost. "" stands for no pictures.
func MakeDirectory(dir string) error {
	if dir == "" {
		return nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("%w: choose a directory that can be made", err)
	}
	return nil
}

// Save writes a figure as an SVG file, a document of its own with a last line break, into a
// directory that it makes if there is none, over an older file of that name. It returns the
// file's path.
func Save(dir, name string, f Figure) (path string, err error) {
	svg, err := f.SVG()
	if err != nil {
		return "", err
	}
	if err := MakeDirectory(dir); err != nil {
		return "", err
	}
	path = filepath.Join(dir, name)
	return path, os.WriteFile(path, append(svg, '\n'), 0o644)
}
