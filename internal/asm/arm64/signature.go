package arm64

import (
	"fmt"
	"go/token"
	"go/types"
	"strings"
)

// signature is a Go function type, with the place of its arguments.
type signature struct {
	text   string // without "func"
	fields map[string]field
	size   int // of arguments and results in bytes
}

// field is an argument, a result or a word of one.
type field struct {
	offset int
	load   string // the Go instruction that moves it, MOVD for a word
	vector bool
}

// parseSignature reads a type such as func(n int, x *float32, y []float64) int. A result without a name is called ret.
func parseSignature(text string) (signature, error) {
	value, err := types.Eval(token.NewFileSet(), nil, token.NoPos, text)
	if err != nil {
		return signature{}, fmt.Errorf("signature %q: %w", text, err)
	}
	typ, ok := value.Type.(*types.Signature)
	if !ok {
		return signature{}, fmt.Errorf("signature %q: not a function", text)
	}
	s := signature{text: strings.TrimPrefix(text, "func"), fields: map[string]field{}}
	sizes := types.SizesFor("gc", "arm64")
	for group, tuple := range []*types.Tuple{typ.Params(), typ.Results()} {
		for v := range tuple.Variables() {
			align := int(sizes.Alignof(v.Type()))
			s.size = (s.size + align - 1) / align * align
			name := v.Name()
			if name == "" && group == 1 {
				name = "ret"
			}
			if err := s.add(name, v.Type()); err != nil {
				return signature{}, fmt.Errorf("signature %q: %w", text, err)
			}
			s.size += int(sizes.Sizeof(v.Type()))
		}
		if group == 0 && typ.Results().Len() > 0 {
			s.size = (s.size + 7) / 8 * 8
		}
	}
	return s, nil
}

func (s *signature) add(name string, typ types.Type) error {
	switch t := typ.Underlying().(type) {
	case *types.Pointer:
		s.fields[name] = field{s.size, "MOVD", false}
		return nil
	case *types.Slice:
		for i, part := range []string{"base", "len", "cap"} {
			s.fields[name+"_"+part] = field{s.size + 8*i, "MOVD", false}
		}
		return nil
	case *types.Basic:
		move, ok := map[types.BasicKind]string{
			types.Int: "MOVD", types.Uint: "MOVD", types.Int64: "MOVD", types.Uint64: "MOVD", types.Uintptr: "MOVD", types.UnsafePointer: "MOVD",
			types.Int32: "MOVW", types.Uint32: "MOVWU", types.Uint8: "MOVBU", types.Bool: "MOVBU",
			types.Float32: "FMOVS", types.Float64: "FMOVD",
		}[t.Kind()]
		if ok {
			s.fields[name] = field{s.size, move, strings.HasPrefix(move, "F")}
			return nil
		}
	}
	return fmt.Errorf("%s: %s is not supported", name, typ)
}

func (s *signature) declaration(name string) string { return "func " + name + s.text }

// Arg loads an argument: a number into a register of its kind, a pointer, or
// the part x_base, x_len or x_cap of a slice x.
func (f *Func) Arg(name string, to Register) {
	at := f.field(name, to)
	f.add(Instruction{Writes: []Register{to}, render: func(n numbering) string {
		return fmt.Sprintf("%s %s+%d(FP), %s", at.load, name, at.offset, goName(to, n))
	}})
}

// Result stores a result, which is called ret if it has no name.
func (f *Func) Result(name string, from Register) {
	at := f.field(name, from)
	store := strings.TrimSuffix(at.load, "U")
	f.add(Instruction{Reads: []Register{from}, render: func(n numbering) string {
		return fmt.Sprintf("%s %s, %s+%d(FP)", store, goName(from, n), name, at.offset)
	}})
}

func (f *Func) field(name string, r Register) field {
	at, ok := f.signature.fields[name]
	if !ok {
		panic(fmt.Sprintf("arm64: %s has no argument or result %s", f.name, name))
	}
	mustBe("argument "+name, at.vector, []Register{r})
	return at
}

// goName is the register in the syntax of Go's assembler.
func goName(r Register, n numbering) string {
	if r == Zero {
		return "ZR"
	}
	if r.vector {
		return fmt.Sprintf("F%d", n(r))
	}
	if n(r) == 28 {
		return "g"
	}
	return fmt.Sprintf("R%d", n(r))
}
