package arm64

import (
	"fmt"
	"strings"
)

// Func is a function under construction: a list of instructions.
type Func struct {
	name      string
	signature signature
	doc       []string
	list      []Instruction
	virtual   int   // how many virtual registers there are
	file      *File // of which it is part
}

// Instruction is one instruction, a label or a comment, with what an allocator
// of registers must know about it.
type Instruction struct {
	Reads, Writes []Register // of the same register, reads come first
	Label         string     // the place where jumps to this label land, if not empty
	Target        string     // the label that it may jump to, if not empty
	Ends          bool       // it never goes on to the next instruction

	copy bool  // it copies a whole register, and does nothing else
	move *move // of a whole vector register, if it is one that joinPairs may join

	// render is the line in the file, without indentation.
	render func(numbering) string
}

// Int is a new virtual integer register.
func (f *Func) Int() Register { return f.newRegister(false) }

// Vec is a new virtual vector register.
func (f *Func) Vec() Register { return f.newRegister(true) }

func (f *Func) newRegister(vector bool) Register {
	f.virtual++
	return Register{vector: vector, virtual: true, number: f.virtual - 1}
}

// Doc is the comment of the function, line by line.
func (f *Func) Doc(lines ...string) { f.doc = append(f.doc, lines...) }

// Comment writes a comment before the next instruction.
func (f *Func) Comment(text string) {
	f.add(Instruction{render: func(numbering) string { return "// " + text }})
}

// Label marks the place of the next instruction.
func (f *Func) Label(name string) {
	f.add(Instruction{Label: name, render: func(numbering) string { return name + ":" }})
}

// Return leaves the function.
func (f *Func) Return() { f.add(Instruction{Ends: true, render: text("RET")}) }

func (f *Func) add(i Instruction) { f.list = append(f.list, i) }

func text(line string) func(numbering) string { return func(numbering) string { return line } }

// word adds an instruction that Go's assembler does not have. encode returns
// the word and ARM's syntax.
func (f *Func) word(i Instruction, encode func(n numbering) (uint32, string)) {
	i.render = func(n numbering) string {
		word, syntax := encode(n)
		return fmt.Sprintf("WORD $0x%08x // %s", word, syntax)
	}
	f.add(i)
}

// mustVector panics where an instruction would get registers of the wrong kind.
func mustVector(name string, registers ...Register) { mustBe(name, true, registers) }

func mustInteger(name string, registers ...Register) { mustBe(name, false, registers) }

func mustBe(name string, vector bool, registers []Register) {
	for _, r := range registers {
		if r.vector != vector {
			panic(fmt.Sprintf("arm64: %s does not take %s", name, r))
		}
	}
}

// check reports labels that are missing or there twice.
func (f *Func) check() error {
	labels := map[string]bool{}
	for _, i := range f.list {
		if i.Label != "" && labels[i.Label] {
			return fmt.Errorf("%s: the label %s is there twice", f.name, i.Label)
		}
		labels[i.Label] = true
	}
	for _, i := range f.list {
		if !labels[i.Target] && i.Target != "" {
			return fmt.Errorf("%s: there is no label %s", f.name, i.Target)
		}
	}
	return nil
}

// write renders the function.
func (f *Func) write(b *strings.Builder) error {
	if err := f.check(); err != nil {
		return err
	}
	numbers, err := f.allocate()
	if err != nil {
		return err
	}
	if f.file.joinsPairs {
		f.joinPairs(numbers)
	}
	fmt.Fprintf(b, "\n// %s\nTEXT ·%s(SB), NOSPLIT, $0-%d\n", f.signature.declaration(f.name), f.name, f.signature.size)
	for _, i := range f.list {
		indent := "\t"
		if i.Label != "" {
			indent = ""
			b.WriteByte('\n')
		}
		b.WriteString(indent + i.render(numbers) + "\n")
	}
	return nil
}
