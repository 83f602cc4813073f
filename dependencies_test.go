package gokfac_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// module is the path of the library's module.
const module = "github.com/gokfac/gokfac"

// showing is what only pictures, terminals and tests need. docs/performance.md has what each costs to compile.
var showing = []string{
	"gonum.org/v1/plot", "codeberg.org/go-pdf", "codeberg.org/go-latex", "codeberg.org/go-fonts", "git.sr.ht/~sbinet/gg",
	"golang.org/x/image/font", "golang.org/x/text", "golang.org/x/term", "github.com/schollz/progressbar", "github.com/mattn",
	"github.com/stretchr/testify", "testing", module + "/internal/figures",
}

// network is what reading of downloads and pictures needs.
var network = []string{"net", "crypto/tls", "golang.org/x/image", "image/png", "image/draw"}

// made lists packages that are made for what the others must not compile.
var made = map[string]string{
	module + "/lrfinder/picture":   "draws pictures",
	module + "/layers/layertest":   "is for tests",
	module + "/losses/losstest":    "is for tests",
	module + "/internal/partcheck": "is for tests",
}

// TestLibraryBuildsWithoutFigures: a program that trains must not compile what only pictures, terminals and tests need. The
// packages are found: a new one is held to it from its first day.
func TestLibraryBuildsWithoutFigures(t *testing.T) {
	packages := library(t)
	for _, name := range []string{"trainer", "kfac", "graph", "layers", "losses", "datasets", "datasets/stream", "logs", "lrfinder", "natural/policy"} {
		require.Contains(t, packages, module+"/"+name)
	}
	for path, deps := range packages {
		unwanted := showing
		if path != module+"/datasets" { // which downloads, and reads images
			unwanted = slices.Concat(showing, network)
		}
		for _, dep := range deps {
			assert.False(t, among(dep, unwanted), "%s imports %s, if indirectly", path, dep)
		}
	}
}

// TestEmbeddingCompilesLittle: packages, but for the standard library's, that a program compiles which trains on data of its
// own, and which trains on data sets. docs/embedding.md has the seconds and bytes. Fewer are welcome: lower the number then.
func TestEmbeddingCompilesLittle(t *testing.T) {
	for _, c := range []struct {
		imports []string
		most    int
	}{
		{[]string{"trainer", "kfac", "layers", "losses", "datasets/stream"}, 125},
		{[]string{"trainer", "kfac", "layers", "losses", "datasets"}, 128},
	} {
		args := []string{"list", "-deps"}
		for _, name := range c.imports {
			args = append(args, "./"+name)
		}
		deps := strings.Fields(output(t, args...))
		others := 0
		for _, dep := range deps {
			if first, _, _ := strings.Cut(dep, "/"); strings.Contains(first, ".") {
				others++
			}
		}
		assert.LessOrEqual(t, others, c.most, "%v", c.imports)
		assert.Equal(t, slices.Contains(c.imports, "datasets"), slices.Contains(deps, "net/http"), "%v", c.imports)
	}
}

// TestOnlyCommandsOpenLibraries: purego, which makes a program depend on the system's C library, is in a program that imports
// distributed/mpi, or is built with the tag accelerate, alone. No package of the library imports distributed/mpi: who wants it does.
func TestOnlyCommandsOpenLibraries(t *testing.T) {
	const purego, mpi = "github.com/ebitengine/purego", module + "/distributed/mpi"
	packages := library(t)
	require.Contains(t, packages, mpi)
	for path, deps := range packages {
		if path != mpi {
			assert.NotContains(t, deps, purego, path)
			assert.NotContains(t, deps, mpi, path)
		}
	}
}

// library has every package that a user of the module can import, with its imports and theirs, without its tests'.
func library(t *testing.T) map[string][]string {
	t.Helper()
	packages := map[string][]string{}
	for line := range strings.Lines(output(t, "list", "-f", `{{.Name}} {{.ImportPath}} {{join .Deps " "}}`, "./...")) {
		fields := strings.Fields(line)
		name, path := fields[0], fields[1]
		if name == "main" || strings.Contains(path, "/internal/") || made[path] != "" {
			continue
		}
		packages[path] = fields[2:]
	}
	require.Greater(t, len(packages), 12)
	return packages
}

