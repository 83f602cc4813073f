package live

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"sync"
)

// Serve serves the runs below a directory until ctx has ended, and then returns nil. ready is told
// where the page is, and a warning for whoever chose an address that other machines can
// reach, or "". Each time that the page is loaded the directory is read anew.
//
// A run is a directory with a result.json, or, of a run that has not ended, with a config.json and a
// metrics.csv. A run that cannot be read is listed with the reason.
func Serve(ctx context.Context, addr, dir string, ready func(url, note string)) error {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("live: directory %q: there is none: name one with runs in it", dir)
	case err != nil:
		return fmt.Errorf("live: directory %q: %w", dir, err)
	case !info.IsDir():
		return fmt.Errorf("live: %q is a file: name a directory with runs in it", dir)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("live: directory %q: %w", dir, err)
	}
	defer root.Close()
	l, host, err := listen(addr)
	if err != nil {
		return err
	}
	d := &directory{root: root, name: dir}
	mux := http.NewServeMux()
	mux.Handle("/{$}", newPage("runs"))
	mux.HandleFunc("/runs.json", d.serveRuns)
	mux.HandleFunc("/files/", d.serveFile)
	server := newServer(host, l, mux)
	server.BaseContext = func(net.Listener) context.Context { return ctx }
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	if ready != nil {
		ready(urlOf(host, l), noteOf(l))
	}
	select {
	case err = <-failed:
		return fmt.Errorf("live: %w", err)
	case <-ctx.Done():
		_ = server.Close()
		<-failed
		return nil
	}
}

// directory is where the runs are. Nothing outside of it can be read through root, by
// whatever links.
type directory struct {
	root *os.Root
	name string
	mu   sync.Mutex // one reading at a time, for the memory it takes
}

// listing is what the page of a directory is sent.
type listing struct {
	Directory string    `json:"directory"`
	Runs      []summary `json:"runs"`
	Notes     []string  `json:"notes"` // what was left out
}

func (d *directory) serveRuns(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	l, err := d.list(r.Context())
	if err != nil {
		http.Error(w, "the directory cannot be read: "+err.Error(), http.StatusInternalServerError)
		return
	}
	text, err := json.Marshal(l)
	if err != nil {
		http.Error(w, "the runs cannot be shown: "+err.Error(), http.StatusInternalServerError)
		return
	}
	writeJSON(w, text)
}
