package main

import (
	"regexp"
	"strings"
)

// work is what one trip of a loop does.
type work struct {
	instructions int
	fma, vector  int // instructions of the vector units
	load, store  int // of up to a whole vector each
	chain        int // fused multiply-adds that must follow each other from trip to trip, in one register
	moved        int // bytes, loaded and stored
	stored       int // bytes
}

// workARM counts the work of a loop of arm64.
func workARM(l loop) work {
	w := work{instructions: len(l), chain: chainARM(l)}
	for _, in := range l {
		name, operands, _ := strings.Cut(in.text, " ")
		registers, memory := transferredARM(operands)
		switch {
		case strings.HasPrefix(name, "prf"):
		case memory:
			count, size := transfersARM(name, registers)
			w.moved += count * size
			if strings.HasPrefix(name, "st") {
				w.store += count
				w.stored += count * size
			} else {
				w.load += count
			}
		case vectorARM.MatchString(operands):
			w.vector++
			if (name == "fmla" || name == "fmls") && wholeARM.MatchString(operands) {
				w.fma++
			}
		}
	}
	return w
}

// transferredARM returns the registers before an address, without the lane's number of "ld1 { v0.s }[1], [x1]", and
// whether there is an address.
func transferredARM(operands string) (registers string, memory bool) {
	at := max(strings.Index(operands, "[x"), strings.Index(operands, "[sp"))
	if at < 0 {
		return operands, false
	}
	registers, _, _ = strings.Cut(operands[:at], "}[")
	return registers, true
}

// chainARM returns the most fused multiply-adds that add to one register, among the registers that no other instruction
// of the loop writes.
func chainARM(l loop) int {
	sums, others := map[string]int{}, map[string]bool{}
	for _, in := range l {
		name, operands, _ := strings.Cut(in.text, " ")
		written, memory := transferredARM(operands)
		if !memory {
			written, _, _ = strings.Cut(operands, ",")
		}
		for _, match := range registerARM.FindAllStringSubmatch(written, -1) {
			switch register := strings.TrimLeft(match[0][:len(match[1])+len(match[2])], "vqdsbh"); {
			case !strings.Contains("vqdsbh", match[1]) || strings.HasPrefix(name, "st"):
			case name == "fmla" || name == "fmls":
				sums[register]++
			default:
				others[register] = true
			}
		}
	}
	longest := 0
	for register, n := range sums {
		if !others[register] {
			longest = max(longest, n)
		}
	}
	return longest
}

var (
	vectorARM   = regexp.MustCompile(`\b[vqdsb][0-9]+\b`)
	wholeARM    = regexp.MustCompile(`^v[0-9]+\.(4s|2d),`)
	registerARM = regexp.MustCompile(`\b([vqdsbhxw])([0-9]+|zr)(?:\.([0-9]*)([bhsd]))?`)
)

// transfersARM returns how many registers an instruction loads or stores, and the bytes of each.
func transfersARM(name, registers string) (count, size int) {
	sizes := map[string]int{"b": 1, "h": 2, "s": 4, "w": 4, "d": 8, "x": 8, "q": 16}
	for _, match := range registerARM.FindAllStringSubmatch(registers, -1) {
		count++
		switch kind, lanes, element := match[1], match[3], match[4]; {
		case kind != "v":
			size = sizes[kind]
		case lanes == "" || strings.HasSuffix(name, "r"): // one lane, or one value for all lanes
			size = sizes[element]
		case lanes == "2" && element == "s" || lanes == "8" && element == "b" || lanes == "4" && element == "h" || lanes == "1":
			size = 8
		default:
			size = 16
		}
	}
	return count, size
}

// workX86 counts the work of a loop of amd64 in AT&T's syntax.
func workX86(l loop) work {
	w := work{instructions: len(l)}
	for _, in := range l {
		name, operands, _ := strings.Cut(in.text, " ")
		memory := strings.Contains(operands, "(")
		stores := memory && strings.HasSuffix(operands, ")") && (strings.Contains(name, "mov") || strings.HasPrefix(name, "vextract"))
		switch {
		case strings.HasPrefix(name, "prefetch") || strings.HasPrefix(name, "lea"):
			memory = false
		case stores:
			w.store++
			w.stored += sizeX86(name, operands)
			w.moved += sizeX86(name, operands)
		case memory:
			w.load++
			w.moved += sizeX86(name, operands)
		}
		moves := strings.HasPrefix(name, "vmovup") || strings.HasPrefix(name, "vmovap") || strings.HasPrefix(name, "vbroadcast")
		if strings.HasPrefix(name, "v") && !(memory && moves) {
			w.vector++
		}
		if strings.HasPrefix(name, "vfm") || strings.HasPrefix(name, "vfnm") {
			w.fma++
		}
	}
	return w
}

// sizeX86 is the bytes that an instruction loads or stores: one element, a vector, or a word.
func sizeX86(name, operands string) int {
	switch {
	case strings.HasSuffix(name, "ss"):
		return 4
	case strings.HasSuffix(name, "sd"):
		return 8
	}
	for register, size := range map[string]int{"%zmm": 64, "%ymm": 32, "%xmm": 16} {
		if strings.Contains(operands, register) {
			return size
		}
	}
	return 8
}
