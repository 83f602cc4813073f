package main

import (
	"slices"
	"testing"
)

// disassembled is as llvm-objdump -d --no-show-raw-insn prints it: a loop of products inside a loop over columns, a loop
// of single columns, and another function.
const disassembled = `
/tmp/blas:	file format elf64-littleaarch64

Disassembly of section .text:

0000000000101000 <example.org/blas.gemmneon.abi0>:
  101000:      	ldr	x0, [sp, #0x8]
  101004:      	mov	x1, x2
  101008:      	ld1	{ v16.4s, v17.4s }, [x0], #32
  10100c:      	ldr	q18, [x3], #0x10
  101010:      	fmla	v0.4s, v16.4s, v18.s[0]
  101014:      	fmla	v1.4s, v17.4s, v18.s[0]
  101018:      	subs	x1, x1, #0x1
  10101c:      	b.gt	0x101008 <example.org/blas.gemmneon.abi0+0x8>
  101020:      	st1	{ v0.4s, v1.4s }, [x4], #32
  101024:      	cbnz	x5, 0x101004 <example.org/blas.gemmneon.abi0+0x4>
  101028:      	tbz	w6, #0x0, 0x101040 <example.org/blas.gemmneon.abi0+0x40>
  10102c:      	ldr	s18, [x3], #0x4         // the last ones
  101030:      	str	s18, [x4], #0x4
  101034:      	subs	x6, x6, #0x1
  101038:      	b.ne	0x10102c <example.org/blas.gemmneon.abi0+0x2c>
  10103c:      	bl	0x200000 <example.org/blas.other>
  101040:      	ret

0000000000200000 <example.org/blas.other>:
  200000:      	ret
`

func TestLoops(t *testing.T) {
	functions := parse(disassembled)
	if len(functions) != 2 || len(functions["example.org/blas.other"]) != 1 {
		t.Fatalf("functions: %v", functions)
	}
	loops := innermost(functions["example.org/blas.gemmneon.abi0"])
	if len(loops) != 2 {
		t.Fatalf("%d innermost loops, want 2: %v", len(loops), loops)
	}
	best, ok := busiest(loops, workARM)
	if !ok {
		t.Fatal("no busiest loop")
	}
	var texts []string
	for _, in := range best {
		texts = append(texts, in.text)
	}
	want := []string{
		"ld1 { v16.4s, v17.4s }, [x0], #32", "ldr q18, [x3], #0x10", "fmla v0.4s, v16.4s, v18.s[0]",
		"fmla v1.4s, v17.4s, v18.s[0]", "subs x1, x1, #0x1", "b.gt 0",
	}
	if !slices.Equal(texts, want) {
		t.Errorf("loop:\n%q, want\n%q", texts, want)
	}
	if got, want := workARM(best), (work{instructions: 6, fma: 2, vector: 2, load: 3, chain: 1, moved: 48}); got != want {
		t.Errorf("work: %+v, want %+v", got, want)
	}
	if _, ok := busiest(innermost(functions["example.org/blas.other"]), workARM); ok {
		t.Error("a function without jumps has a loop")
	}
}

// TestWork counts single instructions.
func TestWork(t *testing.T) {
	for text, want := range map[string]work{
		"ldp q0, q1, [x0], #0x20":           {load: 2, moved: 32},
		"ldp x0, x1, [sp, #0x10]":           {load: 2, moved: 16},
		"ld1r { v0.4s }, [x1]":              {load: 1, moved: 4},
		"ld1r { v0.2d }, [x1], #8":          {load: 1, moved: 8},
		"ld1 { v0.s }[1], [x1]":             {load: 1, moved: 4},
		"ld1 { v0.2s }, [x1]":               {load: 1, moved: 8},
		"ld1 { v0.4s, v1.4s, v2.4s }, [x1]": {load: 3, moved: 48},
		"st1 { v0.2d, v1.2d }, [x1], #32":   {store: 2, moved: 32, stored: 32},
		"str d0, [x1, x2, lsl #3]":          {store: 1, moved: 8, stored: 8},
		"stur q3, [x1, #-0x10]":             {store: 1, moved: 16, stored: 16},
		"prfm pldl1keep, [x0, #0x100]":      {},
		"fmls v0.2d, v1.2d, v2.d[1]":        {fma: 1, vector: 1, chain: 1},
		"fmla v0.2s, v1.2s, v2.s[1]":        {vector: 1, chain: 1},
		"fadd v0.4s, v1.4s, v2.4s":          {vector: 1},
		"fcmgt v0.4s, v1.4s, #0.0":          {vector: 1},
		"fmadd d0, d1, d2, d3":              {vector: 1},
		"add x0, x1, x2":                    {},
		"cmp w3, #0x4":                      {},
	} {
		want.instructions = 1
		if got := workARM(loop{{text: text}}); got != want {
			t.Errorf("%s: %+v, want %+v", text, got, want)
		}
	}
	for text, want := range map[string]work{
		"vmovups (%rax,%rcx,4), %ymm0":         {load: 1, moved: 32},
		"vmovups %zmm0, 0x40(%rax)":            {store: 1, moved: 64, stored: 64},
		"vbroadcastss (%rax), %ymm3":           {load: 1, moved: 4},
		"vfmadd231ps %ymm0, %ymm1, %ymm2":      {fma: 1, vector: 1},
		"vfmadd231ps 0x20(%rax), %ymm1, %ymm2": {fma: 1, vector: 1, load: 1, moved: 32},
		"vaddps %ymm0, %ymm1, %ymm2":           {vector: 1},
		"prefetcht0 0x100(%rax)":               {},
		"leaq 0x20(%rax), %rax":                {},
		"addq $0x20, %rax":                     {},
		"movq %rax, 0x8(%rsp)":                 {store: 1, moved: 8, stored: 8},
	} {
		want.instructions = 1
		if got := workX86(loop{{text: text}}); got != want {
			t.Errorf("%s: %+v, want %+v", text, got, want)
		}
	}
}

// TestChain: v0 gets three in a row; v1 begins anew in each trip, by a load, and v2 by a product.
func TestChain(t *testing.T) {
	functions := parse("0 <f.abi0>:\n" + `
 10:	fmla	v0.4s, v3.4s, v4.4s
 14:	ldr	q1, [x1], #0x10
 18:	fmla	v1.4s, v3.4s, v4.4s
 1c:	fmls	v0.4s, v5.4s, v4.s[1]
 20:	fmla	v0.4s, v5.4s, v4.4s
 24:	fmla	v1.4s, v3.4s, v4.s[1]
 28:	fmul	v2.4s, v3.4s, v4.4s
 2c:	fmla	v2.4s, v3.4s, v4.4s
 30:	str	q0, [x3], #0x10
 34:	b.ne	0x10 <f.abi0>
`)
	if got := chainARM(functions["f.abi0"]); got != 3 {
		t.Errorf("chain of %d, want 3", got)
	}
	w := work{instructions: 8, fma: 8, vector: 8, chain: 2}
	if cycles, resource := m1.bound(w); cycles != 8 || resource != "latency" {
		t.Errorf("%g %s, want 8 latency", cycles, resource)
	}
}

func TestBound(t *testing.T) {
	p := ports{width: 4, vector: 2, fma: 2, load: 2, store: 1, memory: 2}
	for _, c := range []struct {
		work
		cycles   float64
		resource string
	}{
		{work{instructions: 12, vector: 8, fma: 8, load: 3}, 4, "vector"},
		{work{instructions: 8, vector: 1, load: 2, store: 2}, 2, "memory"},
		{work{instructions: 8, vector: 1, load: 2, store: 4}, 4, "memory"},
		{work{instructions: 16, vector: 2, load: 2, store: 1}, 4, "width"},
	} {
		if cycles, resource := p.bound(c.work); cycles != c.cycles || resource != c.resource {
			t.Errorf("%+v: %g %s, want %g %s", c.work, cycles, resource, c.cycles, c.resource)
		}
	}
}

func TestElementOf(t *testing.T) {
	all := []string{"x/p.ddotneon.abi0", "x/p.dropneon.abi0", "x/p.exp64neon.abi0", "x/p.sdotneon.abi0"}
	for i, want := range []int{8, 4, 8, 4} {
		if got := elementOf(all[i], all); got != want {
			t.Errorf("%s: %d bytes, want %d", all[i], got, want)
		}
	}
}

func TestSimulated(t *testing.T) {
	for text, want := range map[string]string{
		"str q0, [x1], #0x10":              "str q0, [x1]\nadd x1, x1, #0x10",
		"stp q0, q1, [x6], #0x40":          "stp q0, q1, [x6]\nadd x6, x6, #0x40",
		"st1 { v0.4s, v1.4s }, [x12], #32": "st1 { v0.4s, v1.4s }, [x12]\nadd x12, x12, #32",
		"st1 { v0.4s }, [x12], x3":         "st1 { v0.4s }, [x12]\nadd x12, x12, x3",
		"stp q0, q1, [x6, #0x20]":          "stp q0, q1, [x6, #0x20]",
		"str q0, [x1, x2, lsl #2]":         "str q0, [x1, x2, lsl #2]",
		"ldr q0, [x1], #0x10":              "ldr q0, [x1], #0x10",
		"subs x1, x1, #0x1":                "subs x1, x1, #0x1",
	} {
		if got := simulated(instruction{text: text}); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
