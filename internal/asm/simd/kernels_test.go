package simd

// The kernels that TestSets runs: each is the operation of its name on one vector.

var singleOperations = map[string]func(m Machine, x, y, z Vec) Vec{
	"add":         func(m Machine, x, y, _ Vec) Vec { return m.Add(x, y) },
	"addBits":     func(m Machine, x, _, _ Vec) Vec { return m.Add(x, Number(1.5)) },
	"addAddress":  func(m Machine, x, _, _ Vec) Vec { return m.Add(x, Address{Base: m.Param("y")}) },
	"subtract":    func(m Machine, x, y, _ Vec) Vec { return m.Subtract(x, y) },
	"multiply":    func(m Machine, x, y, _ Vec) Vec { return m.Multiply(x, y) },
	"divide":      func(m Machine, x, y, _ Vec) Vec { return m.Divide(x, y) },
	"sqrt":        func(m Machine, x, _, _ Vec) Vec { return m.Sqrt(x) },
	"copy":        func(m Machine, x, _, _ Vec) Vec { return m.Copy(x) },
	"atLeast":     func(m Machine, x, y, _ Vec) Vec { return m.AtLeast(y, x) },
	"atLeastZero": func(m Machine, x, _, _ Vec) Vec { return m.AtLeast(m.Zero(), x) },
	"atLeastOne":  func(m Machine, x, _, _ Vec) Vec { return m.AtLeast(m.Constant(Number(1)), x) },
	"atMost":      func(m Machine, x, y, _ Vec) Vec { return m.AtMost(y, x) },
	"atMostZero":  func(m Machine, x, _, _ Vec) Vec { return m.AtMost(m.Zero(), x) },
	"atMostOne":   func(m Machine, x, _, _ Vec) Vec { return m.AtMost(m.Constant(Number(1)), x) },
	"max":         func(m Machine, x, y, _ Vec) Vec { return m.Max(x, y) },
	"positive":    func(m Machine, x, _, _ Vec) Vec { return m.Positive(x, m.Zero()) },
	"addProduct":  func(m Machine, x, y, z Vec) Vec { m.AddProduct(x, y, z); return z },
	"subtractProduct": func(m Machine, x, y, z Vec) Vec {
		m.SubtractProduct(x, y, z)
		return z
	},
	"addToConstant": func(m Machine, x, y, _ Vec) Vec {
		sum := m.Constant(Number(1.5))
		m.AddProduct(x, y, sum)
		return m.Add(sum, m.Constant(Number(1.5)))
	},
	"nest":       func(m Machine, x, y, z Vec) Vec { m.Nest(x, y, z); return x },
	"nestBits":   func(m Machine, x, y, _ Vec) Vec { m.Nest(x, y, Number(0.7)); return x },
	"polynomial": func(m Machine, x, _, _ Vec) Vec { return m.Polynomial(x, []float64{1, 0.5, 0.25}) },
	"round":      func(m Machine, x, _, _ Vec) Vec { return m.Round(x) },
	"and":        func(m Machine, x, y, _ Vec) Vec { return m.And(x, y) },
	"magnitude":  func(m Machine, x, _, _ Vec) Vec { return m.And(x, ^Bits(1<<31)) },
	"or":         func(m Machine, x, y, _ Vec) Vec { return m.Or(x, y) },
	"orSign":     func(m Machine, x, _, _ Vec) Vec { return m.Or(x, Bits(1<<31)) },
	"xor":        func(m Machine, x, y, _ Vec) Vec { return m.Xor(x, y) },
	"xorSign":    func(m Machine, x, _, _ Vec) Vec { return m.Xor(x, Bits(1<<31)) },
	"addLanes":   func(m Machine, x, y, _ Vec) Vec { return m.AddLanes(x, y) },
	"subtractLanes": func(m Machine, x, y, _ Vec) Vec {
		return m.SubtractLanes(x, y)
	},
	"shiftLeft":  func(m Machine, x, _, _ Vec) Vec { return m.ShiftLanesLeft(5, x) },
	"shiftRight": func(m Machine, x, _, _ Vec) Vec { return m.ShiftLanesRight(5, x) },
	"toInt": func(m Machine, x, _, _ Vec) Vec {
		return m.ToInt(m.AtMost(m.Constant(Number(1e6)), m.AtLeast(m.Constant(Number(-1e6)), x)))
	},
	"fromInt": func(m Machine, x, _, _ Vec) Vec { return m.FromInt(x) },
	"scale": func(m Machine, x, y, _ Vec) Vec {
		return m.Scale(x, m.AtMost(m.Constant(Number(128)), m.AtLeast(m.Constant(Number(-150)), m.Round(y))))
	},
	"scaleNormal": func(m Machine, x, y, _ Vec) Vec {
		return m.ScaleNormal(x, m.AtMost(m.Constant(Number(20)), m.AtLeast(m.Constant(Number(-20)), m.Round(y))))
	},
	"powerOfTwo": func(m Machine, x, _, _ Vec) Vec {
		k := m.AtMost(m.Constant(Number(127)), m.AtLeast(m.Constant(Number(-126)), m.Round(x)))
		return m.PowerOfTwo(k, m.Constant(Number(1)))
	},
	"equal":       func(m Machine, x, y, z Vec) Vec { return m.Choose(m.Compare(x, Equal, y), z, x) },
	"less":        func(m Machine, x, y, z Vec) Vec { return m.Choose(m.Compare(x, LessThan, y), z, x) },
	"greater":     func(m Machine, x, y, z Vec) Vec { return m.Choose(m.Compare(x, GreaterThan, y), z, x) },
	"notLess":     func(m Machine, x, y, z Vec) Vec { return m.Choose(m.Compare(x, NotLessThan, y), z, x) },
	"notAtMost":   func(m Machine, x, y, z Vec) Vec { return m.Choose(m.Compare(x, NotAtMost, y), z, x) },
	"ordered":     func(m Machine, x, y, z Vec) Vec { return m.Choose(m.Compare(x, Ordered, y), z, x) },
	"equalZero":   func(m Machine, x, _, z Vec) Vec { return m.Choose(m.Compare(x, Equal, Number(0)), z, x) },
	"lessZero":    func(m Machine, x, _, z Vec) Vec { return m.Choose(m.Compare(x, LessThan, Number(0)), z, x) },
	"notLessZero": func(m Machine, x, _, z Vec) Vec { return m.Choose(m.Compare(x, NotLessThan, Number(0)), z, x) },
	"notAtMostZero": func(m Machine, x, _, z Vec) Vec {
		return m.Choose(m.Compare(x, NotAtMost, Number(0)), z, x)
	},
	"chooseInto": func(m Machine, x, y, z Vec) Vec { m.Into(z).Choose(m.Compare(x, LessThan, y), x, z); return z },
	"chooseConstant": func(m Machine, x, y, _ Vec) Vec {
		return m.Choose(m.Compare(x, LessThan, y), x, m.Constant(Number(1.5)))
	},
	"both": func(m Machine, x, y, z Vec) Vec {
		return m.Keep(m.CompareWhere(m.Compare(x, LessThan, y), x, GreaterThan, z), x)
	},
	"bothNot": func(m Machine, x, y, z Vec) Vec {
		return m.Keep(m.CompareWhere(m.Compare(x, NotLessThan, y), x, NotAtMost, z), x)
	},
	"firstNot": func(m Machine, x, y, z Vec) Vec {
		return m.Keep(m.CompareWhere(m.Compare(x, NotLessThan, y), x, LessThan, z), x)
	},
	"lastNot": func(m Machine, x, y, z Vec) Vec {
		return m.Keep(m.CompareWhere(m.Compare(x, LessThan, y), x, NotLessThan, z), x)
	},
	"addWhere": func(m Machine, x, y, z Vec) Vec { m.AddWhere(m.Compare(x, NotLessThan, y), Number(2), z); return z },
	"negative": func(m Machine, x, y, z Vec) Vec { return m.Choose(m.Negative(x), y, z) },
	"greatest": func(m Machine, x, _, _ Vec) Vec { return m.GreatestLane(x) },
	"number":   func(m Machine, _, _, _ Vec) Vec { return m.Add(m.Number(0.1), m.Number(-2.5)) },
	"scalar":   func(m Machine, x, _, _ Vec) Vec { return m.Multiply(x, m.Scalar("c")) },
	"interleaved": func(m Machine, x, y, z Vec) Vec {
		r := [2]Vec{m.NewVec(), m.NewVec()}
		m.Interleave(2, func(i int) { m.Into(r[i]).Add(m.Multiply([]Vec{x, y}[i], z), z) })
		return m.Subtract(r[0], r[1])
	},
}

