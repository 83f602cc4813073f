//go:build !js

package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
)

// file is what the page or its worker asks for.
type file struct {
	mime    string
	policy  string // Content-Security-Policy: what it may run and fetch
	content []byte
}

// site has the page's files by name.
type site map[string]file

// newSite builds the program and puts the page together.
func newSite(ctx context.Context) (site, error) {
	program, runtime, err := build(ctx)
	if err != nil {
		return nil, err
	}
	html, policy := page()
	return site{
		"index.html":   {"text/html; charset=utf-8", policy, html},
		"worker.js":    {"text/javascript; charset=utf-8", workerPolicy, asset("worker.js")},
		"wasm_exec.js": {"text/javascript; charset=utf-8", "", runtime},
		"race.wasm":    {"application/wasm", "", program},
	}, nil
}

func (s site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := r.URL.Path[min(1, len(r.URL.Path)):]
	if name == "" {
		name = "index.html"
	}
	f, ok := s[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	f.head(w)
	if r.Method != http.MethodHead {
		_, _ = w.Write(f.content) // a client that has gone needs no answer
	}
}

// head sets the headers of an answer with the file.
func (f file) head(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", f.mime)
	h.Set("Content-Length", fmt.Sprint(len(f.content)))
	if f.policy != "" {
		h.Set("Content-Security-Policy", f.policy)
	}
}

// export writes the files of the site to a directory.
func export(ctx context.Context, out io.Writer, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("-out: %w", err)
	}
	s, err := newSite(ctx)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(s)) {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, s[name].content, 0o644); err != nil {
			return fmt.Errorf("-out: %w", err)
		}
		fmt.Fprintf(out, "%s: %.1f MB\n", path, float64(len(s[name].content))/1e6)
	}
	return nil
}
