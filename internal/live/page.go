package live

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"io"
	"log"
	"net/http"
	"strings"
)

//go:embed assets
var assets embed.FS

func quiet() *log.Logger { return log.New(io.Discard, "", 0) }

// page is one HTML file, and the policy that lets a browser run what is in it and nothing else.
type page struct {
	html   []byte
	policy string
}

// newPage puts a page together from its parts.
func newPage(name string) *page {
	part := func(file string) string {
		text, err := assets.ReadFile("assets/" + file)
		if err != nil {
			panic(err) // the file is embedded
		}
		return strings.ReplaceAll(string(text), "\r\n", "\n") // hashes are of what a browser parses
	}
	style, script := "\n"+part("style.css"), "\n"+part("chart.js")+part(name+".js")
	html := strings.NewReplacer("/*STYLE*/", style, "/*SCRIPT*/", script).Replace(part(name + ".html"))
	hash := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return &page{html: []byte(html), policy: fmt.Sprintf("default-src 'none'; script-src %s; style-src %s; connect-src 'self'; "+
		"base-uri 'none'; form-action 'none'; frame-ancestors 'none'", hash(script), hash(style))}
}

func (p *page) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Security-Policy", p.policy)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(p.html) // a client that has gone needs no answer
}

func writeJSON(w http.ResponseWriter, text []byte) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(text)
}