var doubleOperations = map[string]func(m Machine, x, y, z Vec) Vec{
	"add": singleOperations["add"], "subtract": singleOperations["subtract"], "multiply": singleOperations["multiply"],
	"divide": singleOperations["divide"], "sqrt": singleOperations["sqrt"], "atLeast": singleOperations["atLeast"],
	"atMost": singleOperations["atMost"], "addProduct": singleOperations["addProduct"], "subtractProduct": singleOperations["subtractProduct"],
	"equal": singleOperations["equal"], "less": singleOperations["less"], "notAtMost": singleOperations["notAtMost"],
	"chooseInto": singleOperations["chooseInto"], "both": func(m Machine, x, y, z Vec) Vec {
		return m.Keep(m.CompareWhere(m.Compare(x, NotAtMost, y), y, Ordered, y), x)
	},
	"number": singleOperations["number"], "scalar": singleOperations["scalar"], "round": singleOperations["round"],
	"total": func(m Machine, x, _, _ Vec) Vec { m.Total(x); return x },
}

func operationKernels(m Machine, operations map[string]func(m Machine, x, y, z Vec) Vec) {
	for name, operation := range operations {
		m.Function(m.Element.Letter+name, "(to, x, y, z *"+m.Element.Go+", c "+m.Element.Go+")", "is one operation.")
		x, y, z := m.Load(Address{Base: m.Param("x")}, Lanes{}), m.Load(Address{Base: m.Param("y")}, Lanes{}), m.Load(Address{Base: m.Param("z")}, Lanes{})
		r := operation(m, x, y, z)
		to := m.Param("to")
		if name == "total" {
			m.StoreLane(r, Address{Base: to})
		} else {
			m.Store(r, Address{Base: to}, Lanes{})
		}
		m.End()
	}
}

