//go:build !js

package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// needsGo skips a test where nothing can build the page's program.
func needsGo(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("the go command is not in PATH: nothing builds the program for the browser")
	}
}

// once builds the site for all tests that only read it.
var once = sync.OnceValues(func() (site, error) { return newSite(context.Background()) })

// built is the site with its program, or the test is skipped.
func built(t *testing.T) site {
	t.Helper()
	needsGo(t)
	s, err := once()
	require.NoError(t, err)
	return s
}

// TestNoGoCommand: one line that says what to do.
func TestNoGoCommand(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := newSite(t.Context())
	require.ErrorContains(t, err, "the go command is not in PATH")
	assert.NotContains(t, err.Error(), "\n")
}

// TestBuildFails: what the go command says is one line, with what it was asked.
func TestBuildFails(t *testing.T) {
	needsGo(t)
	t.Setenv("GOFLAGS", "-mod=unknown")
	_, err := newSite(t.Context())
	require.ErrorContains(t, err, "-mod")
	assert.NotContains(t, err.Error(), "\n")
}

// TestBuildIsCancelled: Ctrl-C while the program is built ends that.
func TestBuildIsCancelled(t *testing.T) {
	needsGo(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	assert.Error(t, run(ctx, &bytes.Buffer{}, "127.0.0.1:0"))
}

// TestExport: the files of the page lie in a directory, from wherever the command is run.
func TestExport(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles for js/wasm")
	}
	needsGo(t)
	t.Chdir(t.TempDir())
	var said bytes.Buffer
	require.NoError(t, export(t.Context(), &said, filepath.Join("new", "site")))
	read := func(name string) []byte {
		content, err := os.ReadFile(filepath.Join("new", "site", name))
		require.NoError(t, err)
		assert.Contains(t, said.String(), filepath.Join("new", "site", name)+": ")
		return content
	}
	html, _ := page()
	assert.Equal(t, html, read("index.html"))
	assert.Equal(t, asset("worker.js"), read("worker.js"))
	assert.Contains(t, string(read("wasm_exec.js")), "Go")
	assert.True(t, bytes.HasPrefix(read("race.wasm"), []byte("\x00asm")))
	require.NoError(t, os.WriteFile("file", nil, 0o600))
	assert.ErrorContains(t, export(t.Context(), &said, "file"), "-out: ")
}
