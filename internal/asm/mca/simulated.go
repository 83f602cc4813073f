package main

import (
	"fmt"
	"regexp"
	"strings"
)

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
