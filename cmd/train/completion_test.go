package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// complete asks a shell what the script completes; the test is skipped without the shell.
func complete(t *testing.T, shell, question string) []string {
	t.Helper()
	path, err := exec.LookPath(shell)
	if err != nil {
		t.Skipf("%s is not installed", shell)
	}
	o := execute("-completion", shell)
	require.Zero(t, o.status, o.stderr)
	script := filepath.Join(t.TempDir(), "script")
	require.NoError(t, os.WriteFile(script, []byte(o.stdout), 0o600))
	out, err := exec.Command(path, "-c", strings.ReplaceAll(question, "SCRIPT", script)).CombinedOutput()
	require.NoError(t, err, string(out))
	return strings.Fields(string(out))
}

func TestBashCompletion(t *testing.T) {
	ask := func(words string) []string {
		return complete(t, "bash", `source SCRIPT; COMP_WORDS=(train `+words+`); COMP_CWORD=$((${#COMP_WORDS[@]}-1)); _train; printf '%s\n' "${COMPREPLY[@]}"`)
	}
	assert.Equal(t, []string{"kfac", "adam", "sgd", "muon", "shampoo", "soap"}, ask(`-opt ""`))
	assert.Equal(t, []string{"adam"}, ask(`-json -opt a`))
	assert.Equal(t, []string{"ekfac"}, ask(`-kfac-structure ek`))
	assert.Equal(t, []string{"-checkpoint-every"}, ask(`-ch`))
	assert.Contains(t, ask(`-json -`), "-resume")
	assert.Contains(t, ask(`-dataset d`), "digits")
	assert.Empty(t, ask(`-lr ""`))
}

func TestFishCompletion(t *testing.T) {
	assert.Equal(t, []string{"adam"}, complete(t, "fish", `source SCRIPT; complete -C 'train -opt a'`)[:1])
}

// TestZshCompletion: the script can be read, and has every flag.
func TestZshCompletion(t *testing.T) {
	complete(t, "zsh", "zsh -n SCRIPT")
}

// TestCompletionsAreWhole: each script has every flag.
func TestCompletionsAreWhole(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish"} {
		script := execute("-completion", shell).stdout
		for _, name := range newFlagTable(&command{}).names() {
			assert.Regexp(t, `(-|-o )`+name+`\b`, script, shell)
		}
	}
	assert.Contains(t, execute("-completion", "tcsh").stderr, "want bash, zsh or fish")
}
