package graph

import "math/rand/v2"

// Places say which example of a mini-batch each example of a graph is. While they are
// Active, the random numbers for an example depend on its place alone, and not on the
// graph that draws them or on how many examples that has: processes that share a
// mini-batch draw what one process draws for the whole. Who trains sets the fields
// before each mini-batch and pass.
type Places struct {
	Active bool
	Seed   uint64 // of the run
	Step   uint64 // number of the mini-batch
	// Pass is the number of the curvature pass over the mini-batch. Masks do not depend
	// on it, since all passes over a mini-batch have the same.
	Pass uint64
	// Example n of the graph has the number First + n·Stride in the mini-batch. A
	// Stride of 0 counts as 1.
	First, Stride int
}

// number is that of example n in the mini-batch.
func (p *Places) number(n int) uint64 { return uint64(p.First + n*max(p.Stride, 1)) }

// DrawKind is what random numbers are for.
type DrawKind uint64

// The kinds of draws. Ops are counted within a kind: programs that are built when they
// are first asked for change no other kind's numbers.
const (
	Masks      DrawKind = iota // of layers, from the stream Dropout
	Targets                    // from the predictive distribution, from the stream Sample
	Cotangents                 // at the outputs, for the estimator GGN, from the stream Sample
	drawKinds
)

// Draws are the random numbers of one op. Without active places they are those of the
// graph's stream, in the order in which they are asked for. With places, every example
// has a generator of its own.
type Draws struct {
	stream *rand.Rand
	places *Places
	batch  int
	kind   DrawKind
	op     uint64 // its number within the kind

	source rand.PCG // under own
	own    *rand.Rand
}

// DrawsOf returns the random numbers of an op that is about to be added. It is called
// once for each op, always in the same order: so the op has the same number in the graphs
// of all batch sizes of a model.
func (b *Builder) DrawsOf(kind DrawKind) *Draws {
	d := &Draws{stream: b.Streams.Sample, places: b.Streams.Places, batch: b.Batch, kind: kind, op: b.drawOps[kind]}
	if kind == Masks {
		d.stream = b.Streams.Dropout
	}
	b.drawOps[kind]++
	d.own = rand.New(&d.source)
	return d
}

// Placed reports whether there are active places.
func (d *Draws) Placed() bool { return d.places != nil && d.places.Active }

// Example returns the generator for example n of the graph, valid until the next call.
// It is called once for each example in a run, since with places it begins anew.
func (d *Draws) Example(n int) *rand.Rand {
	if !d.Placed() {
		return d.stream
	}
	return d.at(d.places.number(n))
}

// Whole returns the generator for numbers that belong to no example. With places they are
// the same for all shares of a mini-batch.
func (d *Draws) Whole() *rand.Rand {
	if !d.Placed() {
		return d.stream
	}
	return d.at(^uint64(0))
}

func (d *Draws) at(number uint64) *rand.Rand {
	p, pass := d.places, d.places.Pass
	if d.kind == Masks {
		pass = 0
	}
	d.source.Seed(placeSeed([...]uint64{p.Seed, p.Step, pass, uint64(d.kind), d.op, number}))
	return d.own
}

// placeSeed mixes the fields to the 128 bits of a generator's seed: two chains with
// different beginnings. Each link is a bijection of the field and of the link before it,
// so that seeds which differ in one field are different.
func placeSeed(fields [6]uint64) (hi, lo uint64) {
	const golden = 0x9e3779b97f4a7c15 // 2⁶⁴ over the golden ratio, as in splitmix64
	hi, lo = golden, ^uint64(golden)
	for _, f := range fields {
		hi, lo = splitmix(hi^f)+golden, splitmix(lo^f)-golden
	}
	return hi, lo
}

// splitmix is the output function of splitmix64 (Steele, Lea and Flood 2014).
func splitmix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// ByExample is F32 or F64 of an op whose draws are independent among examples. draw fills
// out from r and from the op's first input, of all examples at once where there are no
// active places, and else of one at a time. Both slices hold the same number of elements
// for each example, one example after the other. If out has no such parts, the numbers
// belong to no example.
//
//	draws := b.DrawsOf(graph.Targets)
//	b.Apply(graph.Op{…, F32: graph.ByExample(draws, normal[float32]), F64: graph.ByExample(draws, normal[float64]), Const: true}, z)
func ByExample[T Float](d *Draws, draw func(r *rand.Rand, out, in []T)) func(out []T, in [][]T) {
	return func(out []T, in [][]T) {
		if !d.Placed() || len(out)%d.batch != 0 || len(in[0])%d.batch != 0 {
			draw(d.Whole(), out, in[0])
			return
		}
		o, i := len(out)/d.batch, len(in[0])/d.batch
		for n := range d.batch {
			draw(d.Example(n), out[n*o:(n+1)*o], in[0][n*i:(n+1)*i])
		}
	}
}
