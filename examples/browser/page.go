//go:build !js

package main

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
)

//go:embed assets
var assets embed.FS

// asset is an embedded file, with the ends of lines that a browser's hash is of.
func asset(name string) []byte {
	text, err := assets.ReadFile("assets/" + name)
	if err != nil {
		panic(err) // the file is embedded
	}
	return bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
}

// workerPolicy lets the worker load and compile the program, from the server that the page is from.
const workerPolicy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"

// page is the one HTML file, put together from its parts, and the policy that lets a browser run what is in it, its worker,
// and nothing else.
func page() (html []byte, policy string) {
	style := append([]byte("\n"), asset("style.css")...)
	script := []byte("\n")
	for _, name := range []string{"axis.js", "chart.js", "digits.js", "words.js", "page.js"} {
		script = append(script, asset(name)...)
	}
	html = asset("index.html")
	html = bytes.Replace(html, []byte("/*STYLE*/"), style, 1)
	html = bytes.Replace(html, []byte("/*SCRIPT*/"), script, 1)
	hash := func(text []byte) string {
		sum := sha256.Sum256(text)
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return html, fmt.Sprintf("default-src 'none'; script-src %s; style-src %s; img-src data:; worker-src 'self'; "+
		"base-uri 'none'; form-action 'none'; frame-ancestors 'none'", hash(script), hash(style))
}
