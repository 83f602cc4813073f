package simd

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
	"testing"
)

// setVariable asks the test's own program to write the kernels of a set, because avo writes one file per run.
const setVariable = "SIMD_TEST_SET"

func TestMain(m *testing.M) {
	if set := os.Getenv(setVariable); set != "" {
		flag.CommandLine.Parse(os.Args[1:])
		machine, err := New(set)
		if err != nil {
			panic(err)
		}
		operationKernels(machine, singleOperations)
		operationKernels(machine.Of(Double), doubleOperations)
		laneKernels(machine)
		laneKernels(machine.Of(Double))
		fewerKernels(machine)
		narrowPairKernel(machine)
		loopKernel(machine)
		backwardsKernel(machine)
		machine.Generate()
		return
	}
	os.Exit(m.Run())
}

// glue tells the program of the test which kernels a set has.
func glue(set string, bytes int) string {
	list := func(letter string, operations map[string]func(m Machine, x, y, z Vec) Vec) string {
		var names []string
		for name := range operations {
			names = append(names, fmt.Sprintf("%q: %s%s%s", name, letter, name, set))
		}
		sort.Strings(names)
		return strings.Join(names, ",\n") + ",\n"
	}
	dfewer := "nil"
	if set == "neon" {
		dfewer = "dfewerneon"
	}
	return fmt.Sprintf(`package kernels

var _ = register(set{name: %q, bytes: %d,
	single: map[string]operation[float32]{
%s},
	double: map[string]operation[float64]{
%s},
	skept: skept%[1]s, dkept: dkept%[1]s, first: first%[1]s, widened: widened%[1]s, halves: halves%[1]s, none: none%[1]s, loop: loop%[1]s,
	spair: spair%[1]s, dpair: dpair%[1]s, narrowed: narrowed%[1]s, sfewer: sfewer%[1]s, dfewer: %[5]s, backwards: backwards%[1]s,
})
`, set, bytes, list("s", singleOperations), list("d", doubleOperations), dfewer)
}

// TestSets builds a package with the kernels of kernels_test.go for all sets, and runs testdata/sets_test.go.txt in it,
// which compares them with Go: those of this machine, and NEON's under emulation where there is one.
func TestSets(t *testing.T) {
	dir := t.TempDir()
	program, err := os.ReadFile("testdata/sets_test.go.txt")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{"go.mod": "module kernels\n\ngo 1.24\n", "sets_test.go": string(program), "doc.go": "package kernels\n"}
	for set, machine := range map[string]string{"avx512": "amd64", "avx2": "amd64", "neon": "arm64"} {
		name := filepath.Join(dir, fmt.Sprintf("%s_%s", set, machine))
		generate := exec.Command(os.Args[0], "-pkg", "kernels", "-out", name+".s", "-stubs", name+".go")
		generate.Env = append(os.Environ(), setVariable+"="+set)
		if out, err := generate.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", set, err, out)
		}
		files[set+"_glue_"+machine+"_test.go"] = glue(set, map[string]int{"avx512": 64, "avx2": 32, "neon": 16}[set])
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, machine := range []string{"amd64", "arm64"} {
		t.Run(machine, func(t *testing.T) {
			arguments := []string{"test", "-count=1", "-vet=off"}
			if machine != runtime.GOARCH {
				emulator, err := exec.LookPath("qemu-aarch64-static")
				if err != nil || machine != "arm64" {
					t.Skipf("no emulator of %s", machine)
				}
				arguments = append(arguments, "-exec", emulator)
			}
			run := exec.Command("go", append(arguments, ".")...)
			run.Dir = dir
			run.Env = append(os.Environ(), "GOARCH="+machine, "CGO_ENABLED=0", "GOFLAGS=-mod=mod")
			if out, err := run.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

// TestConstantsStay: what is shared with others is not changed.
func TestConstantsStay(t *testing.T) {
	m := Machine{Set: "neon", Bytes: 16, Element: Single, set: newNEON()}
	m.Function("f", "()", "is a test.")
	c := m.Constant(Number(1.5))
	m.Label("loop")
	defer func() {
		if recover() == nil {
			t.Error("a constant was changed in a loop")
		}
	}()
	m.AddProduct(c, c, c)
}

func TestNew(t *testing.T) {
	if _, err := New("sse2"); err == nil || !strings.Contains(err.Error(), `"sse2"`) {
		t.Error(err)
	}
}