// among reports whether a package is one of those, or below one. Of net, which has packages that need no network, only it itself.
func among(dep string, unwanted []string) bool {
	return slices.ContainsFunc(unwanted, func(prefix string) bool {
		return dep == prefix || strings.HasPrefix(dep, prefix+"/") && prefix != "net"
	})
}

// TestImportsPointDownwards holds the packages' order: CONTRIBUTING.md has the picture.
func TestImportsPointDownwards(t *testing.T) {
	const root = module + "/"
	above := []string{"cmd/train", "examples", "internal/study", "internal/job", "internal/report", "internal/results", "internal/figures",
		"internal/rundir", "internal/live", "internal/predictions", "logs", "lrfinder"}
	for library, without := range map[string][]string{
		"./graph":               append([]string{"layers", "losses", "datasets", "trainer", "kfac"}, above...),
		"./layers":              append([]string{"losses", "datasets", "trainer", "kfac"}, above...),
		"./losses":              append([]string{"layers", "datasets", "trainer", "kfac"}, above...),
		"./datasets":            append([]string{"graph", "layers", "losses", "trainer", "kfac"}, above...),
		"./datasets/stream":     append([]string{"graph", "layers", "losses", "datasets", "trainer", "kfac"}, above...),
		"./distributed":         append([]string{"graph", "layers", "losses", "datasets", "trainer", "kfac", "curvature", "natural"}, above...),
		"./distributed/mpi":     append([]string{"graph", "layers", "losses", "datasets", "trainer", "kfac", "curvature", "natural"}, above...),
		"./trainer":             append([]string{"kfac", "datasets"}, above...),
		"./kfac":                append([]string{"layers", "losses", "datasets", "trainer"}, above...),
		"./curvature":           append([]string{"layers", "losses", "datasets", "trainer", "kfac", "natural"}, above...),
		"./natural":             append([]string{"graph", "layers", "losses", "datasets", "trainer", "kfac", "curvature"}, above...),
		"./natural/control":     append([]string{"graph", "layers", "losses", "datasets", "trainer", "kfac", "curvature"}, above...),
		"./natural/policy":      append([]string{"datasets"}, above...),
		"./natural/variational": append([]string{"layers", "losses", "datasets", "trainer", "kfac"}, above...),
		"./adopt":               append([]string{"datasets", "kfac", "natural", "curvature", "onnx"}, above...),
		"./onnx":                append([]string{"datasets", "kfac", "natural", "curvature", "adopt"}, above...),
		"./layers/layertest":    append([]string{"datasets", "onnx", "adopt"}, above...),
		"./losses/losstest":     append([]string{"datasets", "onnx", "adopt"}, above...),
		"./logs":                {"layers/", "datasets", "kfac", "cmd/train", "internal/job", "internal/results"},
		"./lrfinder":            {"datasets", "kfac", "cmd/train", "internal/job", "internal/results", "internal/figures"},
		"./internal/job":        {"cmd/train", "internal/study", "internal/rundir", "internal/live", "internal/report", "logs", "lrfinder"},
		"./internal/rundir":     {"cmd/train", "internal/study", "internal/live"},
	} {
		for _, dep := range strings.Fields(output(t, "list", "-deps", library)) {
			name, ours := strings.CutPrefix(dep, root)
			if !ours || dep == root+strings.TrimPrefix(library, "./") {
				continue
			}
			for _, other := range without {
				assert.False(t, name == other || strings.HasPrefix(name, other+"/"), "%s imports %s, if indirectly", library, name)
			}
		}
	}
}

// output is what the go command prints.
func output(t *testing.T, args ...string) string {
	t.Helper()
	command, err := exec.LookPath("go")
	if err != nil {
		t.Skip("the go command is not in PATH: nothing lists a package's imports")
	}
	out, err := exec.Command(command, args...).Output()
	require.NoError(t, err, "go %s", strings.Join(args, " "))
	require.NotEmpty(t, out)
	return string(out)
}
