package datasets

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"
)

// pictures is a data set of these images of shape h×w, or h×w×c; image i has label i.
func pictures(shape []int, images ...[]float32) *Dataset {
	d := &Dataset{Name: "pictures", Shape: shape, Classes: len(images), Pixels: true}
	for i, x := range images {
		d.Train.X, d.Train.Labels = append(d.Train.X, x...), append(d.Train.Labels, int32(i))
	}
	return d
}

// noise is a data set of n images of uniform noise.
func noise(n int, shape ...int) *Dataset {
	rng := rand.New(rand.NewPCG(1, 2))
	images := make([][]float32, n)
	for i := range images {
		images[i] = make([]float32, product(shape))
		for j := range images[i] {
			images[i][j] = rng.Float32()
		}
	}
	return pictures(shape, images...)
}

func augmenterOf(t *testing.T, d *Dataset, a Augmentation) *augmenter {
	t.Helper()
	require.NoError(t, a.Fits(d))
	return newAugmenter(a, d, &d.Train, 1)
}

// outcomes deals image 0 of d out in so many epochs, and counts what becomes of it.
func outcomes(t *testing.T, d *Dataset, a Augmentation, epochs int) map[string]int {
	t.Helper()
	g, counts := augmenterOf(t, d, a), map[string]int{}
	out := make([]float32, d.Features())
	for epoch := range epochs {
		g.example(out, epoch, 0)
		digits := make([]byte, len(out))
		for i, v := range out {
			digits[i] = '0' + byte(v)
		}
		counts[string(digits)]++
	}
	return counts
}

// draws is how often an outcome is drawn for a frequency to be known: of probability p it is drawn p·draws times, with a
// deviation of √(p(1−p)·draws). A fixed seed that is five of them off is a wrong probability.
const draws = 20_000

// checkOutcomes compares counts with chances that sum to 1. No other outcome may occur.
func checkOutcomes(t *testing.T, want map[string]float64, counts map[string]int) {
	t.Helper()
	for outcome, n := range counts {
		assert.Contains(t, want, outcome, "%d times", n)
	}
	for outcome, p := range want {
		assert.InDelta(t, p*draws, counts[outcome], 5*math.Sqrt(p*(1-p)*draws)+1e-9, outcome)
	}
}

// TestAugmentationByHand has every outcome of small images, with its probability.
func TestAugmentationByHand(t *testing.T) {
	square := pictures([]int{2, 2}, []float32{1, 2, 3, 4})
	square.Scaling = Scaling{Mean: []float64{-9}, Deviation: []float64{1}} // black is 9
	row := pictures([]int{2, 3}, []float32{1, 2, 3, 1, 2, 3})
	colours := pictures([]int{2, 2, 2}, []float32{1, 5, 2, 6, 3, 7, 4, 8})
	colours.Scaling = Scaling{Mean: []float64{0, -9}, Deviation: []float64{1, 1}} // black is 0 and 9
	ninth := 1.0 / 9
	for name, test := range map[string]struct {
		d    *Dataset
		a    Augmentation
		want map[string]float64
	}{
		"nothing":       {square, Augmentation{}, map[string]float64{"1234": 1}},
		"flip":          {square, Augmentation{Flip: true}, map[string]float64{"1234": .5, "2143": .5}},
		"flip vertical": {square, Augmentation{FlipVertical: true}, map[string]float64{"1234": .5, "3412": .5}},
		"both flips":    {square, Augmentation{Flip: true, FlipVertical: true}, map[string]float64{"1234": .25, "2143": .25, "3412": .25, "4321": .25}},
		"crop": {square, Augmentation{Crop: 1}, map[string]float64{
			"9991": ninth, "9912": ninth, "9929": ninth,
			"9193": ninth, "1234": ninth, "2949": ninth,
			"9399": ninth, "3499": ninth, "4999": ninth,
		}},
		"crop of colours": {colours, Augmentation{Crop: 1}, map[string]float64{
			"09090915": ninth, "09091526": ninth, "09092609": ninth,
			"09150937": ninth, "15263748": ninth, "26094809": ninth,
			"09370909": ninth, "37480909": ninth, "48090909": ninth,
		}},
		"flip of colours": {colours, Augmentation{Flip: true}, map[string]float64{"15263748": .5, "26154837": .5}},
		"shift": {row, Augmentation{Shift: 1}, map[string]float64{ // up and down nothing changes
			"112112": 1. / 3, "123123": 1. / 3, "233233": 1. / 3,
		}},
		"shift and flip": {row, Augmentation{Shift: 1, Flip: true}, map[string]float64{
			"112112": 1. / 6, "123123": 1. / 6, "233233": 1. / 6, "332332": 1. / 6, "321321": 1. / 6, "211211": 1. / 6,
		}},
		"erase 1": {square, Augmentation{Erase: 1}, map[string]float64{"9234": .25, "1934": .25, "1294": .25, "1239": .25}},
	} {
		t.Run(name, func(t *testing.T) { checkOutcomes(t, test.want, outcomes(t, test.d, test.a, draws)) })
	}
}

