package datasets

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Limits of waiting. A host that does not answer must not hold up a program that can fall back on other data.
const (
	connectTimeout = 2 * time.Second  // name lookup and TCP
	answerTimeout  = 4 * time.Second  // the TLS handshake; and as much again for the response's header
	stallTimeout   = 15 * time.Second // between two reads of a body
)

// maxRounds is the number of times that the list of mirrors is tried, as long as some mirror still delivers bytes.
const maxRounds = 3

func newClient() *http.Client {
	return &http.Client{Transport: &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: connectTimeout}).DialContext,
		TLSHandshakeTimeout:   answerTimeout,
		ResponseHeaderTimeout: answerTimeout,
		DisableCompression:    true,
		ForceAttemptHTTP2:     true,
	}}
}

// fetch downloads the named files, compressed, into dir.
func (src source) fetch(ctx context.Context, dir string, names []string, opt Options) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	g, done := opt.getter(src.mirrors)
	defer done()
	for _, name := range names {
		dimensions, sum := src.describe(name)
		verify := func(path string) error {
			_, err := readIDXFile(ctx, path, dimensions, sum)
			return err
		}
		if err := g.get(ctx, filepath.Join(dir, name+".gz"), verify); err != nil {
			return err
		}
	}
	return nil
}

// getter downloads from the mirrors that the options name, or else from the published ones. done ends its connections.
func (opt Options) getter(published []string) (g getter, done func()) {
	g = getter{client: opt.Client, mirrors: opt.Mirrors, progress: opt.Progress, stall: stallTimeout}
	done = func() {}
	if g.client == nil {
		g.client = newClient()
		done = g.client.CloseIdleConnections
	}
	if len(g.mirrors) == 0 {
		g.mirrors = published
	}
	return g, done
}

func (src source) describe(name string) (dimensions int, sum *checksum) {
	switch name {
	case trainImages:
		return idxImages, src.sums.trainImages
	case trainLabels:
		return idxLabels, src.sums.trainLabels
	case testImages:
		return idxImages, src.sums.testImages
	}
	return idxLabels, src.sums.testLabels
}

// getter downloads files from the first mirror that has them.
type getter struct {
	client   *http.Client
	mirrors  []string
	progress func(file string, done, total int64)
	stall    time.Duration
}

// get downloads a file to path; the mirrors have it under the base name of path. At path the file appears whole and
// verified, or not at all. Bytes of an interrupted download wait in path.part for the next attempt, at another mirror or
// in another run.
func (g getter) get(ctx context.Context, path string, verify func(path string) error) error {
	part, err := claim(path)
	if err != nil {
		return err
	}
	defer part.release()

	var failures []error
	for range maxRounds {
		failures = failures[:0]
		again := false
		for _, mirror := range g.mirrors {
			before := part.size()
			err := g.transfer(ctx, strings.TrimSuffix(mirror, "/")+"/"+filepath.Base(path), part)
			if ctx.Err() != nil {
				return fmt.Errorf("%s: %w", filepath.Base(path), context.Cause(ctx))
			}
			if err == nil {
				if err = verify(part.Name()); err == nil {
					return part.commit(path)
				}
				// Bytes of an earlier attempt may be at fault, so the file gets another round.
				again = again || before > 0
				err = fmt.Errorf("%s: %w", mirror, dropPath(err, part.Name()))
				if err := part.Truncate(0); err != nil {
					return err
				}
			} else if part.size() > before {
				again = true
			}
			failures = append(failures, err)
		}
		if !again {
			break
		}
	}
	return joinLine(failures)
}

// dropPath removes the temporary file's name from a verification's error, since the file is gone by then.
func dropPath(err error, path string) error {
	if text, ok := strings.CutPrefix(err.Error(), path+": "); ok {
		return errors.New(text)
	}
	return err
}

// joinLine is errors.Join with the errors on one line.
func joinLine(errs []error) error {
	if len(errs) == 0 {
		return errors.New("no mirror to download from")
	}
	err := errs[0]
	for _, next := range errs[1:] {
		err = fmt.Errorf("%w; %w", err, next)
	}
	return err
}
