//go:build !js

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// self is this package, of which the js/wasm build is the page's program.
const self = "github.com/gokfac/gokfac/examples/browser"

// build makes the program for the browser, and reads the script of the same Go release that runs it.
func build(ctx context.Context) (program, script []byte, err error) {
	if _, err := exec.LookPath("go"); err != nil {
		return nil, nil, errors.New("the go command is not in PATH: it builds the program for the browser; `go run ./examples/browser` finds it by itself")
	}
	root, err := goCommand(ctx, "env", "GOROOT")
	if err != nil {
		return nil, nil, err
	}
	script, err = os.ReadFile(filepath.Join(root, "lib", "wasm", "wasm_exec.js"))
	if err != nil {
		return nil, nil, fmt.Errorf("this installation of Go lacks the script that runs programs in a browser: %w", err)
	}
	dir, err := os.MkdirTemp("", "gokfac-browser-")
	if err != nil {
		return nil, nil, err
	}
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "race.wasm")
	// Symbols are three in a hundred of the file. The version control's stamp is of no use to a page.
	if _, err := goCommand(ctx, "build", "-buildvcs=false", "-ldflags=-s -w", "-o", name, self); err != nil {
		return nil, nil, err
	}
	program, err = os.ReadFile(name)
	return program, script, err
}

// goCommand runs the go command for js/wasm where this source is, and else where the user is, which has to be in a module
// that knows this one. An error is one line.
func goCommand(ctx context.Context, args ...string) (string, error) {
	c := exec.CommandContext(ctx, "go", args...)
	c.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	if _, source, _, ok := runtime.Caller(0); ok {
		if info, err := os.Stat(filepath.Dir(source)); err == nil && info.IsDir() {
			c.Dir = filepath.Dir(source)
		}
	}
	var failure strings.Builder
	c.Stderr = &failure
	out, err := c.Output()
	if err != nil {
		said := strings.Join(strings.Fields(failure.String()), " ")
		return "", fmt.Errorf("go %s: %w: %.600s", args[0], err, said)
	}
	return strings.TrimSpace(string(out)), nil
}
