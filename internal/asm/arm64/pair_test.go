package arm64

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// moved runs the loads and stores of a list on two regions of memory, where R0 and R1 point to the middle, and returns
// what the vector registers and the memory have at the end. They hold 8 bytes in each number. Every other instruction is
// one that adds a register to another.
func moved(t *testing.T, list []Instruction) (vectors [64]int, memory [2][512]int) {
	t.Helper()
	for n := range vectors {
		vectors[n] = 1 + n
	}
	for n := range memory[0] {
		memory[0][n], memory[1][n] = 1000+n, 2000+n
	}
	place := regexp.MustCompile(`(-?\d*)\(R([01])\)`)
	register := regexp.MustCompile(`F(\d+)`)
	for _, line := range lines(list, Register.Number) {
		name, operands, _ := strings.Cut(line, " ")
		if name == "FADD" {
			for _, half := range []int{0, 1} {
				vectors[half] = 31*vectors[half] + vectors[2+half]
			}
			continue
		}
		at := place.FindStringSubmatch(operands)
		if at == nil || !slices.Contains([]string{"FMOVQ", "FLDPQ", "FSTPQ"}, name) {
			t.Fatalf("%s: neither a load nor a store", line)
		}
		offset, _ := strconv.Atoi(at[1])
		cells := memory[at[2][0]-'0'][256+offset/8:]
		var registers []int
		for _, match := range register.FindAllStringSubmatch(strings.Replace(operands, at[0], "", 1), -1) {
			n, _ := strconv.Atoi(match[1])
			registers = append(registers, n)
		}
		load := name == "FLDPQ" || name == "FMOVQ" && strings.HasPrefix(operands, at[0])
		if load && len(registers) == 2 && registers[0] == registers[1] {
			t.Fatalf("%s: one register twice", line)
		}
		for n, r := range registers {
			if load {
				copy(vectors[2*r:2*r+2], cells[2*n:])
			} else {
				copy(cells[2*n:2*n+2], vectors[2*r:])
			}
		}
	}
	return vectors, memory
}

// randomMoves has loads and stores near each other's places, most of which follow each other, at even and odd offsets.
func randomMoves(rng *rand.Rand) *Func {
	f := newFunc("func()")
	offset := 16 * (rng.IntN(130) - 66)
	load := rng.IntN(2) == 0
	for range 40 {
		switch rng.IntN(12) {
		case 0:
			offset = 16 * (rng.IntN(130) - 66)
		case 1:
			offset += 8
		case 2, 3:
			load = !load
		case 4:
			f.Op("FADD", S4, V(0), V(0), V(1))
		}
		// Offsets that no load or store has are left out.
		if at := At(R(rng.IntN(8)/7), offset); offset >= -256 && offset < 1600 && (offset%16 == 0 || offset < 256) {
			if load {
				f.Load(Q, V(rng.IntN(4)), at)
			} else {
				f.Store(Q, V(rng.IntN(4)), at)
			}
		}
		offset += []int{-16, 16, 16, 32}[rng.IntN(4)]
	}
	return f
}

// TestJoinPairs: joined or not, a list leaves the same in all registers and in memory, and what can be joined is.
func TestJoinPairs(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	joined, kept := 0, 0
	for round := range 2000 {
		f := randomMoves(rng)
		before := slices.Clone(f.list)
		f.joinPairs(Register.Number)
		joined += len(before) - len(f.list)
		vectors, memory := moved(t, before)
		gotVectors, gotMemory := moved(t, f.list)
		if vectors != gotVectors || !reflect.DeepEqual(memory, gotMemory) {
			t.Fatalf("round %d: another result\n%s\n\n%s", round, strings.Join(lines(before, Register.Number), "\n"),
				strings.Join(lines(f.list, Register.Number), "\n"))
		}
		for at := 1; at < len(f.list); at++ {
			a, b := f.list[at-1].move, f.list[at].move
			if _, _, ok := neighbours(a, b, Register.Number); ok {
				t.Fatalf("round %d: two are left that can be joined", round)
			}
			if a != nil && b != nil {
				kept++
			}
		}
	}
	if joined < 1000 || kept < 1000 {
		t.Errorf("%d pairs and %d that are none: too few to try anything", joined, kept)
	}
}

// TestJoinedWords: LLVM has the same words for pairs, at the end of their range as well; virtual registers are joined by
// the numbers that they get; a file that does not ask for pairs has none.
func TestJoinedWords(t *testing.T) {
	for _, joins := range []bool{true, false} {
		file := NewFile("p", "a test")
		if joins {
			file.JoinPairs()
		}
		f := file.Func("f", "func(x *float32)")
		x, y := f.Int(), f.Int()
		f.Arg("x", x)
		f.Move(y, x) // gets the same number
		v := []Register{V(0), V(1), V(2), V(3)}
		f.Load(Q, v[0], At(x, 16))
		f.Load(Q, v[1], At(y, 0))
		f.Load(Q, v[2], At(x, 1008))
		f.Load(Q, v[3], At(x, 1024))
		f.Store(Q, v[0], At(x, -256))
		f.Store(Q, v[0], At(x, -240))
		f.Store(Q, v[1], At(x, 1040)) // out of their range
		f.Store(Q, v[2], At(x, 1024))
		f.Store(S, v[3], At(x, 0)) // not whole registers
		f.Store(S, v[3], At(x, 4))
		f.Return()
		words := goWords(t, render(t, f))
		want := []string{
			"ldr x0, [sp, #8]", "ldp q1, q0, [x0]", "ldp q2, q3, [x0, #1008]", "stp q0, q0, [x0, #-256]",
			"str q1, [x0, #1040]", "str q2, [x0, #1024]", "str s3, [x0]", "str s3, [x0, #4]", "ret",
		}
		if !joins {
			want = slices.Concat(want[:1], []string{
				"ldr q0, [x0, #16]", "ldr q1, [x0]", "ldr q2, [x0, #1008]", "ldr q3, [x0, #1024]", "stur q0, [x0, #-256]",
				"stur q0, [x0, #-240]",
			}, want[4:])
		}
		if len(words) != len(want) {
			t.Fatalf("Go's assembler makes %d words of %d instructions", len(words), len(want))
		}
		var both strings.Builder
		for n, word := range words {
			fmt.Fprintf(&both, "WORD $0x%08x // %s\n", word, want[n])
		}
		requireAssembled(t, both.String())
	}
}
