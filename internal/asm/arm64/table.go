package arm64

import "fmt"

// form is an instruction for one arrangement: its word but for the registers,
// and how its operands are written.
type form struct {
	word     uint32
	operands []Arrangement // the result first
	tail     string        // what follows the operands
	adds     bool          // the result is an operand, too
}

// family is an instruction with the words of all its arrangements.
type family struct {
	name   string
	kind   kind
	count  int    // registers
	vector uint32 // the word of the smallest arrangement
	scalar uint32 // the word for the first element only, or 0
	tail   string
	adds   bool
}

// kind says which arrangements a family has and where its word holds them.
type kind int

const (
	floats  kind = iota // S4, S2, D2, S, D: bit 22 is set for 64 bits
	numbers             // B16, B8, H8, H4, S4, S2, D2; of the scalars D: bits 22 and 23 are log₂ of the bytes
	bits                // B16, B8
)

// families are the instructions whose operands are all of one arrangement.
var families = []family{
	{name: "FADD", count: 3, vector: 0x0e20d400, scalar: 0x1e202800},
	{name: "FSUB", count: 3, vector: 0x0ea0d400, scalar: 0x1e203800},
	{name: "FMUL", count: 3, vector: 0x2e20dc00, scalar: 0x1e200800},
	{name: "FDIV", count: 3, vector: 0x2e20fc00, scalar: 0x1e201800},
	{name: "FMLA", count: 3, vector: 0x0e20cc00, adds: true},
	{name: "FMLS", count: 3, vector: 0x0ea0cc00, adds: true},
	{name: "FMAX", count: 3, vector: 0x0e20f400, scalar: 0x1e204800},
	{name: "FMIN", count: 3, vector: 0x0ea0f400, scalar: 0x1e205800},
	{name: "FMAXNM", count: 3, vector: 0x0e20c400, scalar: 0x1e206800},
	{name: "FMINNM", count: 3, vector: 0x0ea0c400, scalar: 0x1e207800},
	{name: "FABD", count: 3, vector: 0x2ea0d400, scalar: 0x7ea0d400},
	{name: "FADDP", count: 3, vector: 0x2e20d400},
	{name: "FMAXP", count: 3, vector: 0x2e20f400},
	{name: "FMINP", count: 3, vector: 0x2ea0f400},
	{name: "FMAXNMP", count: 3, vector: 0x2e20c400},
	{name: "FMINNMP", count: 3, vector: 0x2ea0c400},
	{name: "FCMEQ", count: 3, vector: 0x0e20e400, scalar: 0x5e20e400},
	{name: "FCMGE", count: 3, vector: 0x2e20e400, scalar: 0x7e20e400},
	{name: "FCMGT", count: 3, vector: 0x2ea0e400, scalar: 0x7ea0e400},
	{name: "FACGE", count: 3, vector: 0x2e20ec00, scalar: 0x7e20ec00},
	{name: "FACGT", count: 3, vector: 0x2ea0ec00, scalar: 0x7ea0ec00},

	{name: "FSQRT", count: 2, vector: 0x2ea1f800, scalar: 0x1e21c000},
	{name: "FABS", count: 2, vector: 0x0ea0f800, scalar: 0x1e20c000},
	{name: "FNEG", count: 2, vector: 0x2ea0f800, scalar: 0x1e214000},
	{name: "FRINTN", count: 2, vector: 0x0e218800, scalar: 0x1e244000},
	{name: "FRINTM", count: 2, vector: 0x0e219800, scalar: 0x1e254000},
	{name: "FRINTP", count: 2, vector: 0x0ea18800, scalar: 0x1e24c000},
	{name: "FRINTZ", count: 2, vector: 0x0ea19800, scalar: 0x1e25c000},
	{name: "FCVTNS", count: 2, vector: 0x0e21a800, scalar: 0x5e21a800},
	{name: "FCVTZS", count: 2, vector: 0x0ea1b800, scalar: 0x5ea1b800},
	{name: "FCVTZU", count: 2, vector: 0x2ea1b800, scalar: 0x7ea1b800},
	{name: "SCVTF", count: 2, vector: 0x0e21d800, scalar: 0x5e21d800},
	{name: "UCVTF", count: 2, vector: 0x2e21d800, scalar: 0x7e21d800},
	{name: "FCMEQ0", count: 2, vector: 0x0ea0d800, scalar: 0x5ea0d800, tail: "#0.0"},
	{name: "FCMGE0", count: 2, vector: 0x2ea0c800, scalar: 0x7ea0c800, tail: "#0.0"},
	{name: "FCMGT0", count: 2, vector: 0x0ea0c800, scalar: 0x5ea0c800, tail: "#0.0"},
	{name: "FCMLE0", count: 2, vector: 0x2ea0d800, scalar: 0x7ea0d800, tail: "#0.0"},
	{name: "FCMLT0", count: 2, vector: 0x0ea0e800, scalar: 0x5ea0e800, tail: "#0.0"},

	{name: "ADD", kind: numbers, count: 3, vector: 0x0e208400, scalar: 0x5e208400},
	{name: "SUB", kind: numbers, count: 3, vector: 0x2e208400, scalar: 0x7e208400},
	{name: "ADDP", kind: numbers, count: 3, vector: 0x0e20bc00},
	{name: "CMEQ", kind: numbers, count: 3, vector: 0x2e208c00, scalar: 0x7e208c00},
	{name: "CMGE", kind: numbers, count: 3, vector: 0x0e203c00, scalar: 0x5e203c00},
	{name: "CMGT", kind: numbers, count: 3, vector: 0x0e203400, scalar: 0x5e203400},
	{name: "CMHS", kind: numbers, count: 3, vector: 0x2e203c00, scalar: 0x7e203c00},
	{name: "CMHI", kind: numbers, count: 3, vector: 0x2e203400, scalar: 0x7e203400},
	{name: "CMTST", kind: numbers, count: 3, vector: 0x0e208c00, scalar: 0x5e208c00},
	{name: "SSHL", kind: numbers, count: 3, vector: 0x0e204400, scalar: 0x5e204400},
	{name: "USHL", kind: numbers, count: 3, vector: 0x2e204400, scalar: 0x7e204400},
	{name: "ZIP1", kind: numbers, count: 3, vector: 0x0e003800},
	{name: "ZIP2", kind: numbers, count: 3, vector: 0x0e007800},
	{name: "UZP1", kind: numbers, count: 3, vector: 0x0e001800},
	{name: "UZP2", kind: numbers, count: 3, vector: 0x0e005800},
	{name: "TRN1", kind: numbers, count: 3, vector: 0x0e002800},
	{name: "TRN2", kind: numbers, count: 3, vector: 0x0e006800},
	{name: "ABS", kind: numbers, count: 2, vector: 0x0e20b800, scalar: 0x5e20b800},
	{name: "NEG", kind: numbers, count: 2, vector: 0x2e20b800, scalar: 0x7e20b800},
	{name: "CMEQ0", kind: numbers, count: 2, vector: 0x0e209800, scalar: 0x5e209800, tail: "#0"},
	{name: "CMGE0", kind: numbers, count: 2, vector: 0x2e208800, scalar: 0x7e208800, tail: "#0"},
	{name: "CMGT0", kind: numbers, count: 2, vector: 0x0e208800, scalar: 0x5e208800, tail: "#0"},
	{name: "CMLE0", kind: numbers, count: 2, vector: 0x2e209800, scalar: 0x7e209800, tail: "#0"},
	{name: "CMLT0", kind: numbers, count: 2, vector: 0x0e20a800, scalar: 0x5e20a800, tail: "#0"},

	{name: "AND", kind: bits, count: 3, vector: 0x0e201c00},
	{name: "BIC", kind: bits, count: 3, vector: 0x0e601c00},
	{name: "ORR", kind: bits, count: 3, vector: 0x0ea01c00},
	{name: "ORN", kind: bits, count: 3, vector: 0x0ee01c00},
	{name: "EOR", kind: bits, count: 3, vector: 0x2e201c00},
	{name: "BSL", kind: bits, count: 3, vector: 0x2e601c00, adds: true},
	{name: "BIT", kind: bits, count: 3, vector: 0x2ea01c00, adds: true},
	{name: "BIF", kind: bits, count: 3, vector: 0x2ee01c00, adds: true},
	{name: "NOT", kind: bits, count: 2, vector: 0x2e205800},
}