// laneKernels work on the first n lanes.
func laneKernels(m Machine) {
	e := m.Element
	m.Function(e.Letter+"kept", "(to, x *"+e.Go+", n int)", "copies the first n elements of a step of 3 slots, and adds 1 to them, but as 0 beyond.")
	to, x, n := m.Param("to"), m.Param("x"), m.Param("n")
	for slot, lanes := range m.StepLanes(n, 3, m.Lanes(), e.Bytes) {
		at := slot * m.Bytes
		v := m.Add(m.Load(Address{Base: x, Offset: at}, lanes), m.Number(1))
		m.Store(m.Keep(m.MaskOf(lanes), v), Address{Base: to, Offset: at}, lanes)
	}
	m.End()
	m.Function(e.Letter+"pair", "(to, x *"+e.Go+")", "is two vectors, and then both again the other way round.")
	to, x = m.Param("to"), m.Param("x")
	first, second := m.LoadPair(Address{Base: x})
	m.StorePair(first, second, Address{Base: to})
	m.StorePair(second, first, Address{Base: to, Offset: 2 * m.Bytes})
	m.End()
	if e == Double {
		return
	}
	m.Function("first", "(to, x, other *float32, n int)", "is the first n elements of x, then those of other.")
	to, x, other, n := m.Param("to"), m.Param("x"), m.Param("other"), m.Param("n")
	index := m.NewInt()
	m.SetInt(index, 2)
	lanes := m.FirstLanes(n)
	at := Address{Base: x, Index: index, Scale: 4, Offset: -8}
	m.Store(m.LoadOr(at, lanes, m.Load(Address{Base: other}, Lanes{})), Address{Base: to}, Lanes{})
	m.Store(m.Load(at, lanes), Address{Base: to, Offset: m.Bytes}, lanes)
	m.End()
	m.Function("widened", "(to *float64, x *float32, n int)", "is n elements of a step of 2 slots as float64, and their double as float32 after them.")
	wide, x, n := m.Param("to"), m.Param("x"), m.Param("n")
	d := m.Of(Double)
	for slot, lanes := range d.StepLanes(n, 2, d.Lanes(), 4, 8) {
		v := d.LoadWide(Address{Base: x, Offset: slot * m.Bytes / 2}, lanes)
		d.Store(v, Address{Base: wide, Offset: slot * m.Bytes}, lanes)
		d.StoreNarrow(d.Add(v, v), Address{Base: wide, Offset: 2*m.Bytes + slot*m.Bytes/2}, lanes)
	}
	m.End()
	m.Function("halves", "(to *float64, x *float32)", "is a whole vector as float64, the upper half of it again, and the inverse of its first lane.")
	wide, x = m.Param("to"), m.Param("x")
	v := m.Load(Address{Base: x}, Lanes{})
	for half, w := range m.Widened(v) {
		d.Store(w, Address{Base: wide, Offset: half * m.Bytes}, Lanes{})
	}
	m.Store(m.Upper(v), Address{Base: wide, Offset: 2 * m.Bytes}, Lanes{})
	m.Store(m.Inverse(m.Widened(v)[0]), Address{Base: wide, Offset: 3 * m.Bytes}, Lanes{})
	m.End()
	m.Function("none", "(x *float32) (twice float64, none bool)", "is twice the first element and whether all are 0.")
	v = m.Load(Address{Base: m.Param("x")}, Lanes{})
	w := m.Widened(v)[0]
	m.Return(0, d.Add(w, w))
	m.ReturnNone(1, v)
	m.End()
}

