package arm64

import (
	"bytes"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// llvmAssembler is LLVM's assembler, if there is one.
func llvmAssembler(t *testing.T) string {
	for _, name := range []string{"llvm-mc-22", "llvm-mc-19", "llvm-mc", "llvm-mc-14"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("LLVM's assembler, llvm-mc, is not installed")
	return ""
}

var (
	writtenWord = regexp.MustCompile(`WORD \$0x([0-9a-f]{8}) // (.*)`)
	encoded     = regexp.MustCompile(`encoding: \[0x(..),0x(..),0x(..),0x(..)\]`)
)

// requireAssembled holds the words of the text against what LLVM makes of their comments.
func requireAssembled(t *testing.T, text string) {
	t.Helper()
	assembler := llvmAssembler(t)
	written := writtenWord.FindAllStringSubmatch(text, -1)
	var source strings.Builder
	for _, w := range written {
		source.WriteString(w[2] + "\n")
	}
	command := exec.Command(assembler, "-triple=aarch64", "-show-encoding")
	command.Stdin = strings.NewReader(source.String())
	var stderr bytes.Buffer
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%.3000s", assembler, err, stderr.String())
	}
	words := encoded.FindAllStringSubmatch(string(out), -1)
	if len(words) != len(written) || len(written) == 0 {
		t.Fatalf("%d instructions, of which LLVM assembled %d", len(written), len(words))
	}
	for i, w := range words {
		if want := w[4] + w[3] + w[2] + w[1]; want != written[i][1] {
			t.Errorf("%s is 0x%s, not 0x%s", written[i][2], want, written[i][1])
		}
	}
	t.Logf("%d instructions", len(words))
}

// render is the text of a function without its head.
func render(t *testing.T, f *Func) string {
	t.Helper()
	var b strings.Builder
	if err := f.write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func newFunc(typ string) *Func { return NewFile("p", "a test").Func("f", typ) }

// TestWords has every instruction with every register, in every place.
func TestWords(t *testing.T) {
	f := newFunc("func()")
	for k, form := range forms {
		for place := range form.operands {
			for number := range 32 {
				registers := make([]Register, len(form.operands))
				for i := range registers {
					registers[i] = V((5*i + 3) % 32)
				}
				registers[place] = V(number)
				f.Op(k.name, k.arrangement, registers...)
			}
		}
	}
	requireAssembled(t, render(t, f))
}

// TestLanesAndConstants has the instructions with more than registers, with every lane and constant.
func TestLanesAndConstants(t *testing.T) {
	f := newFunc("func()")
	for number := range 32 {
		d, n, m := V(number), V(31-number), V((number+7)%32)
		x, y := R((number+1)%28), R((number+9)%28)
		f.Clear(d)
		f.Copy(d, n)
		f.Load(Q, d, Index(x, y, 0))
		f.Load(Q, d, Index(x, y, 4))
		f.Store(Q, d, Index(x, y, 0))
		f.Store(Q, d, Index(x, y, 4))
		f.Prefetch(1, Index(x, y, 0))
		f.Prefetch(2, Index(x, y, 3))
		for at := range 16 {
			f.Extract(d, n, m, at)
		}
		for _, a := range []Arrangement{S4, S2, D2, S, D} {
			for lane := range 16 >> a.element() {
				for _, name := range []string{"FMLA", "FMLS", "FMUL"} {
					f.OpLane(name, a, d, n, m, lane)
				}
				f.Broadcast(a, d, n, lane)
			}
		}
		for _, a := range []Arrangement{S4, S2, D2} {
			f.BroadcastInt(a, d, x)
		}
		for _, a := range []Arrangement{S, D} {
			for lane := range 16 >> a.element() {
				f.GetLane(a, x, d, lane)
				f.LoadLane(a, d, lane, At(x, 0))
				f.LoadLane(a, d, lane, Post(x, 1<<a.element()))
				f.StoreLane(a, d, lane, At(x, 0))
				f.StoreLane(a, d, lane, Post(x, 1<<a.element()))
			}
		}
		for _, a := range []Arrangement{S4, S2, D2, B16, B8, H8, H4, D} {
			for by := range 8 << a.element() {
				for _, left := range []string{"SHL", "SLI"} {
					f.Shift(left, a, d, n, by)
				}
				for _, right := range []string{"SSHR", "USHR", "SRI"} {
					f.Shift(right, a, d, n, by+1)
				}
			}
		}
	}
	for imm := range uint32(256) {
		for _, a := range []Arrangement{S4, S2, D2} {
			if !f.Number(a, V(int(imm%32)), smallNumber(imm)) {
				t.Errorf("%v is not a number", smallNumber(imm))
			}
		}
	}
	requireAssembled(t, render(t, f))
	if f.Number(S4, V(0), 0.1) || f.Number(S4, V(0), 0) || f.Number(S4, V(0), 32) {
		t.Error("a number that has no 8 bits is taken")
	}
}

// TestGoNames hands the instructions that Go's assembler has to it, and what it makes of them to LLVM's disassembler by
// way of the words: each must be the one instruction that ARM's syntax says.
func TestGoNames(t *testing.T) {
	f := newFunc("func()")
	var want []string
	add := func(syntax string, emit func()) {
		emit()
		want = append(want, syntax)
	}
	d, n, m := R(1), R(2), R(3)
	v, w := V(5), V(6)
	add("add x1, x2, x3", func() { f.Add(d, n, m) })
	add("sub x1, x2, x3", func() { f.Sub(d, n, m) })
	add("mul x1, x2, x3", func() { f.Mul(d, n, m) })
	add("and x1, x2, x3", func() { f.And(d, n, m) })
	add("orr x1, x2, x3", func() { f.Or(d, n, m) })
	add("add x1, x2, #4095", func() { f.AddConst(d, n, 4095) })
	add("sub x1, x2, #16", func() { f.SubConst(d, n, 16) })
	add("subs x1, x2, #1", func() { f.SubsConst(d, n, 1) })
	add("and x1, x2, #0x3", func() { f.AndConst(d, n, 3) })
	add("lsl x1, x2, #3", func() { f.ShiftLeft(d, n, 3) })
	add("lsr x1, x2, #2", func() { f.ShiftRight(d, n, 2) })
	add("add x1, x2, x3, lsl #3", func() { f.AddShifted(d, n, m, 3) })
	add("mov x1, x2", func() { f.Move(d, n) })
	add("mov x1, #1000", func() { f.Const(d, 1000) })
	add("cmp x2, x3", func() { f.Compare(n, m) })
	add("cmp x2, #8", func() { f.CompareConst(n, 8) })
	add("csel x1, x2, x3, lt", func() { f.Choose("LT", d, n, m) })
	add("csel x1, x2, xzr, hi", func() { f.Choose("HI", d, n, Zero) })
	add("ldr s5, [x2, #4]", func() { f.Load(S, v, At(n, 4)) })
	add("ldr d5, [x2, x3]", func() { f.Load(D, v, Index(n, m, 0)) })
	add("ldr s5, [x2, x3, lsl #2]", func() { f.Load(S, v, Index(n, m, 2)) })
	add("ldr q5, [x2, #4080]", func() { f.Load(Q, v, At(n, 4080)) })
	add("ldur q5, [x2, #-16]", func() { f.Load(Q, v, At(n, -16)) })
	add("ldr q5, [x2], #48", func() { f.Load(Q, v, Post(n, 48)) })
	add("str s5, [x2], #4", func() { f.Store(S, v, Post(n, 4)) })
	add("str d5, [x2, #8]", func() { f.Store(D, v, At(n, 8)) })
	add("str q5, [x2, #16]", func() { f.Store(Q, v, At(n, 16)) })
	add("ldp q5, q6, [x2, #32]", func() { f.LoadPair(Q, v, w, At(n, 32)) })
	add("ldp q5, q6, [x2], #32", func() { f.LoadPair(Q, v, w, Post(n, 32)) })
	add("stp q5, q6, [x2, #-1024]", func() { f.StorePair(Q, v, w, At(n, -1024)) })
	add("ldp s5, s6, [x2]", func() { f.LoadPair(S, v, w, At(n, 0)) })
	add("stp d5, d6, [x2, #16]", func() { f.StorePair(D, v, w, At(n, 16)) })
	add("ldr x1, [x2, #8]", func() { f.LoadInt(d, At(n, 8)) })
	add("str x1, [x2, x3, lsl #3]", func() { f.StoreInt(d, Index(n, m, 3)) })
	add("prfm pldl1keep, [x2, #256]", func() { f.Prefetch(1, At(n, 256)) })
	add("prfm pldl2keep, [x2]", func() { f.Prefetch(2, At(n, 0)) })
	words := goWords(t, render(t, f))
	if len(words) != len(want) {
		t.Fatalf("Go's assembler makes %d words of %d instructions", len(words), len(want))
	}
	var both strings.Builder
	for i, word := range words {
		fmt.Fprintf(&both, "WORD $0x%08x // %s\n", word, want[i])
	}
	requireAssembled(t, both.String())
}

// goWords are the words that Go's assembler makes of the function up to the padding of zeros.
func goWords(t *testing.T, text string) (words []uint32) {
	command := exec.Command("go", "tool", "asm", "-S", "-o", t.TempDir()+"/f.o", "/dev/stdin")
	command.Env = append(command.Environ(), "GOARCH=arm64", "GOOS=linux")
	command.Stdin = strings.NewReader("#define NOSPLIT 4\n" + text)
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("go tool asm: %v\n%.3000s", err, out)
	}
	var code []byte
	for _, line := range regexp.MustCompile(`(?m)^\t0x[0-9a-f]{4}(( [0-9a-f]{2}){1,16})  `).FindAllStringSubmatch(string(out), -1) {
		for _, b := range strings.Fields(line[1]) {
			v, err := strconv.ParseUint(b, 16, 8)
			if err != nil {
				t.Fatal(err)
			}
			code = append(code, byte(v))
		}
	}
	for i := 0; i+4 <= len(code); i += 4 {
		words = append(words, uint32(code[i])|uint32(code[i+1])<<8|uint32(code[i+2])<<16|uint32(code[i+3])<<24)
	}
	for len(words) > 0 && words[len(words)-1] == 0 {
		words = words[:len(words)-1]
	}
	return words
}