// key names a form.
type key struct {
	name        string
	arrangement Arrangement
}

// forms are all instructions whose operands are whole vector registers, or the
// first elements of them, by name and arrangement.
var forms = allForms()

func allForms() map[key]form {
	all := map[key]form{}
	for _, y := range families {
		for _, a := range []Arrangement{S4, S2, D2, B16, B8, H8, H4, S, D} {
			if word, ok := y.word(a); ok {
				f := form{word: word, tail: y.tail, adds: y.adds}
				for range y.count {
					f.operands = append(f.operands, a)
				}
				all[key{y.name, a}] = f
			}
		}
	}
	// Integers of 8 to 32 bits also have a maximum, a minimum and a product.
	for _, y := range []family{
		{name: "SMAX", vector: 0x0e206400}, {name: "SMIN", vector: 0x0e206c00},
		{name: "UMAX", vector: 0x2e206400}, {name: "UMIN", vector: 0x2e206c00}, {name: "MUL", vector: 0x0e209c00},
		{name: "MLA", vector: 0x0e209400, adds: true},
	} {
		for _, a := range []Arrangement{S4, S2, B16, B8, H8, H4} {
			y.kind = numbers
			word, _ := y.word(a)
			all[key{y.name, a}] = form{word: word, operands: []Arrangement{a, a, a}, adds: y.adds}
		}
	}
	for _, y := range otherForms {
		all[key{y.name, y.operands[0]}] = y.form
	}
	return all
}

