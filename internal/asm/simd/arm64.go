package simd

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"log"
	"os"
	"strings"

	"github.com/gokfac/gokfac/internal/asm/arm64"
)

// neon writes arm64's vector instructions.
type neon struct {
	file    *arm64.File
	pool    []quad // the constants of all functions, one behind the other
	f       *arm64.Func
	results []string // their names
	vecs    []vecState
	ints    []arm64.Register
	masks   []lanesOf

	base      arm64.Register  // where the pool begins
	constants []poolConstant  // of the function
	places    map[Address]Int // addresses that are in a register, until a label or a change
	last      Int             // what the branch after it looks at; 0: the flags
	labels    int             // how many there have been
}

// newNEON takes the options that avo declares: -pkg, -out, -stubs.
func newNEON() *neon {
	file := arm64.NewFile(option("pkg"), "command: go run main.go "+strings.Join(os.Args[1:], " "))
	file.JoinPairs()
	return &neon{
		file: file,
		vecs: make([]vecState, 1), ints: make([]arm64.Register, 1), masks: make([]lanesOf, 1),
	}
}

func option(name string) string {
	if f := flag.Lookup(name); f != nil {
		return f.Value.String()
	}
	return ""
}

func (n *neon) function(name, signature string, doc []string) {
	n.close()
	n.f = n.file.Func(name, "func"+signature)
	n.f.Doc(append([]string{name + " " + doc[0]}, doc[1:]...)...)
	n.results = resultNames("func" + signature)
	n.base, n.constants = n.f.Int(), nil
	n.forget()
}

// resultNames are the names of a function's results: "ret" where they have none.
func resultNames(signature string) (names []string) {
	e, err := parser.ParseExpr(signature)
	if err != nil {
		log.Fatalf("%s: %v", signature, err)
	}
	results := e.(*ast.FuncType).Results
	if results == nil {
		return nil
	}
	for _, field := range results.List {
		for _, name := range field.Names {
			names = append(names, name.Name)
		}
		if len(field.Names) == 0 {
			names = append(names, "ret")
		}
	}
	return names
}

func (n *neon) end() { n.f.Return() }

func (n *neon) comment(lines []string) {
	for _, line := range lines {
		n.f.Comment(line)
	}
}

// interleave saves the processor from looking far ahead for work while an instruction waits for the one before it.
func (n *neon) interleave(count int, body func(i int)) {
	lists := make([][]arm64.Instruction, count)
	for i := range lists {
		n.forget()
		lists[i] = n.f.Capture(func() { body(i) })
	}
	n.forget()
	n.f.Emit(arm64.Interleave(lists...)...)
}

func (n *neon) generate() {
	n.close()
	var words []uint64
	for _, q := range n.pool {
		words = append(words, uint64(q[0])|uint64(q[1])<<32, uint64(q[2])|uint64(q[3])<<32)
	}
	if len(words) > 0 {
		n.file.Data(poolName, words...)
	}
	if err := n.file.Write(option("out"), option("stubs")); err != nil {
		log.Fatal(err)
	}
}

// forget is called where code may be reached from elsewhere.
func (n *neon) forget() { n.places = map[Address]Int{} }

// newLabel is a label within an operation.
func (n *neon) newLabel(name string) string {
	n.labels++
	return fmt.Sprintf("%s%d", name, n.labels)
}

func (n *neon) newInt() Int {
	n.ints = append(n.ints, n.f.Int())
	return Int(len(n.ints) - 1)
}

func (n *neon) newMask(m lanesOf) Mask {
	n.masks = append(n.masks, m)
	return Mask(len(n.masks) - 1)
}

// operand is a register with an operand.
func (n *neon) operand(e Element, o Operand) arm64.Register {
	switch o := o.(type) {
	case Vec:
		return n.vec(o)
	case Bits:
		return n.held(same(o))
	case Address:
		r := n.newVec(e)
		n.load(e, o, Lanes{}, r)
		return n.vec(r)
	}
	panic("simd: no operand")
}

// whole is how an element type divides a register.
func whole(e Element) arm64.Arrangement {
	if e.Bytes == 4 {
		return arm64.S4
	}
	return arm64.D2
}

// single is one element.
func single(e Element) arm64.Arrangement {
	if e.Bytes == 4 {
		return arm64.S
	}
	return arm64.D
}
