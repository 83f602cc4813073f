package datasets

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"slices"

	"github.com/gokfac/gokfac/internal/memory"
)

// member is a file of an archive, or of a directory in its place.
type member struct {
	path string // for messages
	size int64
	data []byte
}

// readArchive reads the members of a .tar.gz that have one of the wanted names, in whatever directory of the archive.
// Nothing is written to disk. check refuses a member by its size, before its content is read. The file's SHA-256 is
// compared with sum; an empty sum verifies nothing.
//
// A member that is wanted must be a regular file, and be there once. No member's name may lead out of the archive. The
// sizes that the archive announces are compared with its own size and with the memory that may be used.
func readArchive(ctx context.Context, file string, wanted []string, check func(m member, name string) error, sum string) (map[string]member, error) {
	f, err := openFile(ctx, file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	files, err := f.members(wanted, check, sum)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return files, nil
}

func (f *dataFile) members(wanted []string, check func(m member, name string) error, sum string) (map[string]member, error) {
	hash := sha256.New()
	var source io.Reader = f
	if sum != "" {
		source = io.TeeReader(f, hash)
	}
	raw := bufio.NewReaderSize(source, 1<<16)
	if err := checkGzip(raw); err != nil {
		return nil, err
	}
	gz, err := gzip.NewReader(raw)
	if err != nil {
		return nil, fmt.Errorf("damaged: %w", err)
	}
	content := f.table(gz)
	files, err := readTar(f.ctx, content, f.size, wanted, check)
	if err != nil {
		return nil, err
	}
	// gzip verifies its own checksum at the end.
	if _, err := io.Copy(io.Discard, content); err != nil {
		return nil, err
	}
	for name, m := range files {
		m.path = filepath.Join(f.Name(), m.path)
		files[name] = m
	}
	if sum != "" {
		return files, compare("SHA-256", hash, sum)
	}
	return files, nil
}

// readTar reads the wanted members of an archive that takes so many bytes where it is stored.
func readTar(ctx context.Context, content io.Reader, stored int64, wanted []string, check func(m member, name string) error) (map[string]member, error) {
	archive, files := tar.NewReader(content), map[string]member{}
	var total int64
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, ofTar(err)
		}
		if !filepath.IsLocal(header.Name) {
			return nil, fmt.Errorf("it has a file %.80q, which leads out of it: no such archive is read", header.Name)
		}
		name := path.Base(header.Name)
		if !slices.Contains(wanted, name) {
			continue
		}
		m := member{path: name, size: header.Size}
		switch _, twice := files[name]; {
		case header.Typeflag == tar.TypeDir:
			continue
		case header.Typeflag != tar.TypeReg:
			return nil, fmt.Errorf("%.80q is a link or a device in it, not a file", header.Name)
		case twice:
			return nil, fmt.Errorf("it has %s twice", name)
		}
		if err := check(m, name); err != nil {
			return nil, err
		}
		if total += m.size; total < 0 {
			return nil, fmt.Errorf("%s is said to have %d bytes", name, m.size)
		}
		// Holes of a sparse file take no room in the archive.
		if err := checkInflation(total, stored); err != nil {
			return nil, err
		}
		// The bytes are in a buffer that grew by doubling, and each of their numbers takes four bytes.
		if err := memory.Check(ctx, "the data announced by the archive", (2+4)*float64(total)); err != nil {
			return nil, err
		}
		if m.data, err = readExactly(archive, m.size); err != nil {
			return nil, fmt.Errorf("%s: %w", name, ofTar(err))
		}
		files[name] = m
	}
	return files, nil
}

// ofTar is an error of reading an archive's content.
func ofTar(err error) error {
	if errors.Is(err, tar.ErrHeader) {
		return errors.New("damaged: its content is no tar archive, or breaks off")
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("truncated: the archive ends within a file")
	}
	return err
}

// checkGzip refuses what is not compressed by its first bytes.
func checkGzip(r *bufio.Reader) error {
	head, err := r.Peek(2)
	switch {
	case interrupted(err):
		return err
	case len(head) == 0:
		return errors.New("it is empty")
	case len(head) < 2 || head[0] != 0x1f || head[1] != 0x8b:
		return fmt.Errorf("not a .tar.gz: it begins with % x, not with 1f 8b", head)
	}
	return nil
}

// verifyArchive compares the SHA-256 of a downloaded archive.
func verifyArchive(ctx context.Context, path, sum string) error {
	f, err := openFile(ctx, path)
	if err != nil {
		return err
	}
	defer f.Close()
	r, hash := bufio.NewReaderSize(f, 1<<16), sha256.New()
	if err = checkGzip(r); err == nil {
		if _, err = io.Copy(hash, r); err == nil {
			err = compare("SHA-256", hash, sum)
		}
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
