package arm64

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// lines renders a function; virtual registers have the numbers that they were made with.
func lines(list []Instruction, n numbering) (all []string) {
	for _, i := range list {
		line := i.render(n)
		if _, syntax, ok := strings.Cut(line, "// "); ok {
			line = syntax
		}
		all = append(all, line)
	}
	return all
}

var vectorOperand = regexp.MustCompile(`V(\d+)\.`)

// run follows a program of a few instructions. The values of vectors are checksums of how they were computed. It returns
// that of the result.
func run(t *testing.T, program []string) string {
	t.Helper()
	labels := map[string]int{}
	for at, line := range program {
		if name, ok := strings.CutSuffix(line, ":"); ok {
			labels[name] = at
		}
	}
	sum := func(parts ...string) string {
		h := fnv.New64a()
		h.Write([]byte(strings.Join(parts, ",")))
		return fmt.Sprint(h.Sum64())
	}
	vectors, integers := map[string]string{}, map[string]int{}
	result := ""
	for at, steps := 0, 0; at < len(program); at++ {
		if steps++; steps > 100000 {
			t.Fatal("it does not end")
		}
		line := program[at]
		name, rest, _ := strings.Cut(line, " ")
		operands := strings.Split(rest, ", ")
		switch {
		case strings.HasSuffix(line, ":"):
		case name == "RET":
			return result
		case name == "FMOVS": // the result
			result = vectors[strings.TrimPrefix(operands[0], "F")]
		case name == "FMOVQ": // a constant
			vectors[strings.TrimPrefix(operands[1], "F")] = "at " + operands[0][:strings.Index(operands[0], "(")]
		case name == "MOVD" && strings.HasPrefix(operands[0], "$0x"):
			c, _ := strconv.ParseInt(operands[0][3:], 16, 64)
			integers[operands[1]] = int(c)
		case name == "MOVD" && strings.HasPrefix(operands[0], "$"): // an address
		case name == "MOVD":
			integers[operands[1]] = integers[operands[0]]
		case name == "SUB":
			c, _ := strconv.Atoi(operands[0][1:])
			integers[operands[2]] = integers[operands[1]] - c
		case name == "CBNZ":
			if integers[operands[0]] != 0 {
				at = labels[operands[1]]
			}
		case name == "B":
			at = labels[operands[0]]
		default:
			var values, registers []string
			for _, m := range vectorOperand.FindAllStringSubmatch(rest, -1) {
				registers = append(registers, m[1])
			}
			for at, r := range registers {
				if at > 0 || name == "FMLA" {
					if vectors[r] == "" {
						t.Fatalf("%s reads nothing from V%s", line, r)
					}
					values = append(values, vectors[r])
				}
			}
			switch {
			case name == "ORR" && registers[1] == registers[2]:
				vectors[registers[0]] = values[0]
			case name == "FMOV": // a number
				vectors[registers[0]] = operands[1]
			default:
				vectors[registers[0]] = sum(append(values, name)...)
			}
		}
	}
	t.Fatal("it does not return")
	return ""
}

func byNumber(r Register) int { return r.number }

// randomProgram changes some vectors at random, in loops and past jumps, and returns a checksum of all.
func randomProgram(rng *rand.Rand, vectors int) *Func {
	f := newFunc("func() float32")
	var v []Register
	for n := range vectors {
		v = append(v, f.Vec())
		f.Number(S4, v[n], float64(16+n%16)/16)
	}
	any := func() Register { return v[rng.IntN(vectors)] }
	change := func() {
		for range 1 + rng.IntN(12) {
			switch d := any(); rng.IntN(5) {
			case 0:
				f.Op("FADD", S4, d, any(), any())
			case 1:
				f.Op("FMLA", S4, d, any(), any())
			case 2:
				f.Copy(d, any())
			case 3:
				between := f.Vec()
				f.Op("FMUL", S4, between, any(), any())
				f.Op("FSUB", S4, d, between, any())
			case 4: // as a step of Horner's rule
				sum := f.Vec()
				f.Copy(sum, any())
				f.Op("FMLA", S4, sum, d, any())
				f.Copy(d, sum)
			}
		}
	}
	for block := range 1 + rng.IntN(4) {
		count, other := f.Int(), f.Int()
		f.Const(count, uint64(1+rng.IntN(3)))
		f.Label(fmt.Sprint("loop", block))
		change()
		f.Move(other, count)
		f.SubConst(other, other, rng.IntN(3))
		f.JumpIfNotZero(other, fmt.Sprint("past", block))
		change()
		if rng.IntN(2) == 0 {
			f.Jump(fmt.Sprint("end", block))
		}
		f.Label(fmt.Sprint("past", block))
		change()
		f.Label(fmt.Sprint("end", block))
		f.SubConst(count, count, 1)
		f.JumpIfNotZero(count, fmt.Sprint("loop", block))
	}
	for _, other := range v[1:] {
		f.Op("FADD", S4, v[0], v[0], other)
	}
	f.Result("ret", v[0])
	f.Return()
	return f
}

