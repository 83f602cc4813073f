package distributed

import "github.com/gokfac/gokfac/internal/vector"

// Fusion adds up many pieces of memory over a group in few messages: small ones travel
// together, and of a symmetric matrix the lower triangle alone. Each piece is first
// multiplied by the member's weight, such as its share N_r/N of the examples, so that the
// sum of means is the mean.
//
//	f.Reset()
//	f.Add32(gradient, share)
//	f.Triangle32(factor, order, share)
//	err := f.Sum(group)
//
// Every member adds pieces of the same sizes in the same order. The zero value is ready.
// Memory for messages is kept from sum to sum.
type Fusion struct {
	f32 fusion[float32]
	f64 fusion[float64]
}

// Reset removes all pieces.
func (f *Fusion) Reset() { f.f32.pieces, f.f64.pieces = f.f32.pieces[:0], f.f64.pieces[:0] }

// Add32 adds a piece. Sum overwrites it by the sum over the members.
func (f *Fusion) Add32(x []float32, weight float64) { f.f32.add(x, 0, weight) }

// Add64 is Add32 in float64.
func (f *Fusion) Add64(x []float64, weight float64) { f.f64.add(x, 0, weight) }

// Triangle32 adds the lower triangle of a row-major matrix of this order. Sum leaves what
// is above the diagonal alone.
func (f *Fusion) Triangle32(x []float32, order int, weight float64) { f.f32.add(x, order, weight) }

// Triangle64 is Triangle32 in float64.
func (f *Fusion) Triangle64(x []float64, order int, weight float64) { f.f64.add(x, order, weight) }

// Sum replaces every piece by the sum over the members of weight times piece.
func (f *Fusion) Sum(g Group) error {
	if err := f.f32.sum(g.Sum32); err != nil {
		return err
	}
	return f.f64.sum(g.Sum64)
}

// Elements is how many numbers of each type a Sum sends.
func (f *Fusion) Elements() (float32s, float64s int) { return f.f32.elements(), f.f64.elements() }

// ownMessage is the number of elements from which a piece travels by itself: copying it
// to and fro would cost more than a message.
const ownMessage = 1 << 15

type piece[T float32 | float64] struct {
	x      []T
	order  int // of a triangle; 0: all of x
	weight T
}

type fusion[T float32 | float64] struct {
	pieces []piece[T]
	buffer []T
}

func (f *fusion[T]) add(x []T, order int, weight float64) {
	f.pieces = append(f.pieces, piece[T]{x, order, T(weight)})
}

func (f *fusion[T]) elements() int {
	n := 0
	for _, p := range f.pieces {
		if n += len(p.x); p.order > 0 {
			n += p.order*(p.order+1)/2 - len(p.x)
		}
	}
	return n
}

func (f *fusion[T]) sum(add func([]T) error) error {
	f.buffer = f.buffer[:0]
	for _, p := range f.pieces {
		if p.alone() {
			p.scale(p.x)
			if err := add(p.x); err != nil {
				return err
			}
			continue
		}
		at := len(f.buffer)
		p.eachRow(func(row []T) { f.buffer = append(f.buffer, row...) })
		p.scale(f.buffer[at:])
	}
	if len(f.buffer) == 0 {
		return nil
	}
	if err := add(f.buffer); err != nil {
		return err
	}
	at := 0
	for _, p := range f.pieces {
		if !p.alone() {
			p.eachRow(func(row []T) { at += copy(row, f.buffer[at:]) })
		}
	}
	return nil
}

func (p *piece[T]) alone() bool { return p.order == 0 && len(p.x) >= ownMessage }

// scale multiplies by the weight. A weight of 0 leaves no NaN of what the member does not
// have.
func (p *piece[T]) scale(x []T) {
	if p.weight == 0 {
		clear(x)
	} else if p.weight != 1 {
		vector.Scale(x, p.weight)
	}
}

func (p *piece[T]) eachRow(f func(row []T)) {
	if p.order == 0 {
		f(p.x)
		return
	}
	for i := range p.order {
		f(p.x[i*p.order:][:i+1])
	}
}
