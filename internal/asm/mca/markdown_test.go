package main

import (
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the table of predictions in docs/performance.md anew")

// The version whose models the document's table is of.
const documented = "22"

var generated = regexp.MustCompile(`(?s)(<!-- predictions: arm64 -->\n)(.*?)(<!-- end of predictions -->)`)

// TestPredictionsInDocs holds the document's table against the kernels.
func TestPredictionsInDocs(t *testing.T) {
	if testing.Short() && !*update {
		t.Skip("it simulates every kernel on every processor")
	}
	l, err := findLLVM(documented)
	if err != nil {
		t.Skipf("version %s of LLVM: %v", documented, err)
	}
	root := filepath.Join("..", "..", "..")
	document := filepath.Join(root, "docs", "performance.md")
	text, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	found := generated.FindStringSubmatch(string(text))
	if found == nil {
		t.Fatalf("%s has no table of predictions", document)
	}
	a := architectures[0]
	kernels, err := l.kernels(a, root, "")
	if err != nil {
		t.Fatal(err)
	}
	var table strings.Builder
	if err := l.markdown(&table, a, kernels); err != nil {
		t.Fatal(err)
	}
	if *update {
		anew := generated.ReplaceAllString(string(text), "${1}"+strings.ReplaceAll(table.String(), "$", "$$")+"${3}")
		if err := os.WriteFile(document, []byte(anew), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if err := sameLines(found[2], table.String()); err != nil {
		t.Errorf("%v; in internal/asm, go test ./mca -run TestPredictionsInDocs -update writes the table anew", err)
	}
}

// sameLines returns an error with the first line that differs.
func sameLines(document, tool string) error {
	have, want := strings.Split(document, "\n"), strings.Split(tool, "\n")
	for i := range max(len(have), len(want)) {
		switch {
		case i >= len(have):
			return errors.New("the document lacks: " + want[i])
		case i >= len(want):
			return errors.New("the document has too much: " + have[i])
		case have[i] != want[i]:
			return errors.New("the document has\n" + have[i] + "\nand the kernels\n" + want[i])
		}
	}
	return nil
}

func TestSameLines(t *testing.T) {
	for _, c := range []struct{ document, tool, wrong string }{
		{"a\nb\n", "a\nb\n", ""},
		{"a\nb\n", "a\nc\n", "has\nb\nand the kernels\nc"},
		{"a", "a\nc", "lacks: c"},
		{"a\nb", "a", "too much: b"},
	} {
		if err := sameLines(c.document, c.tool); (err == nil) != (c.wrong == "") || err != nil && !strings.Contains(err.Error(), c.wrong) {
			t.Errorf("%q, %q: %v", c.document, c.tool, err)
		}
	}
}

func TestCell(t *testing.T) {
	p := ports{fma: 2, double: 1}
	for _, c := range []struct {
		kernel
		cycles, bound float64
		by, want      string
	}{
		{kernel{work: work{vector: 8, fma: 8}}, 5, 4, "vector", "5.0, fma 80 %"},
		{kernel{work: work{vector: 8, fma: 8}, element: 8}, 10, 8, "vector", "10.0, fma 80 %"},
		{kernel{work: work{vector: 12, fma: 8}}, 8, 6, "vector", "8.0, fma 50 %"}, // 12 vector instructions take 6 cycles, 8 products 4
		{kernel{work: work{vector: 8, fma: 2}}, 5, 4, "vector", "5.0, vector 80 %"},
		{kernel{work: work{load: 2, store: 4}}, 3.98, 4, "memory", "4.0, memory 100 %"},
	} {
		if got := p.cell(c.kernel, c.cycles, c.bound, c.by); got != c.want {
			t.Errorf("%+v: %q, want %q", c.kernel, got, c.want)
		}
	}
}

// TestBusiest: the loads take 4 cycles of each of two units, all instructions 5 of the front end where that is the bound.
func TestBusiest(t *testing.T) {
	var a answer
	if err := json.Unmarshal([]byte(`{"TargetInfo": {"Resources": ["N1UnitD.", "N1UnitL.", "N1UnitL.", "N1UnitS", "N1UnitV0"]},
		"CodeRegions": [{"Instructions": ["ldr q0, [x0]", "fadd v0.4s, v0.4s, v1.4s"], "SummaryView": {"BlockRThroughput": 4},
			"ResourcePressureView": {"ResourcePressureInfo": [{"InstructionIndex": 0, "ResourceIndex": 4, "ResourceUsage": 9},
				{"InstructionIndex": 2, "ResourceIndex": 1, "ResourceUsage": 4}, {"InstructionIndex": 2, "ResourceIndex": 4, "ResourceUsage": 2}]}}]}`),
		&a); err != nil {
		t.Fatal(err)
	}
	n1 := arm64Processors[2]
	for bound, want := range map[float64]string{4: "memory", 5: "width"} {
		a.CodeRegions[0].SummaryView.BlockRThroughput = bound
		if got := n1.limit(a, 0); got != want {
			t.Errorf("bound of %g cycles: %s, want %s", bound, got, want)
		}
	}
	a.CodeRegions[0].ResourcePressureView.ResourcePressureInfo[2].ResourceIndex = 3
	a.CodeRegions[0].ResourcePressureView.ResourcePressureInfo[2].ResourceUsage = 5
	if got := n1.limit(a, 0); got != "integer" {
		t.Errorf("%s, want integer", got)
	}
}
