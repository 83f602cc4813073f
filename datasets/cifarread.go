package datasets

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/gokfac/gokfac/internal/memory"
)

// maxNames bounds a file of class names, in bytes.
const maxNames = 1 << 20

// read reads the directory or archive at path. A published data set is held to what is known of it.
func (l cifarLayout) read(ctx context.Context, path string, directory, published bool) (*Dataset, error) {
	var files map[string]member
	var err error
	if directory {
		files, err = l.readDirectory(ctx, path, published)
	} else {
		sum := ""
		if published {
			sum = l.sha256
		}
		files, err = readArchive(ctx, path, append(l.parts(), l.names), func(m member, name string) error {
			return l.checkSize(m.path, name, m.size, published)
		}, sum)
	}
	if err != nil {
		return nil, err
	}
	return l.decode(ctx, path, files, published)
}

// readDirectory reads the files with images and, if it is there, the file with the names.
func (l cifarLayout) readDirectory(ctx context.Context, dir string, published bool) (map[string]member, error) {
	open := map[string]*dataFile{}
	defer func() {
		for _, f := range open {
			f.Close()
		}
	}()
	var total float64
	for _, name := range append(l.parts(), l.names) {
		path := filepath.Join(dir, name)
		f, err := openFile(ctx, path)
		if name == l.names && errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		open[name] = f
		if err := l.checkSize(path, name, f.size, published); err != nil {
			return nil, err
		}
		total += float64(f.size)
	}
	if err := memory.Check(ctx, "the data in "+dir, (1+4)*total); err != nil {
		return nil, err
	}
	files := map[string]member{}
	for name, f := range open {
		data := make([]byte, f.size)
		if n, err := io.ReadFull(f, data); err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name(), shortRead(err, fmt.Sprintf("%d bytes of data", f.size), f.size, int64(n)))
		}
		files[name] = member{path: f.Name(), size: f.size, data: data}
	}
	return files, nil
}

// checkSize refuses a file that is no whole number of records or, of a published data set, not of its size.
func (l cifarLayout) checkSize(path, name string, size int64, published bool) error {
	record := int64(l.record())
	if name == l.names {
		if size > maxNames {
			return fmt.Errorf("%s has %d bytes: that is no list of class names", path, size)
		}
		return nil
	}
	want := int64(l.images[1]) * record
	if name != l.test {
		want = int64(l.images[0]/len(l.train)) * record
	}
	switch {
	case size == 0:
		return fmt.Errorf("%s is empty", path)
	case size%record != 0:
		return fmt.Errorf("%s has %d bytes, which is no whole number of records of %d (%d of labels and %d of pixels): it is truncated, or of another form",
			path, size, record, l.label, cifarPixels)
	case published && size != want:
		return fmt.Errorf("%s has %d images, and the published file %d: delete it and get it again", path, size/record, want/record)
	}
	return nil
}

// decode makes a data set of the files' content.
func (l cifarLayout) decode(ctx context.Context, path string, files map[string]member, published bool) (*Dataset, error) {
	var missing []string
	for _, name := range l.parts() {
		if _, ok := files[name]; !ok {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("%s has no %s", path, strings.Join(missing, ", "))
	}
	names, err := l.classNames(files, published)
	if err != nil {
		return nil, err
	}
	d := &Dataset{Shape: []int{cifarSide, cifarSide, 3}, Pixels: true, Scaling: byteScaling()}
	top := l.classes
	if names != nil {
		top = len(names)
	}
	if d.Train, err = l.split(ctx, files, l.train, top); err != nil {
		return nil, err
	}
	if d.Test, err = l.split(ctx, files, []string{l.test}, top); err != nil {
		return nil, err
	}
	if published {
		d.Classes, d.ClassNames = l.classes, names
		return d, l.checkBalance(path, d)
	}
	if err := renumber(d, func(i int) string { return fmt.Sprintf("%s: image %d", files[l.test].path, i) }); err != nil {
		return nil, err
	}
	if names != nil {
		for i, number := range d.ClassNames {
			label, _ := strconv.Atoi(number) // renumber wrote it
			d.ClassNames[i] = names[label]
		}
	}
	return d, nil
}

// classNames are the lines of the file with the names. nil: there is no such file, and the classes are not known.
func (l cifarLayout) classNames(files map[string]member, published bool) ([]string, error) {
	file, ok := files[l.names]
	if !ok {
		if published && l.known == nil {
			return numerically(l.classes), nil
		}
		if published {
			return l.known, nil
		}
		return nil, nil
	}
	var names []string
	for line := range strings.Lines(string(file.data)) {
		if line = strings.ToValidUTF8(strings.TrimSpace(line), "\uFFFD"); line != "" {
			names = append(names, line)
		}
	}
	switch {
	case len(names) == 0:
		return nil, fmt.Errorf("%s has no names of classes: want one on each line", file.path)
	case len(names) > 256:
		return nil, fmt.Errorf("%s has %d names of classes, and a label of one byte tells 256", file.path, len(names))
	case published && len(names) != l.classes:
		return nil, fmt.Errorf("%s has %d names of classes, not %d", file.path, len(names), l.classes)
	}
	return names, nil
}

// split makes rows of the records of some files, whose labels are below top.
func (l cifarLayout) split(ctx context.Context, files map[string]member, names []string, top int) (Split, error) {
	n := 0
	for _, name := range names {
		n += len(files[name].data) / l.record()
	}
	s := Split{X: make([]float32, 0, n*cifarPixels), Labels: make([]int32, 0, n)}
	scale := intensities()
	for _, name := range names {
		file := files[name]
		for i := 0; i*l.record() < len(file.data); i++ {
			if err := ctx.Err(); err != nil {
				return Split{}, err
			}
			record := file.data[i*l.record():][:l.record()]
			label := int(record[l.label-1])
			if label >= top {
				return Split{}, fmt.Errorf("%s: image %d: label %d: want at most %d: the file is damaged, of another form, or %s has too few names",
					file.path, i, label, top-1, l.names)
			}
			s.Labels = append(s.Labels, int32(label))
			red, green, blue := record[l.label:], record[l.label+cifarPlane:], record[l.label+2*cifarPlane:]
			for p := range cifarPlane {
				s.X = append(s.X, scale[red[p]], scale[green[p]], scale[blue[p]])
			}
		}
		files[name] = member{path: file.path} // its bytes are not needed any more
	}
	return s, nil
}

// checkBalance refuses a published data set whose classes are not all of one size.
func (l cifarLayout) checkBalance(path string, d *Dataset) error {
	for i, labels := range [][]int32{d.Train.Labels, d.Test.Labels} {
		counts := make([]int, l.classes)
		for _, label := range labels {
			counts[label]++
		}
		for class, n := range counts {
			if n != len(labels)/l.classes {
				return fmt.Errorf("%s has %d %s images of class %d, and the published data set %d: its files are damaged or of another data set",
					path, n, []string{"training", "test"}[i], class, len(labels)/l.classes)
			}
		}
	}
	return nil
}
