package datasets

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path"
	"time"
)

// maxDownload, in bytes, is far above the size of any file of the published data sets.
const maxDownload = 1 << 28

var errStalled = errors.New("the server stopped sending")

// transfer appends the missing bytes of the file at address to part. If a server ignores the range it sends the file
// from the start, and part begins anew.
func (g getter) transfer(ctx context.Context, address string, part *partial) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stalled := time.AfterFunc(g.stall, func() { cancel(errStalled) })
	defer stalled.Stop()

	have := part.size()
	resp, err := g.request(ctx, address, have)
	if err != nil {
		return err
	}
	defer resp.Body.Close()

	switch {
	case have > 0 && resp.StatusCode == http.StatusPartialContent && rangeStart(resp) == have:
	case resp.StatusCode == http.StatusOK:
		have = 0
	case resp.StatusCode == http.StatusPartialContent || resp.StatusCode == http.StatusRequestedRangeNotSatisfiable:
		if have == 0 {
			return fmt.Errorf("%s: the server says %s to a request without a range", address, resp.Status)
		}
		// The part may be longer than this server's file. Ask again for all of it.
		if err := part.Truncate(0); err != nil {
			return err
		}
		resp.Body.Close()
		return g.transfer(ctx, address, part)
	default:
		return fmt.Errorf("%s: the server says %s", address, resp.Status)
	}
	if err := part.resize(have); err != nil {
		return err
	}

	total := int64(-1)
	if resp.ContentLength >= 0 {
		total = have + resp.ContentLength
	}
	count := &counter{done: have, total: total, file: path.Base(address), progress: g.progress, alive: func() { stalled.Reset(g.stall) }}
	n, err := io.Copy(io.MultiWriter(part, count), io.LimitReader(resp.Body, maxDownload-have))
	switch {
	case err != nil && context.Cause(ctx) != nil:
		return fmt.Errorf("%s: %w after %d bytes", address, context.Cause(ctx), have+n)
	case err != nil:
		return fmt.Errorf("%s: %w after %d bytes", address, err, have+n)
	case have+n >= maxDownload:
		return fmt.Errorf("%s: more than %d bytes, which is not the file", address, maxDownload)
	}
	return nil
}

// request asks for the file from offset on, as the server stores it. A server that unpacked the file on the way would
// break its digest.
func (g getter) request(ctx context.Context, address string, offset int64) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept-Encoding", "identity")
	if offset > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", offset))
	}
	resp, err := g.client.Do(req)
	if err != nil && errors.Is(context.Cause(ctx), errStalled) {
		return nil, fmt.Errorf("%s: %w", address, errStalled)
	}
	if err != nil {
		return nil, brief(req.URL.Host, err)
	}
	return resp, nil
}

// brief says which host failed and how. The text is shown in the first line that a program prints, so addresses of files
// and name servers are left out.
func brief(host string, err error) error {
	var lookup *net.DNSError
	if errors.As(err, &lookup) {
		return fmt.Errorf("%s: %s", host, lookup.Err)
	}
	var request *url.Error
	if errors.As(err, &request) {
		err = request.Err
	}
	return fmt.Errorf("%s: %w", host, err)
}

// rangeStart returns the first byte's position in a partial response, or -1 if the header makes no sense.
func rangeStart(resp *http.Response) int64 {
	var start int64
	if _, err := fmt.Sscanf(resp.Header.Get("Content-Range"), "bytes %d-", &start); err != nil {
		return -1
	}
	return start
}

// counter reports progress and restarts the stall timer.
type counter struct {
	done, total int64
	file        string
	progress    func(file string, done, total int64)
	alive       func()
}

func (c *counter) Write(p []byte) (int, error) {
	c.alive()
	c.done += int64(len(p))
	if c.progress != nil {
		c.progress(c.file, c.done, c.total)
	}
	return len(p), nil
}
