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

// checksum is a published digest of a data file, in hexadecimal. Either sha256 or md5 is set. sha256 is the digest of
// the decompressed content, so it verifies any copy of the file. md5 is the digest of the .gz, so it cannot verify a
// copy that has been unpacked. mnist is the SHA-256 of MNIST's file of the same name; a data set that shares MNIST's
// file names uses it to recognise a mix-up.
type checksum struct{ md5, sha256, mnist string }

// readIDXFile decodes the idx file at path and verifies sum. The content tells whether the file is compressed; its name
// does not. An MD5 can only be verified on a compressed file. A nil sum verifies nothing.
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

// decompress looks at the content and not at the name, because browsers unpack a download and keep its .gz.
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
