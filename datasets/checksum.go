package datasets

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
)

// checksum is a published digest of a data file, hexadecimal. One of the two is set: SHA-256 is of the decompressed
// content, which any copy of the file has; MD5 is of the .gz, and says nothing about a copy that has been unpacked. mnist,
// for a data set with MNIST's file names, is the SHA-256 of what is MNIST's own.
type checksum struct{ md5, sha256, mnist string }

// readIDXFile decodes the idx file at path, which may be compressed whatever its name, and verifies sum where it can: an
// MD5 only on a file that is compressed. A nil sum verifies nothing.
func readIDXFile(ctx context.Context, path string, dimensions int, sum *checksum) (a idxArray, err error) {
	f, err := openFile(ctx, path)
	if err != nil {
		return idxArray{}, err
	}
	defer f.Close()
	defer func() {
		if err != nil {
			err = fmt.Errorf("%s: %w", path, err)
		}
	}()

	archive, content := md5.New(), sha256.New()
	var source io.Reader = f
	if sum != nil && sum.md5 != "" {
		source = io.TeeReader(f, archive)
	}
	raw := bufio.NewReaderSize(source, 1<<16)
	r, compressed, err := decompress(raw)
	if err != nil {
		return idxArray{}, err
	}
	r = until(ctx, r)
	if sum != nil && sum.sha256+sum.mnist != "" {
		r = io.TeeReader(r, content)
	}
	if a, err = decodeIDX(r, dimensions); err != nil || sum == nil {
		return a, err
	}
	if sum.mnist != "" && digest(content) == sum.mnist {
		return a, errors.New("by its SHA-256 this is MNIST's file, which has the same name")
	}
	if sum.sha256 != "" {
		return a, compare("SHA-256", content, sum.sha256)
	}
	if compressed {
		return a, compare("MD5", archive, sum.md5)
	}
	return a, nil
}

// decompress looks at the content, not at the name: browsers unpack a download and keep its .gz.
func decompress(r *bufio.Reader) (content io.Reader, compressed bool, err error) {
	head, err := r.Peek(2)
	if err != nil || head[0] != 0x1f || head[1] != 0x8b {
		return r, false, nil
	}
	gz, err := gzip.NewReader(r)
	if err != nil {
		return nil, true, fmt.Errorf("damaged: %w", err)
	}
	return gz, true, nil
}

func compare(algorithm string, h hash.Hash, want string) error {
	if got := digest(h); got != want {
		return fmt.Errorf("wrong %s checksum %.12s…, published is %.12s…: is it of another data set? If not, delete the file and get it again",
			algorithm, got, want)
	}
	return nil
}

func digest(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }
