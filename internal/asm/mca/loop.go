package main

import (
	"slices"
	"strconv"
	"strings"
)

// instruction is one line of a disassembly.
type instruction struct {
	address uint64
	text    string // in the assembler's syntax, without comments
	target  uint64 // of a jump inside the function, else 0
}

// loop is the instructions from the target of a backward jump to the jump.
type loop []instruction

// parse reads what llvm-objdump -d --no-show-raw-insn prints: the instructions of each function, by its symbol.
func parse(disassembly string) map[string][]instruction {
	functions := map[string][]instruction{}
	name := ""
	for line := range strings.Lines(disassembly) {
		line = strings.TrimSpace(line)
		if head, ok := strings.CutSuffix(line, ">:"); ok {
			_, name, _ = strings.Cut(head, " <")
			continue
		}
		number, text, ok := strings.Cut(line, ":")
		address, err := strconv.ParseUint(number, 16, 64)
		if !ok || err != nil || name == "" {
			continue
		}
		functions[name] = append(functions[name], parseInstruction(address, text))
	}
	return functions
}

// parseInstruction reads an instruction such as "b.lt	0x1234 <sgemm+0x40>" or "ldr	q0, [x1]	// comment". A jump's target
// becomes 0 in the text, since assemblers accept no address far from their own.
func parseInstruction(address uint64, text string) instruction {
	for _, comment := range []string{"//", "\t#", " # "} {
		text, _, _ = strings.Cut(text, comment)
	}
	text, symbol, jumps := strings.Cut(text, "<")
	text = strings.Join(strings.Fields(text), " ")
	in := instruction{address: address, text: text}
	if !jumps || strings.Contains(symbol, "@") {
		return in
	}
	at := strings.LastIndex(text, "0x")
	if at < 0 {
		return in
	}
	target, err := strconv.ParseUint(text[at+2:], 16, 64)
	if err != nil {
		return in
	}
	in.target, in.text = target, text[:at]+"0"
	return in
}

// innermost returns the loops of a function that contain no other loop.
func innermost(function []instruction) []loop {
	var loops []loop
	for end, in := range function {
		if in.target == 0 || in.target > in.address {
			continue
		}
		start := slices.IndexFunc(function, func(i instruction) bool { return i.address == in.target })
		if start < 0 || slices.ContainsFunc(function[start:end], func(i instruction) bool {
			return i.target >= in.target && i.target != 0 && i.target <= i.address
		}) {
			continue
		}
		loops = append(loops, function[start:end+1])
	}
	return loops
}

// busiest returns the loop with the most fused multiply-adds, else the most vector instructions, else the longest.
func busiest(loops []loop, of func(loop) work) (loop, bool) {
	if len(loops) == 0 {
		return nil, false
	}
	weight := func(l loop) int {
		w := of(l)
		return w.fma<<32 + w.vector<<16 + w.instructions
	}
	return slices.MaxFunc(loops, func(a, b loop) int { return weight(a) - weight(b) }), true
}
