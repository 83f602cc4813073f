package gokfac_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestLibraryBuildsWithoutFigures: a program that trains must not compile what only the command's pictures and the tests
// need. docs/performance.md has what each costs.
func TestLibraryBuildsWithoutFigures(t *testing.T) {
	unwanted := []string{
		"gonum.org/v1/plot", "codeberg.org/go-pdf", "codeberg.org/go-latex", "codeberg.org/go-fonts", "git.sr.ht/~sbinet/gg",
		"golang.org/x/image/font", "golang.org/x/text", "github.com/stretchr/testify", "github.com/gokfac/gokfac/internal/figures", "testing",
	}
	network := []string{"net", "crypto/tls", "golang.org/x/image", "image/png", "image/draw"}
	for library, without := range map[string][]string{
		"./datasets":            unwanted,
		"./graph":               append(network, unwanted...),
		"./layers":              append(network, unwanted...),
		"./losses":              append(network, unwanted...),
		"./trainer":             append(network, unwanted...),
		"./kfac":                append(network, unwanted...),
		"./scaling":             append(network, unwanted...),
		"./logs":                append(network, unwanted...),
		"./curvature":           append(network, unwanted...),
		"./natural":             append(network, unwanted...),
		"./natural/variational": append(network, unwanted...),
		"./natural/control":     append(network, unwanted...),
		"./natural/policy":      append(network, unwanted...),
	} {
		for _, dep := range dependencies(t, library) {
			for _, prefix := range without {
				assert.False(t, dep == prefix || strings.HasPrefix(dep, prefix+"/") && prefix != "net", "%s imports %s, if indirectly", library, dep)
			}
		}
	}
}

// TestImportsPointDownwards holds the packages' order: CONTRIBUTING.md has the picture.
func TestImportsPointDownwards(t *testing.T) {
	const root = "github.com/gokfac/gokfac/"
	above := []string{"cmd/train", "examples", "internal/study", "internal/job", "internal/report", "internal/results", "internal/figures",
		"internal/rundir", "internal/live", "internal/predictions", "logs", "lrfinder"}
	for library, without := range map[string][]string{
		"./graph":               append([]string{"layers", "losses", "datasets", "trainer", "kfac"}, above...),
		"./layers":              append([]string{"losses", "datasets", "trainer", "kfac"}, above...),
		"./losses":              append([]string{"layers", "datasets", "trainer", "kfac"}, above...),
		"./datasets":            append([]string{"graph", "layers", "losses", "trainer", "kfac"}, above...),
		"./trainer":             append([]string{"kfac"}, above...),
		"./kfac":                append([]string{"layers", "losses", "datasets", "trainer"}, above...),
		"./curvature":           append([]string{"layers", "losses", "datasets", "trainer", "kfac", "natural"}, above...),
		"./natural":             append([]string{"graph", "layers", "losses", "datasets", "trainer", "kfac", "curvature"}, above...),
		"./natural/control":     append([]string{"graph", "layers", "losses", "datasets", "trainer", "kfac", "curvature"}, above...),
		"./natural/policy":      append([]string{"datasets"}, above...),
		"./natural/variational": append([]string{"layers", "losses", "datasets", "trainer", "kfac"}, above...),
		"./logs":                {"layers/", "datasets", "kfac", "cmd/train", "internal/job", "internal/results"},
		"./lrfinder":            {"datasets", "kfac", "cmd/train", "internal/job", "internal/results"},
		"./internal/job":        {"cmd/train", "internal/study", "internal/rundir", "internal/live", "internal/report", "logs", "lrfinder"},
		"./internal/rundir":     {"cmd/train", "internal/study", "internal/live"},
	} {
		for _, dep := range dependencies(t, library) {
			name, ours := strings.CutPrefix(dep, root)
			for _, other := range without {
				assert.False(t, ours && (name == other || strings.HasPrefix(name, other+"/")), "%s imports %s, if indirectly", library, name)
			}
		}
	}
}

// dependencies are a package's imports and theirs, without its tests'.
func dependencies(t *testing.T, library string) []string {
	t.Helper()
	command, err := exec.LookPath("go")
	if err != nil {
		t.Skip("the go command is not in PATH: nothing lists a package's imports")
	}
	out, err := exec.Command(command, "list", "-deps", library).Output()
	require.NoError(t, err, "go list -deps %s", library)
	deps := strings.Fields(string(out))
	require.Greater(t, len(deps), 20, library)
	return deps
}
