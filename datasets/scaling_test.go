package datasets

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/internal/standard"
	"github.com/gokfac/gokfac/scaling"
)

// TestStandardizeKeepsDigits: features far from zero are standardised before they are rounded. float32 has a spacing of
// 128 at 1.6e9.
func TestStandardizeKeepsDigits(t *testing.T) {
	for _, offset := range []float64{0, 1600000000, 1600000000000000, -1.6e9} {
		var text strings.Builder
		var exact []float64
		text.WriteString("label,time\n")
		for i := range 100 {
			fmt.Fprintf(&text, "%d,%.0f\n", i%2, offset+float64(i))
			exact = append(exact, offset+float64(i))
		}
		table, err := readCSVText(t, text.String())
		require.NoError(t, err)
		archived, err := readNPZBytes(t, archive(t, map[string][]byte{
			"x_train": npy("<f8", "(100, 1)", false, numbers(binary.LittleEndian, exact)),
			"y_train": npy("|u1", "(100,)", false, make([]byte, 100)),
			"x_test":  npy("<f8", "(100, 1)", false, numbers(binary.LittleEndian, exact)),
			"y_test":  npy("|u1", "(100,)", false, make([]byte, 100)),
		}))
		require.NoError(t, err)
		for name, d := range map[string]*Dataset{"csv": table, "npz": archived} {
			d.Standardize()
			x := slices.Concat(d.Train.X, d.Test.X)
			slices.Sort(x)
			x = slices.Compact(x)
			require.Len(t, x, 100, "%s at %g: no two values become one", name, offset)
			step := 1 / d.Scaling.Deviation[0]
			for i := range x[1:] {
				require.InDelta(t, step, float64(x[i+1]-x[i]), 1e-6, "%s at %g", name, offset)
			}
		}
	}
}

// TestStandardizeNearlyConstant: no feature is scaled by its rounding or by one row, and no test value drowns the others.
func TestStandardizeNearlyConstant(t *testing.T) {
	same := func(v float64, exceptions ...float64) []float64 {
		x := make([]float64, 100)
		for i := range x {
			x[i] = v
		}
		for i, e := range exceptions {
			x[7+11*i] = e
		}
		return x
	}
	first := same(14.62)
	first[0] = 14.62001
	jitter := same(0.3)
	for i := range jitter {
		if i%2 == 0 {
			jitter[i] = math.Nextafter(0.3, 1)
		}
	}
	for name, c := range map[string]struct {
		train    []float64
		test     float64
		constant bool
		want     float64 // of test
	}{
		"constant":                    {same(14.62), 14.7, true, 0},
		"constant, 0":                 {same(0), 3, true, 0},
		"but for one row":             {same(14.62, 14.62001), 14.7, true, 0},
		"but for one row by much":     {same(0, 1), 1, true, 0},
		"but for the first row":       {first, 14.7, true, 0},
		"but for rounding":            {jitter, 0.31, true, 0},
		"but for rounding and a row":  {append(slices.Clone(jitter[:99]), 5), 5, true, 0},
		"but for two rows":            {same(14.62, 14.62001, 14.62001), 14.7, false, standard.Bound},
		"but for two rows, below":     {same(14.62, 14.62001, 14.62001), 14.5, false, -standard.Bound},
		"a rare flag":                 {same(0, 1, 1, 1, 1), 1, false, math.Sqrt(96. / 4)},
		"large but exact":             {same(1e9, 1e9+1, 1e9+1, 1e9+1, 1e9+1), 1e9 + 1, false, math.Sqrt(96. / 4)},
		"tiny":                        {same(1e-200, 3e-200, 3e-200, 3e-200, 3e-200), 3e-200, false, math.Sqrt(96. / 4)},
		"too tiny to have an inverse": {same(0, 5e-320, 5e-320, 5e-320), 1, true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			d := &Dataset{Shape: []int{1}, Classes: 1}
			var train, test store
			for _, v := range c.train {
				train.add(v)
			}
			test.add(c.test)
			d.Train = Split{X: train.x, exact: train.exact, Labels: make([]int32, len(c.train))}
			d.Test = Split{X: test.x, exact: test.exact, Labels: []int32{0}}
			d.Standardize()
			assert.InDelta(t, c.want, float64(d.Test.X[0]), 1e-5)
			assert.Equal(t, c.constant, d.Scaling.Deviation[0] == 0)
			for _, v := range d.Train.X {
				require.LessOrEqual(t, math.Abs(float64(v)), float64(standard.Bound))
				if c.constant {
					require.Zero(t, v)
				}
			}
			raw, err := d.Scaling.Apply([]float64{c.test})
			require.NoError(t, err)
			assert.Equal(t, d.Test.X, raw, "as a new example")
		})
	}

	few := &Dataset{Shape: []int{1}, Train: Split{X: []float32{5, 5, 6}, Labels: make([]int32, 3)}}
	few.Standardize()
	assert.NotZero(t, few.Train.X[2], "in few rows a single one is no exception")
}

