package main

import (
	"bytes"
	"cmp"
	"debug/elf"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// llvm has the paths of two programs of one version of LLVM.
type llvm struct{ mca, objdump string }

// findLLVM looks for the newest of the versions, or for the one that is wanted.
func findLLVM(version string) (llvm, error) {
	suffixes := []string{"-" + version}
	if version == "" {
		suffixes = nil
		for v := 30; v >= 14; v-- {
			suffixes = append(suffixes, "-"+strconv.Itoa(v))
		}
		suffixes = append(suffixes, "")
	}
	for _, suffix := range suffixes {
		mca, err := exec.LookPath("llvm-mca" + suffix)
		if err != nil {
			continue
		}
		if objdump, err := exec.LookPath("llvm-objdump" + suffix); err == nil {
			return llvm{mca, objdump}, nil
		}
	}
	return llvm{}, errors.New("llvm-mca and llvm-objdump are not installed (Debian: apt-get install llvm)")
}

// run returns a command's output, or an error with what it wrote on stderr.
func run(command *exec.Cmd) ([]byte, error) {
	var complaint bytes.Buffer
	command.Stderr = &complaint
	out, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %s", filepath.Base(command.Path), err, bytes.TrimSpace(complaint.Bytes()))
	}
	return out, nil
}

// buildTests builds the test binary of a package, given by its folder, for another architecture.
func buildTests(folder, arch, out string) error {
	command := exec.Command("go", "test", "-c", "-o", out, ".")
	command.Dir = folder
	command.Env = append(os.Environ(), "GOOS=linux", "GOARCH="+arch, "CGO_ENABLED=0")
	_, err := run(command)
	return err
}

// symbols returns the functions of an ELF binary whose names the caller wants.
func symbols(binary string, wanted func(string) bool) ([]string, error) {
	file, err := elf.Open(binary)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	all, err := file.Symbols()
	if err != nil {
		return nil, err
	}
	var names []string
	for _, s := range all {
		if elf.ST_TYPE(s.Info) == elf.STT_FUNC && wanted(s.Name) {
			names = append(names, s.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// disassemble returns the instructions of these functions.
func (l llvm) disassemble(binary string, names []string) (map[string][]instruction, error) {
	out, err := run(exec.Command(l.objdump, "-d", "--no-show-raw-insn", "--disassemble-symbols="+strings.Join(names, ","), binary))
	if err != nil {
		return nil, err
	}
	return parse(string(out)), nil
}

// simulation is what llvm-mca says of the loops on a processor.
type simulation struct {
	model  string
	cycles []float64 // per trip of each loop
	bounds []float64 // the same by the busiest resource alone
	by     []string  // what that is
}

// A trip's cycles are those of so many trips more, so that filling and draining of the pipelines does not show. The first ones
// are more instructions than any processor has in flight.
const fewTrips, manyTrips = 40, 100

// simulate lets llvm-mca run the loops.
func (l llvm) simulate(loops []loop, triple string, p processor) (simulation, error) {
	few, err := l.answer(loops, triple, p, fewTrips)
	if err != nil {
		return simulation{}, err
	}
	many, err := l.answer(loops, triple, p, manyTrips)
	if err != nil {
		return simulation{}, err
	}
	s := simulation{model: modelOf(many.TargetInfo.Resources)}
	for i, region := range many.CodeRegions {
		more := region.SummaryView.TotalCycles - few.CodeRegions[i].SummaryView.TotalCycles
		s.cycles = append(s.cycles, more/(manyTrips-fewTrips))
		s.bounds = append(s.bounds, region.SummaryView.BlockRThroughput)
		s.by = append(s.by, p.busiest(many, i))
	}
	return s, nil
}

// answer is what this command reads of llvm-mca's JSON.
type answer struct {
	CodeRegions []region
	TargetInfo  struct{ Resources []string }
}

type region struct {
	Instructions []string
	SummaryView  struct{ TotalCycles, BlockRThroughput float64 }

	// Cycles for which an instruction occupies a resource; those of the whole trip follow the last instruction.
	ResourcePressureView struct {
		ResourcePressureInfo []struct {
			InstructionIndex, ResourceIndex int
			ResourceUsage                   float64
		}
	}
}

// busiest names the kind of the resource that a trip of a loop occupies longest, or the width of the front end where that needs
// more cycles than any resource does.
func (p processor) busiest(a answer, i int) string {
	r, kind, most := a.CodeRegions[i], "width", 0.
	for _, use := range r.ResourcePressureView.ResourcePressureInfo {
		if use.InstructionIndex != len(r.Instructions) || use.ResourceUsage <= most || use.ResourceIndex >= len(a.TargetInfo.Resources) {
			continue
		}
		unit, _, _ := strings.Cut(a.TargetInfo.Resources[use.ResourceIndex], ".")
		most, kind = use.ResourceUsage, cmp.Or(p.units[strings.TrimPrefix(unit, p.model+"Unit")], "integer")
	}
	if most < 0.95*r.SummaryView.BlockRThroughput {
		return "width"
	}
	return kind
}

func (l llvm) answer(loops []loop, triple string, p processor, trips int) (answer, error) {
	var source strings.Builder
	for _, body := range loops {
		source.WriteString("# LLVM-MCA-BEGIN\n")
		for _, in := range body {
			source.WriteString(simulated(in) + "\n")
		}
		source.WriteString("# LLVM-MCA-END\n")
	}
	arguments := []string{"-json", "-mtriple=" + triple, "-mcpu=" + p.name, "-iterations=" + strconv.Itoa(trips)}
	if p.dispatch > 0 {
		arguments = append(arguments, "-dispatch="+strconv.Itoa(p.dispatch))
	}
	command := exec.Command(l.mca, arguments...)
	command.Stdin = strings.NewReader(source.String())
	var a answer
	out, err := run(command)
	if err != nil {
		return a, err
	}
	if err := json.Unmarshal(out, &a); err != nil {
		return a, fmt.Errorf("llvm-mca's answer: %w", err)
	}
	if len(a.CodeRegions) != len(loops) {
		return a, fmt.Errorf("llvm-mca answered for %d of %d loops", len(a.CodeRegions), len(loops))
	}
	return a, nil
}
