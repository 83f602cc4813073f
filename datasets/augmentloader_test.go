package datasets

import (
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/codec"
)

// everything is an augmentation with all there is.
var everything = Augmentation{
	Crop: 2, Shift: 1, Flip: true, FlipVertical: true, Rotate: 10, Erase: 3, Brightness: 0.2, Contrast: 0.2, Mixup: 0.2, CutMix: 1,
}

func augmentedLoader(t *testing.T, d *Dataset, opt LoaderOptions) *Loader {
	t.Helper()
	l, err := NewLoader(d, d.Train, opt)
	require.NoError(t, err)
	return l
}

// dealt is all that a batch has.
type dealt struct {
	x, shares      []float32
	labels, others []int32
}

func nextDealt(l *Loader) (b dealt, ok bool) {
	x, y, ok := l.Next()
	if !ok {
		return b, false
	}
	b = dealt{x: slices.Clone(x.Float32s()), labels: slices.Clone(y.Int32s())}
	if more := l.More(); more != nil {
		b.others, b.shares = slices.Clone(more[0].Int32s()), slices.Clone(more[1].Float32s())
	}
	return b, true
}

func augmentedEpoch(l *Loader) (batches []dealt) {
	for b, ok := nextDealt(l); ok; b, ok = nextDealt(l) {
		batches = append(batches, b)
	}
	return batches
}

// TestAugmentationKeepsTheOrder: labels come as they do without, and each epoch has other pictures.
func TestAugmentationKeepsTheOrder(t *testing.T) {
	d := noise(23, 8, 6, 3)
	for _, shuffle := range []bool{true, false} {
		opt := LoaderOptions{BatchSize: 5, Shuffle: shuffle, Seed: 3, KeepLast: true}
		plain := augmentedLoader(t, d, opt)
		opt.Augmentation = everything
		changed := augmentedLoader(t, d, opt)
		seen := map[int32][]float32{}
		for range 3 {
			a, b := augmentedEpoch(plain), augmentedEpoch(changed)
			require.Len(t, b, len(a))
			for i := range a {
				assert.Equal(t, a[i].labels, b[i].labels)
				assert.NotEqual(t, a[i].x, b[i].x)
				assert.Nil(t, a[i].others)
				for j, label := range b[i].labels {
					image := b[i].x[j*d.Features() : (j+1)*d.Features()]
					assert.NotEqual(t, seen[label], image)
					seen[label] = image
				}
			}
		}
	}
}

// TestAugmentationDependsOnTheExampleAlone: not on the batch it comes in, nor on what else is dealt.
func TestAugmentationDependsOnTheExampleAlone(t *testing.T) {
	d := noise(30, 8, 6)
	width := d.Features()
	type picture struct {
		x     []float32
		other int32
		share float32
	}
	byLabel := func(opt LoaderOptions) map[int32]picture {
		opt.Seed, opt.Augmentation = 7, everything
		all := map[int32]picture{}
		for _, b := range augmentedEpoch(augmentedLoader(t, d, opt)) {
			for j, label := range b.labels {
				all[label] = picture{b.x[j*width : (j+1)*width], b.others[j], b.shares[j]}
			}
		}
		return all
	}
	want := byLabel(LoaderOptions{BatchSize: 30})
	assert.Len(t, want, 30)
	assert.Equal(t, want, byLabel(LoaderOptions{BatchSize: 7, KeepLast: true}))
	assert.Equal(t, want, byLabel(LoaderOptions{BatchSize: 10, Shuffle: true}))

	// Two goroutines, in another order, do what one does.
	for range 20 {
		got := make([]picture, 30)
		var wg sync.WaitGroup
		for w := range 2 {
			g := newAugmenter(everything, d, &d.Train, 7)
			wg.Go(func() {
				for i := 29 - w; i >= 0; i -= 2 {
					x := make([]float32, width)
					other, share := g.example(x, 0, i)
					got[i] = picture{x, d.Train.Labels[other], share}
				}
			})
		}
		wg.Wait()
		for i, p := range got {
			require.Equal(t, want[int32(i)], p)
		}
	}
}

// TestAugmentedLoaderResumes at every position, to the bit, and Rewind leaves it there.
func TestAugmentedLoaderResumes(t *testing.T) {
	d := noise(14, 6, 6)
	for _, shuffle := range []bool{true, false} {
		opt := LoaderOptions{BatchSize: 4, Shuffle: shuffle, Seed: 3, KeepLast: true, Augmentation: everything}
		for calls := range 11 { // two epochs of five: before, within, at the end of and between them
			original, rewound := augmentedLoader(t, d, opt), augmentedLoader(t, d, opt)
			for range calls {
				original.Next()
				rewound.Next()
			}
			state, err := original.MarshalBinary()
			require.NoError(t, err)

			opt := opt // the copy has a past and a seed of its own
			opt.Seed = 99
			resumed := augmentedLoader(t, d, opt)
			for range 7 {
				resumed.Next()
			}
			require.NoError(t, resumed.UnmarshalBinary(state))
			again, err := resumed.MarshalBinary()
			require.NoError(t, err)
			assert.Equal(t, state, again)

			back := rewound.Rewind()
			augmentedEpoch(rewound)
			back()
			for range 3 {
				want := augmentedEpoch(original)
				assert.Equal(t, want, augmentedEpoch(resumed), "after %d calls", calls)
				assert.Equal(t, want, augmentedEpoch(rewound), "after %d calls", calls)
			}
		}
	}
}