// TestEraseReachesOverTheEdge: a square of two around a pixel begins before it.
func TestEraseReachesOverTheEdge(t *testing.T) {
	d := pictures([]int{3, 3}, []float32{1, 2, 3, 4, 5, 6, 7, 8, 9})
	ninth := 1.0 / 9
	checkOutcomes(t, map[string]float64{
		"023456789": ninth, "003456789": ninth, "100456789": ninth,
		"023056789": ninth, "003006789": ninth, "100400789": ninth,
		"123056089": ninth, "123006009": ninth, "123400700": ninth,
	}, outcomes(t, d, Augmentation{Erase: 2}, draws))
}

// TestTurns compares a turned image with the mean of all pixels, each weighted by its nearness along both axes.
func TestTurns(t *testing.T) {
	for _, shape := range [][]int{{5, 5}, {4, 7}, {6, 3, 3}} {
		d := noise(1, shape...)
		d.Scaling = Scaling{Mean: []float64{0.3}, Deviation: []float64{0.5}}
		black := -0.3 / 0.5
		g := augmenterOf(t, d, Augmentation{Rotate: 180})
		g.draw(g.rows, false)
		g.draw(g.columns, false)
		h, w, c := shape[0], shape[1], d.channels()
		out := make([]float32, d.Features())
		for _, degrees := range []float64{0, 10, -10, 37.5, 45, 90, -90, 180, 133} {
			g.turn(out, d.Train.X, degrees)
			sin, cos := math.Sincos(degrees * math.Pi / 180)
			for y := range h {
				for x := range w {
					dy, dx := float64(y)-float64(h-1)/2, float64(x)-float64(w-1)/2
					row, column := float64(h-1)/2+sin*dx+cos*dy, float64(w-1)/2+cos*dx-sin*dy
					for k := range c {
						var mean, weights float64
						for i := range h {
							for j := range w {
								weight := max(0, 1-math.Abs(row-float64(i))) * max(0, 1-math.Abs(column-float64(j)))
								mean += weight * float64(d.Train.X[(i*w+j)*c+k])
								weights += weight
							}
						}
						// Places are rounded to float32, by 10⁻⁶ pixels, and pixels differ by up to 2.
						require.InDelta(t, mean+(1-weights)*black, out[(y*w+x)*c+k], 1e-5, "%v by %g", shape, degrees)
					}
				}
			}
		}
	}
	// Counter-clockwise: what is on the right comes to the top.
	d := pictures([]int{3, 3}, []float32{1, 2, 3, 4, 5, 6, 7, 8, 9})
	g := augmenterOf(t, d, Augmentation{Rotate: 180})
	g.draw(g.rows, false)
	g.draw(g.columns, false)
	out := make([]float32, 9)
	g.turn(out, d.Train.X, 90)
	assert.InDeltaSlice(t, []float32{3, 6, 9, 2, 5, 8, 1, 4, 7}, out, 1e-5)
}

// TestAngles: angles are uniform in their range.
func TestAngles(t *testing.T) {
	d := noise(1, 4, 4)
	g := augmenterOf(t, d, Augmentation{Rotate: 10})
	sample := make([]float64, draws)
	for i := range sample {
		g.pcg.Seed(g.seed, uint64(i))
		sample[i] = (g.either(g.Rotate) + 10) / 20
	}
	assertUniform(t, sample)
}

// assertUniform is the test of Kolmogorov and Smirnov, for values that should be uniform in [0, 1]: √n times the largest
// difference of the distributions is above 2.2 once in 8,000 samples.
func assertUniform(t *testing.T, sample []float64, of ...any) {
	t.Helper()
	slices.Sort(sample)
	n, worst := float64(len(sample)), 0.0
	for i, v := range sample {
		worst = max(worst, math.Abs(v-float64(i)/n), math.Abs(v-float64(i+1)/n))
	}
	assert.Less(t, worst*math.Sqrt(n), 2.2, of...)
}

func TestSymmetricBeta(t *testing.T) {
	for _, alpha := range []float64{0.05, 0.2, 0.5, 1, 1.5, 8, 100} {
		rng := rand.New(rand.NewPCG(3, uint64(alpha*100)))
		var lower []float64 // the other half ends in many numbers that are rounded to 1
		for range draws {
			if v := symmetricBeta(rng, alpha); v < 0.5 {
				lower = append(lower, 2*distuv.Beta{Alpha: alpha, Beta: alpha}.CDF(v))
			}
		}
		assert.InDelta(t, 0.5*draws, len(lower), 5*math.Sqrt(draws)/2, alpha)
		assertUniform(t, lower, alpha)
	}
	for _, alpha := range []float64{1e-300, 1e-9, 1e-3, maxAlpha} { // as good as 0 or 1, or as ½
		rng, mean := rand.New(rand.NewPCG(3, 4)), 0.0
		for range draws {
			v := symmetricBeta(rng, alpha)
			require.True(t, v >= 0 && v <= 1, "%g of α %g", v, alpha)
			mean += v / draws
		}
		assert.InDelta(t, 0.5, mean, 5*0.5/math.Sqrt(draws), alpha)
	}
}