// TestScalingApply: a raw row of the file becomes the row that training had.
func TestScalingApply(t *testing.T) {
	raw := [][]float64{}
	var text strings.Builder
	for i := range 40 {
		row := []float64{float64(i) / 7, 1e8 + float64(i*i%13), 0.1 * float64(i%3), 4}
		raw = append(raw, row)
		fmt.Fprintf(&text, "%d,%v,%v,%v,%v\n", i%2, row[0], row[1], row[2], row[3])
	}
	d, err := readCSVText(t, text.String())
	require.NoError(t, err)
	d.Standardize()
	found := 0
	for _, s := range []Split{d.Train, d.Test} {
		for i := range s.Len() {
			for _, row := range raw {
				x, err := d.Scaling.Apply(row)
				require.NoError(t, err)
				if slices.Equal(x, s.X[4*i:4*i+4]) {
					found++
					break
				}
			}
		}
	}
	assert.Equal(t, 40, found)
	all, err := d.Scaling.Apply(slices.Concat(raw...))
	require.NoError(t, err)
	assert.Len(t, all, 160, "several examples at once")

	_, err = d.Scaling.Apply([]float64{1, 2, 3})
	assert.ErrorIs(t, err, scaling.ErrSize)
	_, err = d.Scaling.Apply([]float64{1, math.NaN(), 3, 4})
	assert.ErrorContains(t, err, "value 1 is NaN")
	plain, err := Scaling{}.Apply([]float64{1, 2})
	require.NoError(t, err)
	assert.Equal(t, []float32{1, 2}, plain)
	_, err = Scaling{Mean: []float64{1}}.Apply([]float64{1})
	assert.Error(t, err)
}

// TestScalingOfPixels: of bytes, as they are in the file.
func TestScalingOfPixels(t *testing.T) {
	d, err := readNPZBytes(t, archive(t, smallNPZ()))
	require.NoError(t, err)
	bytes := []float64{0, 51, 102, 153, 204, 255, 0, 255}
	x, err := d.Scaling.Apply(bytes)
	require.NoError(t, err)
	assert.Equal(t, d.Train.X, x)
	d.Standardize()
	x, err = d.Scaling.Apply(bytes)
	require.NoError(t, err)
	require.Len(t, d.Scaling.Mean, 1)
	for i, v := range d.Train.X {
		assert.InDelta(t, float64(v), float64(x[i]), 1e-6)
	}
	assert.Zero(t, d.Scaling.Bound)
}

// TestOneRuleForPixels: the same images are scaled alike, whatever file and type they come in.
func TestOneRuleForPixels(t *testing.T) {
	const n, side = 20, 8
	for _, unit := range []float64{1, 1. / 16} {
		var text strings.Builder
		var values []float64
		var bytes []byte
		for i := range n {
			fmt.Fprint(&text, i%2)
			for j := range side * side {
				v := float64((i*7 + j*j) % 17)
				bytes = append(bytes, byte(v))
				values = append(values, v*unit)
				fmt.Fprintf(&text, ",%v", v*unit)
			}
			text.WriteString("\n")
		}
		sets := map[string]*Dataset{}
		var err error
		sets["csv"], err = readCSVText(t, text.String())
		require.NoError(t, err)
		arrays := func(dtype, shape string, x []byte) *Dataset {
			d, err := readNPZBytes(t, archive(t, map[string][]byte{
				"x_train": npy(dtype, fmt.Sprintf("(%d, %s)", n, shape), false, x), "y_train": npy("|u1", "(20,)", false, make([]byte, n)),
				"x_test": npy(dtype, fmt.Sprintf("(%d, %s)", n, shape), false, x), "y_test": npy("|u1", "(20,)", false, make([]byte, n)),
			}))
			require.NoError(t, err)
			return d
		}
		sets["flat floats"] = arrays("<f8", "64", numbers(binary.LittleEndian, values))
		sets["square floats"] = arrays("<f8", "8, 8", numbers(binary.LittleEndian, values))
		if unit == 1 {
			sets["bytes"] = arrays("|u1", "64", bytes)
		}
		for name, d := range sets {
			assert.True(t, d.Pixels, "%s of unit %g", name, unit)
			d.Standardize()
			assert.Len(t, d.Scaling.Mean, 1, "%s: one mean for all pixels", name)
		}
		assert.Equal(t, sets["flat floats"].Train.X, sets["square floats"].Train.X)
		if unit == 1 {
			assert.Equal(t, sets["flat floats"].Train.X, sets["bytes"].Train.X)
		}
	}
}

func TestStandardizeTargets(t *testing.T) {
	opt := ReadOptions{Task: Regress, Targets: []string{"b", "1"}}
	var text strings.Builder
	text.WriteString("a,x,b\n")
	for i := range 50 {
		fmt.Fprintf(&text, "%d,%d,%d.25\n", 1600000000+i, i, -i)
	}
	d, err := readTableText(t, text.String(), opt)
	require.NoError(t, err)
	assert.Equal(t, []string{"b", "a"}, d.TargetNames)
	assert.Equal(t, []string{"x"}, d.FeatureNames)
	require.Equal(t, 2, d.Outputs())
	x := slices.Clone(d.Train.X)
	d.StandardizeTargets()
	raw, err := d.TargetScaling.Invert(d.Train.Targets)
	require.NoError(t, err)
	for i, v := range x {
		assert.InDelta(t, 1600000000+float64(v), raw[2*i+1], 1e-4)
		if v > 0 {
			assert.InDelta(t, -float64(v)-0.25, raw[2*i], 1e-4)
		}
	}
	assert.Zero(t, d.TargetScaling.Bound, "targets are not moved")
	_, err = d.TargetScaling.Invert([]float32{1})
	assert.ErrorIs(t, err, scaling.ErrSize)

	none := &Dataset{Shape: []int{1}, Train: Split{X: []float32{1}, Labels: []int32{0}}}
	assert.NotPanics(t, none.StandardizeTargets)
}
