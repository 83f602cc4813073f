package datasets

import (
	"fmt"
	"math/rand/v2"

	"gorgonia.org/tensor"
)

// LoaderOptions configures a [Loader]. BatchSize has no default.
type LoaderOptions struct {
	BatchSize   int    // examples per batch, at least 1, and without KeepLast at most the split's length
	Shuffle     bool   // a new random order every epoch; off: the order of the split
	Seed        uint64 // seed of the order
	KeepLast    bool   // deal the short batch left over at an epoch's end; off: drop it
	Group       int    // batches of an epoch come in whole groups of so many, the rest is dropped; 0: each is one
	Reconstruct bool   // targets are the inputs themselves, for autoencoders

	Augmentation Augmentation // random changes of images; the zero value: none

	Share Share // of one of several processes; the zero value: all examples
}

// Loader deals out a split in mini-batches, and assembles the next while the caller works on the present one. It is not
// safe for concurrent use.
type Loader struct {
	opt   LoaderOptions
	split Split
	width int // features per example

	pcg   rand.PCG // advanced once per epoch, by the shuffle
	rng   *rand.Rand
	start rand.PCG // pcg before this epoch's shuffle
	order []int32
	epoch int  // number of the epoch under way or to come, from 0
	dealt int  // batches of this epoch already dealt
	open  bool // an epoch is under way

	augment *augmenter // nil: images are dealt as they are

	buffers  [2]buffer // batches of even and of odd number: one is the caller's while the other is filled
	prefetch prefetch
}

// NewLoader deals out s, which must be a split of d or have the features of its examples. The split is shared, not
// copied, and must not change in the middle of an epoch: a goroutine may be reading it. NewLoader fails if the split is
// empty or ragged or has targets of another size than d.Train, or if the batch size
// is not in [1, s.Len()]. Under KeepLast it may be larger: the only batch of an epoch is a short one.
func NewLoader(d *Dataset, s Split, opt LoaderOptions) (*Loader, error) {
	n, width := s.Len(), d.Features()
	switch {
	case s.Outputs != d.Outputs():
		return nil, fmt.Errorf("datasets: %s: the split has %d values in a target, the training split %d", d.Name, s.Outputs, d.Outputs())
	case len(s.Targets) != n*s.Outputs:
		return nil, fmt.Errorf("datasets: %s: %d target values are not rows of %d", d.Name, len(s.Targets), s.Outputs)
	case n == 0:
		return nil, fmt.Errorf("datasets: %s: the split is empty", d.Name)
	case len(s.Labels) != n && s.Labels != nil:
		return nil, fmt.Errorf("datasets: %s: %d labels are not those of %d targets", d.Name, len(s.Labels), n)
	case len(s.X) != n*width:
		return nil, fmt.Errorf("datasets: %s: %d values are not %d examples of %d features", d.Name, len(s.X), n, width)
	case opt.BatchSize < 1:
		return nil, fmt.Errorf("datasets: %s: batch size %d is not positive", d.Name, opt.BatchSize)
	case opt.BatchSize > n && !opt.KeepLast:
		return nil, fmt.Errorf("datasets: %s: batch size %d is larger than the %d examples", d.Name, opt.BatchSize, n)
	}
	if err := opt.Share.rows().Validate(); err != nil {
		return nil, fmt.Errorf("datasets: %s: %w", d.Name, err)
	}
	if err := opt.Augmentation.Fits(d); err != nil {
		return nil, err
	}
	opt.BatchSize = min(opt.BatchSize, n)
	l := &Loader{opt: opt, split: s, width: width, order: make([]int32, n)}
	l.pcg.Seed(opt.Seed, loaderStream)
	l.rng = rand.New(&l.pcg)
	for i := range l.buffers {
		l.buffers[i] = newBuffer(opt, s, d.Shape)
	}
	if opt.Augmentation != (Augmentation{}) {
		l.augment = newAugmenter(opt.Augmentation, d, &l.split, opt.Seed)
	}
	l.prefetch = newPrefetch(l)
	return l, nil
}

// loaderStream separates the loader's numbers from other generators with the same seed.
const loaderStream = 0x6c6f61646572

// Next returns the next batch: x is float32 of shape (B, Shape...), y is int32 of shape (B), or float32 of shape (B,
// Outputs) where the data have Targets, or x itself under Reconstruct. ok is false at the end of an epoch; the call after
// that begins the next epoch. The tensors are the loader's own and are overwritten by the next call.
func (l *Loader) Next() (x, y *tensor.Dense, ok bool) {
	if !l.open {
		l.begin()
	}
	if l.dealt == l.Steps() {
		l.open = false
		l.epoch++
		return nil, nil, false
	}
	if !l.prefetch.wait() {
		l.fill(l.dealt)
	}
	b := l.batch(l.dealt)
	l.dealt++
	if l.dealt < l.Steps() {
		l.prefetch.start()
	}
	return b.x, b.y, true
}

// More are the further targets of the batch that Next returned last, where labels are mixed (see [Augmentation]): the
// label of the other example, int32 of shape (B), and the share of the own one, float32 of shape (B). They are nil where
// nothing is mixed, and are overwritten by the next call of Next.
func (l *Loader) More() []*tensor.Dense {
	if l.dealt == 0 {
		return nil
	}
	return l.batch(l.dealt - 1).more
}

// begin draws an epoch's order. It shuffles the identity and not the last order, so the generator's state alone
// determines the result.
func (l *Loader) begin() {
	l.open, l.dealt, l.start = true, 0, l.pcg
	for i := range l.order {
		l.order[i] = int32(i)
	}
	if l.opt.Shuffle {
		l.rng.Shuffle(len(l.order), func(i, j int) { l.order[i], l.order[j] = l.order[j], l.order[i] })
	}
}

// Steps is the number of batches in an epoch. The short last batch counts only under KeepLast.
func (l *Loader) Steps() int {
	steps := len(l.order) / l.opt.BatchSize
	if l.opt.KeepLast {
		steps = (len(l.order) + l.opt.BatchSize - 1) / l.opt.BatchSize
	}
	if group := l.opt.Group; group > 0 && steps >= group {
		steps -= steps % group
	}
	return steps
}

// Examples is the number of examples dealt in an epoch.
func (l *Loader) Examples() int {
	return min(l.Steps()*l.opt.BatchSize, len(l.order))
}