// TestAllocate: a program computes the same in few registers as with a register for every name.
func TestAllocate(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for round := range 300 {
		f := randomProgram(rng, 1+rng.IntN(28))
		before := lines(f.list, byNumber)
		number, err := f.allocate()
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		after := lines(f.list, number)
		if want, got := run(t, before), run(t, after); want != got {
			t.Fatalf("round %d: another result\n%s\n\n%s", round, strings.Join(before, "\n"), strings.Join(after, "\n"))
		}
	}
}

// TestAllocateLimits: a function has 32 vector registers and no more.
func TestAllocateLimits(t *testing.T) {
	program := func(vectors int) *Func {
		f := newFunc("func() float32")
		v := []Register{f.Vec()}
		f.Clear(v[0])
		for n := 1; n < vectors; n++ {
			v = append(v, f.Vec())
			f.Op("FADD", S4, v[n], v[n-1], v[0])
		}
		for _, other := range v[1:] {
			f.Op("FMLA", S4, v[0], v[0], other)
		}
		f.Result("ret", v[0])
		f.Return()
		return f
	}
	if _, err := program(32).allocate(); err != nil {
		t.Error(err)
	}
	if _, err := program(33).allocate(); err == nil || !strings.Contains(err.Error(), "more than the 32 vector registers") {
		t.Error(err)
	}
	f := newFunc("func()")
	f.Op("FADD", S4, V(0), f.Vec(), V(0))
	if _, err := f.allocate(); err == nil || !strings.Contains(err.Error(), "read before it is written") {
		t.Error(err)
	}
}

// TestAllocateFixed: a virtual register stays clear of a fixed one that is in use, of R18 and of those from R27 on.
func TestAllocateFixed(t *testing.T) {
	f := newFunc("func()")
	f.Const(R(3), 1)
	var all []Register
	for n := range 25 {
		all = append(all, f.Int())
		f.Const(all[n], 2)
	}
	for _, r := range all {
		f.Add(R(3), R(3), r)
	}
	f.Return()
	number, err := f.allocate()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[int]bool{3: true, 18: true}
	for _, i := range f.list[1 : 1+len(all)] {
		n := number(i.Writes[0])
		if seen[n] || n > 26 {
			t.Errorf("R%d", n)
		}
		seen[n] = true
	}
}

// TestCopiesVanish: a copy of what is not needed afterwards takes no instruction.
func TestCopiesVanish(t *testing.T) {
	f := newFunc("func() float32")
	p, x := f.Vec(), f.Vec()
	f.Number(S4, p, 1)
	f.Number(S4, x, 2)
	for range 3 {
		sum := f.Vec()
		f.Number(S4, sum, 3)
		f.Op("FMLA", S4, sum, p, x)
		f.Copy(p, sum)
	}
	f.Result("ret", p)
	f.Return()
	before := len(f.list)
	if _, err := f.allocate(); err != nil {
		t.Fatal(err)
	}
	if before-len(f.list) != 3 {
		t.Errorf("%d copies are left", 3-(before-len(f.list)))
	}
}

// TestPreload: constants that find no register are read where they are needed.
func TestPreload(t *testing.T) {
	for _, count := range []int{5, 29, 40} {
		f := newFunc("func() float32")
		base := f.Int()
		list := []Constant{{base, func(to Register) { f.Address(to, "pool") }}}
		sum, n := f.Vec(), f.Int()
		f.Clear(sum)
		f.Const(n, 3)
		f.Label("loop")
		for at := range count {
			c := f.Vec()
			list = append(list, Constant{c, func(to Register) { f.Load(Q, to, At(base, 16*at)) }})
			f.Op("FMLA", S4, sum, sum, c)
			f.Op("FADD", S4, sum, c, sum)
		}
		f.SubConst(n, n, 1)
		f.JumpIfNotZero(n, "loop")
		f.Result("ret", sum)
		f.Return()
		// The program where all constants are read first.
		body := append([]Instruction{}, f.list...)
		first := f.Capture(func() {
			for _, c := range list {
				c.Load(c.Register)
			}
		})
		want := run(t, lines(append(first, body...), byNumber))
		if err := f.Preload(1, list); err != nil {
			t.Fatal(err)
		}
		number, err := f.allocate()
		if err != nil {
			t.Fatal(err)
		}
		loop := false
		inLoop := 0
		after := lines(f.list, number)
		for _, line := range after {
			loop = loop || line == "loop:"
			if loop && strings.HasPrefix(line, "FMOVQ") {
				inLoop++
			}
		}
		if late := max(0, count-31); (inLoop > 0) != (late > 0) || inLoop > 2*(late+1) {
			t.Errorf("%d of %d constants are read in the loop", inLoop, count)
		}
		if got := run(t, after); got != want {
			t.Errorf("%d constants: another result\n%s", count, strings.Join(after, "\n"))
		}
	}
}

func TestInterleave(t *testing.T) {
	f := newFunc("func()")
	list := func(n, r int) []Instruction {
		return f.Capture(func() {
			for range n {
				f.Clear(V(r))
			}
		})
	}
	var order []int
	for _, i := range Interleave(list(4, 1), list(2, 2)) {
		order = append(order, i.Writes[0].number)
	}
	if fmt.Sprint(order) != "[1 1 2 1 1 2]" {
		t.Error(order)
	}
}