// TestBrightnessAndContrast are of the image as the file has it, whatever its scale is.
func TestBrightnessAndContrast(t *testing.T) {
	for _, shape := range [][]int{{4, 5}, {4, 5, 3}} {
		raw := noise(2, shape...)
		d := noise(2, shape...)
		require.NoError(t, d.StandardizeChannels())
		bright, contrast := augmenterOf(t, d, Augmentation{Brightness: 0.4}), augmenterOf(t, d, Augmentation{Contrast: 0.3})
		out := make([]float32, d.Features())
		c := d.channels()
		white := make([]float64, c) // black is 0, which the background has
		for i, v := range raw.Train.X {
			white[i%c] = max(white[i%c], float64(v))
		}
		cut := func(v float64, i int) float64 { return min(max(v, 0), white[i%c]) }
		of := raw.Train.X[len(out):]
		middle := slices.IndexFunc(of, func(v float32) bool { return v > 0.35 && v < 0.65 }) // which stays within
		var factors, contrasts []float64
		for epoch := range 2000 {
			bright.example(out, epoch, 1)
			x, err := d.Scaling.Invert(out)
			require.NoError(t, err)
			factor := x[middle] / float64(of[middle])
			factors = append(factors, (factor-0.6)/0.8)
			for i, v := range of {
				require.InDelta(t, cut(factor*float64(v), i), x[i], 2e-6)
			}

			contrast.example(out, epoch, 1)
			x, err = d.Scaling.Invert(out)
			require.NoError(t, err)
			means := make([]float64, c)
			for i, v := range of {
				means[i%c] += float64(v) / float64(len(of)/c)
			}
			factor = (x[middle] - means[middle%c]) / (float64(of[middle]) - means[middle%c])
			contrasts = append(contrasts, (factor-0.7)/0.6)
			for i, v := range of {
				require.InDelta(t, cut(means[i%c]+factor*(float64(v)-means[i%c]), i), x[i], 1e-5) // the factor is a quotient of differences
			}
		}
		assertUniform(t, factors)
		assertUniform(t, contrasts)

		both := augmenterOf(t, d, Augmentation{Brightness: 0.4, Contrast: 0.3})
		both.example(out, 5, 0) // the brightness first: the mean is multiplied, the contrast about it
		x, err := d.Scaling.Invert(out)
		require.NoError(t, err)
		both.pcg.Seed(both.seed^augmentStream, 5<<32)
		b, k := 1+both.either(0.4), 1+both.either(0.3)
		var mean float64
		for i := 0; i < len(out); i += c {
			mean += b * float64(raw.Train.X[i]) / 20
		}
		for i := 0; i < len(out); i += c {
			require.InDelta(t, cut(mean+k*(b*float64(raw.Train.X[i])-mean), i), x[i], 2e-6)
		}
	}
}

// TestBackgroundIsBlack of the file, whatever the inputs are scaled to.
func TestBackgroundIsBlack(t *testing.T) {
	d := noise(3, 4, 4, 2)
	d.Scaling = byteScaling()
	black := func(d *Dataset) []float32 {
		x, err := d.Scaling.Apply(make([]float64, d.Features()))
		require.NoError(t, err)
		return x[:2]
	}
	assert.Equal(t, []float32{0, 0}, d.background())
	require.NoError(t, d.StandardizeChannels())
	assert.Equal(t, black(d), d.background())
	assert.NotEqual(t, d.background()[0], d.background()[1])
	assert.Less(t, d.background()[0], float32(-0.5))
	whole := noise(3, 4, 4, 2)
	whole.Standardize()
	assert.Equal(t, []float32{black2(whole), black2(whole)}, whole.background())
}

// black2 is −μ/σ of a scaling with one mean.
func black2(d *Dataset) float32 {
	return float32((0 - d.Scaling.Mean[0]) * (1 / d.Scaling.Deviation[0]))
}

// TestPixelsStayPixels: a loss for values in [0, 1] can take what becomes of pixels, rounding included.
func TestPixelsStayPixels(t *testing.T) {
	d := noise(5, 6, 6, 3)
	for i := range d.Train.X {
		if i%2 == 0 {
			d.Train.X[i] = float32(i / 2 % 2)
		}
	}
	g := augmenterOf(t, d, everything)
	out := make([]float32, d.Features())
	for epoch := range 500 {
		g.example(out, epoch, epoch%5)
		for _, v := range out {
			require.True(t, v >= 0 && v <= 1, "%v", v)
		}
	}
}
