package gokfac_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// program is how a Go block begins that is a whole program.
const program = "package main\n"

// TestDocsPrograms: every whole program of the README and of docs/embedding.md is made a module of its own, that has nothing but
// the library, and is vetted, built and run. Its versions are those of the library's go.mod, all of them, so that the go command
// looks no further: what it would read of other versions need not be on a machine that has only built the library.
func TestDocsPrograms(t *testing.T) {
	if testing.Short() {
		t.Skip("links programs")
	}
	goCommand, err := exec.LookPath("go")
	if err != nil {
		t.Skip("the go command is not in PATH: nothing builds a program")
	}
	root, err := os.Getwd()
	require.NoError(t, err)
	sums, err := os.ReadFile("go.sum")
	require.NoError(t, err)
	versions, err := os.ReadFile("go.mod")
	require.NoError(t, err)
	requirements, renamed := strings.CutPrefix(strings.ReplaceAll(string(versions), "\r\n", "\n"), "module "+module+"\n")
	require.True(t, renamed, "go.mod begins with its module")
	requirements += "\nrequire " + module + " v0.0.0\n\nreplace " + module + " => " + filepath.ToSlash(root) + "\n"
	found := 0
	for _, document := range []string{"README.md", filepath.Join("docs", "embedding.md")} {
		b, err := os.ReadFile(document)
		require.NoError(t, err)
		for _, block := range strings.Split(strings.ReplaceAll(string(b), "\r\n", "\n"), "```go\n")[1:] {
			block, _, _ := strings.Cut(block, "```")
			if !strings.HasPrefix(block, program) {
				continue
			}
			found++
			dir := t.TempDir()
			for name, content := range map[string]string{
				"main.go": block, "go.sum": string(sums),
				"go.mod": "module example.com/embed\n" + requirements,
			} {
				require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600))
			}
			for _, args := range [][]string{{"vet", "."}, {"build", "-o", "program", "."}, {"run", "."}} {
				command := exec.Command(goCommand, args...)
				command.Dir = dir
				command.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off")
				out, err := command.CombinedOutput()
				require.NoError(t, err, "%s: go %s\n%s\n%s", document, strings.Join(args, " "), out, block)
			}
			formatted, err := exec.Command(goCommand, "fmt", filepath.Join(dir, "main.go")).CombinedOutput()
			require.NoError(t, err)
			assert.Empty(t, string(formatted), "%s: gofmt would change the program", document)
		}
	}
	require.Positive(t, found)
}
