package live

import (
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// Files are shown as what their names say; what is not here is downloaded.
var types = map[string]string{
	".html": "text/html; charset=utf-8", ".svg": "image/svg+xml", ".png": "image/png",
	".json": "text/plain; charset=utf-8", ".jsonl": "text/plain; charset=utf-8", ".csv": "text/plain; charset=utf-8",
	".txt": "text/plain; charset=utf-8", ".md": "text/plain; charset=utf-8",
}

// A file's page may have pictures and styles, and no scripts, whatever wrote it.
const filePolicy = "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; " +
	"frame-ancestors 'none'; sandbox allow-same-origin allow-downloads"

// serveFile sends a regular file of a run, or of a directory below it.
func (d *directory) serveFile(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/files/")
	if !fs.ValidPath(name) || !d.ofRun(name) {
		http.NotFound(w, r)
		return
	}
	info, err := d.root.Stat(name) // before Open, which would wait at a pipe
	if err != nil || !info.Mode().IsRegular() {
		http.NotFound(w, r)
		return
	}
	f, err := d.root.Open(name)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	defer f.Close()
	kind, known := types[strings.ToLower(path.Ext(name))]
	if !known {
		kind = "application/octet-stream"
		w.Header().Set("Content-Disposition", "attachment")
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Security-Policy", filePolicy)
	http.ServeContent(w, r, "", info.ModTime(), f)
}

// ofRun says whether a file lies in a run, so that nothing else in the directory can be
// read. Hidden files are none of a run's.
func (d *directory) ofRun(name string) bool {
	for part := range strings.SplitSeq(name, "/") {
		if strings.HasPrefix(part, ".") || strings.ContainsAny(part, "\\\x00") {
			return false
		}
	}
	for dir := path.Dir(name); ; dir = path.Dir(dir) {
		for _, file := range []string{resultFile, configFile} {
			if info, err := d.root.Stat(path.Join(dir, file)); err == nil && info.Mode().IsRegular() {
				return true
			}
		}
		if dir == "." {
			return false
		}
	}
}