// word is the word for an arrangement, if there is one.
func (y family) word(a Arrangement) (uint32, bool) {
	base := y.vector
	if a.scalar() {
		base = y.scalar
	}
	double := uint32(0)
	if a.element() == 3 {
		double = 1 << 22
	}
	switch {
	case base == 0:
		return 0, false
	case y.kind == bits:
		return base | a.quad(), a == B16 || a == B8
	case y.kind == floats:
		return base | a.quad() | double, a.element() >= 2
	}
	return base | a.quad() | uint32(a.element())<<22, a != S
}

// otherForms are instructions with operands of different arrangements, and those
// with four operands. Their key is the arrangement of the result. The names of
// conversions from half precision begin with H here: they would have the key of
// others. Sums and maxima over a register end in V, as in ARM's syntax.
var otherForms = []struct {
	name string
	form
}{
	{"FMADD", form{word: 0x1f000000, operands: []Arrangement{S, S, S, S}}},
	{"FMADD", form{word: 0x1f400000, operands: []Arrangement{D, D, D, D}}},
	{"FMSUB", form{word: 0x1f008000, operands: []Arrangement{S, S, S, S}}},
	{"FMSUB", form{word: 0x1f408000, operands: []Arrangement{D, D, D, D}}},
	{"FCVT", form{word: 0x1e624000, operands: []Arrangement{S, D}}},
	{"FCVT", form{word: 0x1e22c000, operands: []Arrangement{D, S}}},
	{"FCVTL", form{word: 0x0e617800, operands: []Arrangement{D2, S2}}},
	{"FCVTL2", form{word: 0x4e617800, operands: []Arrangement{D2, S4}}},
	{"FCVTL", form{word: 0x0e217800, operands: []Arrangement{S4, H4}}},
	{"FCVTL2", form{word: 0x4e217800, operands: []Arrangement{S4, H8}}},
	{"FCVTN", form{word: 0x0e616800, operands: []Arrangement{S2, D2}}},
	{"FCVTN2", form{word: 0x4e616800, operands: []Arrangement{S4, D2}, adds: true}},
	{"FCVTN", form{word: 0x0e216800, operands: []Arrangement{H4, S4}}},
	{"FCVTN2", form{word: 0x4e216800, operands: []Arrangement{H8, S4}, adds: true}},
	{"SXTL", form{word: 0x0f20a400, operands: []Arrangement{D2, S2}}},
	{"SXTL2", form{word: 0x4f20a400, operands: []Arrangement{D2, S4}}},
	{"UXTL", form{word: 0x2f20a400, operands: []Arrangement{D2, S2}}},
	{"UXTL2", form{word: 0x6f20a400, operands: []Arrangement{D2, S4}}},
	{"XTN", form{word: 0x0ea12800, operands: []Arrangement{S2, D2}}},
	{"XTN2", form{word: 0x4ea12800, operands: []Arrangement{S4, D2}, adds: true}},
	{"FADDP", form{word: 0x7e30d800, operands: []Arrangement{S, S2}}},
	{"FADDP", form{word: 0x7e70d800, operands: []Arrangement{D, D2}}},
	{"FMAXP", form{word: 0x7e30f800, operands: []Arrangement{S, S2}}},
	{"FMAXP", form{word: 0x7e70f800, operands: []Arrangement{D, D2}}},
	{"FMINP", form{word: 0x7eb0f800, operands: []Arrangement{S, S2}}},
	{"FMINP", form{word: 0x7ef0f800, operands: []Arrangement{D, D2}}},
	{"FMAXV", form{word: 0x6e30f800, operands: []Arrangement{S, S4}}},
	{"FMINV", form{word: 0x6eb0f800, operands: []Arrangement{S, S4}}},
	{"FMAXNMV", form{word: 0x6e30c800, operands: []Arrangement{S, S4}}},
	{"FMINNMV", form{word: 0x6eb0c800, operands: []Arrangement{S, S4}}},
	{"UMAXV", form{word: 0x6eb0a800, operands: []Arrangement{S, S4}}},
	{"UMINV", form{word: 0x6eb1a800, operands: []Arrangement{S, S4}}},
	{"ADDV", form{word: 0x4eb1b800, operands: []Arrangement{S, S4}}},
}

// find returns the form or panics: the author of a generator has mistaken it.
func find(name string, a Arrangement) form {
	f, ok := forms[key{name, a}]
	if !ok {
		panic(fmt.Sprintf("arm64: there is no %s %s", name, a.operand(0)))
	}
	return f
}
