package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
)

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
		s.by = append(s.by, p.limit(many, i))
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

// limit names the kind of the resource that a trip of a loop occupies longest, or the width of the front end where that needs
// more cycles than any resource does.
func (p processor) limit(a answer, i int) string {
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

// simulated is what llvm-mca is given for an instruction. Its models move the pointer of a store such as
// "str q0, [x1], #16" once the stored value is there, and with that hold up the next trip's loads. Cores have an
// instruction of their own for the pointer, which needs no value: this is a store and an addition.
func simulated(in instruction) string {
	if match := movingStore.FindStringSubmatch(in.text); match != nil {
		return fmt.Sprintf("%s\nadd %s, %s, %s", strings.TrimSpace(match[1]), match[2], match[2], match[3])
	}
	return in.text
}

var movingStore = regexp.MustCompile(`^(st[^\[]*\[(x[0-9]+)\]), (.+)$`)
