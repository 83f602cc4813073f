//go:build !js && !windows

package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// half sends the first half of a site's program, and the rest when it may. The server is one of those that do not know the
// type of such a file.
type half struct {
	site
	length bool // of the whole, in the header
	rest   func() bool
}

func (h half) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/race.wasm" {
		h.site.ServeHTTP(w, r)
		return
	}
	content := h.site["race.wasm"].content
	if h.length {
		h.site["race.wasm"].head(w)
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	_, _ = w.Write(content[:len(content)/2])
	w.(http.Flusher).Flush()
	if !h.rest() {
		panic(http.ErrAbortHandler) // the connection breaks
	}
	_, _ = w.Write(content[len(content)/2:])
}

// disabled counts the buttons and choices of the page that cannot be used, and all of them.
const disabled = `[...document.querySelectorAll("button, select")].filter(e => e.disabled).length + " of " + document.querySelectorAll("button, select").length`

// TestSlowLoad: while the program arrives the page says how much is here and nothing can be clicked. Then it works, whatever
// the server takes the program for.
func TestSlowLoad(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles for js/wasm and starts a browser")
	}
	needsChromium(t)
	site := built(t)
	for _, length := range []bool{true, false} {
		arrive := make(chan bool)
		b := open(t, serving(t, half{site, length, func() bool { return <-arrive }}), 2*time.Minute)
		release := sync.OnceFunc(func() { close(arrive) })
		t.Cleanup(release)
		b.until(`/MB.$/.test(document.getElementById("state")?.textContent)`, 60)
		if length {
			assert.Regexp(t, `^Loading the program: \d+\.\d of \d+\.\d\x{a0}MB\.$`, b.text("state"))
		} else {
			assert.Regexp(t, `^Loading the program: \d+\.\d\x{a0}MB\.$`, b.text("state"))
		}
		assert.Equal(t, "8 of 8", b.eval(disabled))
		arrive <- true
		b.until(`$("state").textContent === "Ready."`, 60)
		assert.Equal(t, "0 of 8", b.eval(disabled))
		assert.Equal(t, "true", b.eval(`$("problem").hidden`))
		b.click("start")
		b.until(`state.running`, 60)
		b.eval(`hear({ ended: "The program has ended." })`)
		assert.Equal(t, "The program has ended.", b.text("problem"))
		assert.NotEqual(t, "Pause", b.text("start"))
		assert.Equal(t, "8 of 8", b.eval(disabled))
		assert.Empty(t, b.troubles, "the console")
	}
}

// TestBrokenLoad: a connection that breaks is a line on the page, and nothing on it says that it still loads.
func TestBrokenLoad(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	needsChromium(t)
	s := some()
	s["race.wasm"] = file{"application/wasm", "", []byte("\x00asm" + strings.Repeat(" ", 1e6))}
	b := open(t, serving(t, half{s, true, func() bool { return false }}), time.Minute)
	b.until(`document.getElementById("problem")?.textContent.startsWith("The program could not be run: ")`, 60)
	assert.Equal(t, "8 of 8", b.eval(disabled))
	assert.Empty(t, b.text("state"))
}

// TestOpenedAsFile: whoever opens the exported page without a web server is told that it takes one.
func TestOpenedAsFile(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	needsChromium(t)
	path := filepath.Join(t.TempDir(), "index.html")
	html, _ := page()
	require.NoError(t, os.WriteFile(path, html, 0o600))
	b := open(t, "file://"+path, time.Minute)
	b.until(`document.getElementById("problem")?.textContent.includes("only from a web server")`, 60)
	assert.Equal(t, "8 of 8", b.eval(disabled))
	assert.Empty(t, b.text("state"))
	assert.Empty(t, b.troubles, "the console")
}