// TestLoaderStateOfAnotherAugmentation is refused, and one from before there was any is one without.
func TestLoaderStateOfAnotherAugmentation(t *testing.T) {
	d := noise(14, 6, 6)
	opt := LoaderOptions{BatchSize: 4, Shuffle: true, Seed: 3}
	plain := augmentedLoader(t, d, opt)
	opt.Augmentation = Augmentation{Crop: 1}
	cropped := augmentedLoader(t, d, opt)
	opt.Augmentation.Flip = true
	flipped := augmentedLoader(t, d, opt)
	for range 2 {
		plain.Next()
		cropped.Next()
	}
	state, err := cropped.MarshalBinary()
	require.NoError(t, err)
	assert.EqualError(t, flipped.UnmarshalBinary(state), "datasets: loader state is for the augmentation crop=1, not for crop=1,flip")
	assert.EqualError(t, plain.UnmarshalBinary(state), "datasets: loader state is for the augmentation crop=1, not for none")

	before := loaderState{examples: 14, batchSize: 4, shuffle: true, open: true, dealt: 2, generator: plain.start}
	old, err := codec.Encode(loaderStateKind, loaderStateOrder, before.orderFields())
	require.NoError(t, err)
	assert.EqualError(t, flipped.UnmarshalBinary(old), "datasets: loader state is for the augmentation none, not for crop=1,flip")
	resumed := augmentedLoader(t, d, LoaderOptions{BatchSize: 4, Shuffle: true, Seed: 99})
	require.NoError(t, resumed.UnmarshalBinary(old))
	assert.Equal(t, augmentedEpoch(plain), augmentedEpoch(resumed))

	ahead := loaderState{examples: 14, batchSize: 4, shuffle: true, epoch: -1, augmentation: "none"}
	bad, err := codec.Encode(loaderStateKind, loaderStateVersion, ahead.fields())
	require.NoError(t, err)
	assert.EqualError(t, plain.UnmarshalBinary(bad), "datasets: loader state is of epoch -1")
}

func TestAugmentedLoaderDoesNotAllocate(t *testing.T) {
	for name, d := range map[string]*Dataset{"labels": noise(103, 8, 8, 3), "reconstruct": noise(103, 8, 8), "targets": noise(103, 8, 8)} {
		opt := LoaderOptions{BatchSize: 10, Shuffle: true, KeepLast: true, Reconstruct: name == "reconstruct", Augmentation: everything}
		if name == "targets" {
			d.Classes, d.Train.Labels, d.Train.Outputs, d.Train.Targets = 0, nil, 2, make([]float32, 206)
		}
		l := augmentedLoader(t, d, opt)
		l.Next()
		// One run of several epochs: AllocsPerRun rounds down, and would not see one allocation in many calls.
		assert.Zero(t, testing.AllocsPerRun(1, func() {
			for range 50 {
				l.Next()
				l.More()
			}
		}), name)
	}
}

// TestReconstructsWhatItIsGiven: the target is the changed image.
func TestReconstructsWhatItIsGiven(t *testing.T) {
	d := noise(9, 6, 6)
	l := augmentedLoader(t, d, LoaderOptions{BatchSize: 9, Reconstruct: true, Augmentation: everything})
	x, y, _ := l.Next()
	assert.Same(t, x, y)
	assert.NotEqual(t, d.Train.X, x.Float32s())
	assert.Nil(t, l.More(), "the label is no target")
}

func TestNewLoaderRefusesAugmentation(t *testing.T) {
	own := noise(5, 6, 8)
	own.Pixels = false
	own.Standardize() // each pixel by its own deviation
	for want, test := range map[string]struct {
		d *Dataset
		a Augmentation
	}{
		"pictures: augmentation is of images, H×W or H×W×C: these examples have the shape [9]":                                                        {noise(5, 9), Augmentation{Flip: true}},
		"pictures: augmentation is of images, H×W or H×W×C: these examples have the shape [2 2 2 2]":                                                  {noise(5, 2, 2, 2, 2), Augmentation{Mixup: 1}},
		"pictures: augmentation crop=6: the images have 6×8 pixels: want less than 6":                                                                 {noise(5, 6, 8), Augmentation{Crop: 6}},
		"pictures: augmentation shift=7: the images have 8×6 pixels: want less than 6":                                                                {noise(5, 8, 6), Augmentation{Shift: 7}},
		"pictures: augmentation erase=100: the images have 6×8 pixels: want less than 6":                                                              {noise(5, 6, 8, 3), Augmentation{Erase: 100}},
		"augmentation crop=-1: want a number of pixels ≥ 0":                                                                                           {noise(5, 6, 8), Augmentation{Crop: -1}},
		"augmentation rotate=181: want a number from 0 to 180":                                                                                        {noise(5, 6, 8), Augmentation{Rotate: 181}},
		"augmentation mixup=-0.5: want a number from 0 to 1e+06":                                                                                      {noise(5, 6, 8), Augmentation{Mixup: -0.5}},
		"augmentation brightness=1.5: want a number from 0 to 1":                                                                                      {noise(5, 6, 8), Augmentation{Brightness: 1.5}},
		"pictures: augmentation: each pixel has a scale of its own, and would have the wrong one in another place: StandardizeChannels gives all one": {own, Augmentation{Crop: 1}},
	} {
		_, err := NewLoader(test.d, test.d.Train, LoaderOptions{BatchSize: 1, Augmentation: test.a})
		assert.EqualError(t, err, "datasets: "+want)
	}
	_, err := NewLoader(own, own.Train, LoaderOptions{BatchSize: 1, Augmentation: Augmentation{Mixup: 0.2, CutMix: 1}})
	assert.NoError(t, err, "mixing moves no pixel")
	table := noise(5, 9)
	_, err = NewLoader(table, table.Train, LoaderOptions{BatchSize: 1})
	assert.NoError(t, err, "nothing is asked for")
}