// fewerKernels work on the first n lanes, neither none nor all.
func fewerKernels(m Machine) {
	m.Function("sfewer", "(to, x *float32, n int)", "copies the first n elements of x, and 0 beyond, after n of them.")
	to, x, lanes := m.Param("to"), m.Param("x"), m.FewerLanes(m.Param("n"))
	v := m.Load(Address{Base: x}, lanes)
	m.Store(v, Address{Base: to}, lanes)
	m.Store(v, Address{Base: to, Offset: m.Bytes}, Lanes{})
	m.End()
	if m.Set != "neon" { // AVX2's lanes are those of float32
		return
	}
	d := m.Of(Double)
	m.Function("dfewer", "(to, x *float64, slim *float32, n int)", "is the sum of the first n elements, as float64 and then as float32.")
	to, x, slim, lanes := m.Param("to"), m.Param("x"), m.Param("slim"), m.FewerLanes(m.Param("n"))
	v = d.Add(d.Load(Address{Base: x}, lanes), d.LoadWide(Address{Base: slim}, lanes))
	d.Store(v, Address{Base: to}, lanes)
	d.StoreNarrow(v, Address{Base: to, Offset: m.Bytes}, lanes)
	m.End()
}

// narrowPairKernel has a pair of float64 that is stored as float32.
func narrowPairKernel(m Machine) {
	d := m.Of(Double)
	m.Function("narrowed", "(to *float32, x *float64)", "is two vectors of float64 as float32.")
	to, x := m.Param("to"), m.Param("x")
	first, second := d.LoadPair(Address{Base: x})
	d.StoreNarrowPair(first, second, Address{Base: to})
	m.End()
}

// backwardsKernel has the integers that loopKernel has not.
func backwardsKernel(m Machine) {
	m.Function("backwards", "(to, x *int, n int)", "copies n integers from the last to the first: those above 0, and -1 for those below.")
	to, n := m.Param("to"), m.Param("n")
	at := m.Beyond(m.Param("x"), n, 8)
	v := m.NewInt()
	m.Label("next")
	m.SubtractFrom(8, at)
	m.IntoInt(v).LoadInt(Address{Base: at})
	m.TestInt(v)
	m.Branch(Greater, "store")
	m.TestInt(v)
	m.Branch(Less, "negative")
	m.Jump("skip")
	m.Label("negative")
	m.SetInt(v, -1)
	m.Label("store")
	m.StoreInt(v, Address{Base: to})
	m.AddTo(8, to)
	m.Label("skip")
	m.DownInt(n)
	m.Branch(NotZero, "next")
	m.End()
}

// loopKernel has the integers: it adds up every second element of rows of n integers, counted down in two ways.
func loopKernel(m Machine) {
	m.Function("loop", "(to, x *int, rows, n int)", "has a result for each row of n integers.")
	to, x, n := m.Param("to"), m.Param("x"), m.Param("n")
	rows := m.Counter("rows")
	sum, left, at := m.NewInt(), m.NewInt(), m.NewInt()
	m.Label("row")
	m.ClearInt(sum)
	m.IntoInt(left).CopyInt(n)
	m.IntoInt(at).CopyInt(x)
	m.While(left, 2, "pairs", "odd", func() {
		m.AddIntTo(m.LoadInt(Address{Base: at}), sum)
		m.AddTo(16, at)
	})
	m.Label("odd")
	m.CompareInt(left, 1)
	m.Branch(NotZero, "even")
	m.AddIntTo(m.LoadInt(Address{Base: at}), sum)
	m.Label("even")
	m.SubtractFrom(5, sum)
	m.Branch(NotLess, "positive")
	m.SetInt(left, 100)
	m.AddIntTo(left, sum)
	m.Label("positive")
	m.MultiplyBy(3, sum)
	m.ShiftLeft(1, sum)
	m.AndWith(255, sum)
	m.CompareInts(sum, n)
	m.Branch(NotAbove, "small")
	m.SubtractIntFrom(n, sum)
	m.Label("small")
	m.StoreInt(sum, Address{Base: to})
	m.AddTo(8, to)
	m.Advance(x, n, 8)
	m.Down(rows)
	m.Branch(NotZero, "row")
	m.End()
}
