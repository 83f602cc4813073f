package figures

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTicks(t *testing.T) {
	for _, test := range []struct {
		axis   Axis
		lo, hi float64
		want   []string
	}{
		{Axis{}, 0, 20000, []string{"0", "5,000", "10,000", "15,000", "20,000"}},
		{Axis{}, -1, 1, []string{"−1.0", "−0.5", "0.0", "0.5", "1.0"}},
		{Axis{}, 0.05, 0.32, []string{"0.05", "0.10", "0.15", "0.20", "0.25", "0.30"}},
		{Axis{}, 0, 3e6, []string{"0", "5×10⁵", "10⁶", "1.5×10⁶", "2×10⁶", "2.5×10⁶", "3×10⁶"}},
		{Axis{}, 0, 2e-4, []string{"0", "5×10⁻⁵", "10⁻⁴", "1.5×10⁻⁴", "2×10⁻⁴"}},
		{Axis{Percent: true}, 0.95, 0.985, []string{"95.0%", "95.5%", "96.0%", "96.5%", "97.0%", "97.5%", "98.0%", "98.5%"}},
		{Axis{Percent: true}, 0, 1, []string{"0%", "20%", "40%", "60%", "80%", "100%"}},
		{Axis{Log: true}, 0.5, 900, []string{"1", "10", "100"}},
		{Axis{Log: true}, 0.001, 10, []string{"0.001", "0.01", "0.1", "1", "10"}},
		{Axis{Log: true}, 1e-6, 1e-3, []string{"10⁻⁶", "10⁻⁵", "10⁻⁴", "10⁻³"}},
		{Axis{Log: true}, 1, 100, []string{"1", "2", "5", "10", "20", "50", "100"}},
		{Axis{Log: true}, 38, 8500, []string{"50", "100", "200", "500", "1,000", "2,000", "5,000"}},
		{Axis{Log: true}, 1e-6, 2e-5, []string{"10⁻⁶", "2×10⁻⁶", "5×10⁻⁶", "10⁻⁵", "2×10⁻⁵"}},
		{Axis{Log: true}, 2.1, 4.9, []string{"2.5", "3.0", "3.5", "4.0", "4.5"}},
		{Axis{Log: true}, 2.1, 5.1, []string{"3", "4", "5"}},
		{Axis{Log: true}, 0.97, 1.01, []string{"0.97", "0.98", "0.99", "1.00", "1.01"}},
		{Axis{Log: true}, 1e-12, 1e12, []string{"10⁻¹²", "10⁻⁸", "10⁻⁴", "10⁰", "10⁴", "10⁸", "10¹²"}},
		{Axis{Log: true, Ticks: []float64{16, 32, 256, 1024, 4096}}, 20, 2000, []string{"32", "256", "1,024"}},
	} {
		var got []string
		for _, tick := range (ticker{test.axis, maxTicks}).Ticks(test.lo, test.hi) {
			assert.True(t, test.lo*(1-1e-8) <= tick.Value && tick.Value <= test.hi*(1+1e-8) || !test.axis.Log)
			if !tick.IsMinor() {
				got = append(got, tick.Label)
			}
		}
		assert.Equal(t, test.want, got, "%+v from %v to %v", test.axis, test.lo, test.hi)
	}
}

// Whatever the range is, there are some labels, not too many, and no two alike.
func TestTicksOfAnyRange(t *testing.T) {
	for _, log := range []bool{false, true} {
		for e := -12.0; e <= 12; e += 0.37 {
			for w := -3.0; w <= 14; w += 0.19 {
				lo := math.Pow(10, e)
				hi := lo * (1 + math.Pow(10, w))
				seen := map[string]bool{}
				for _, tick := range (ticker{Axis{Log: log}, maxTicks}).Ticks(lo, hi) {
					if !tick.IsMinor() {
						require.False(t, seen[tick.Label], "%q twice from %v to %v", tick.Label, lo, hi)
						seen[tick.Label] = true
					}
				}
				require.GreaterOrEqual(t, len(seen), 3, "from %v to %v, log %v", lo, hi, log)
				require.LessOrEqual(t, len(seen), maxTicks+1, "from %v to %v, log %v", lo, hi, log)
			}
		}
	}
}

func TestFewTicks(t *testing.T) {
	for most := 1; most <= maxTicks; most++ {
		for hi := 1.0; hi < 1000; hi *= 1.01 {
			require.LessOrEqual(t, len(linearTicks(0, hi, most)), most)
			require.NotEmpty(t, linearTicks(0, hi, most))
		}
	}
}

func TestSignificant(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0", 0.5: "0.500", 5.034: "5.03", 19.93: "19.9", 999.4: "999", 12345: "12,345", 1.2345e7: "1.23×10⁷", 0.000123: "1.23×10⁻⁴",
	} {
		assert.Equal(t, want, significant(v))
	}
}

// A small chart has no room for a label at each digit.
func TestFewLogTicks(t *testing.T) {
	major, minor := logTicks(0.06, 0.22, 5)
	assert.InDeltaSlice(t, []float64{0.07, 0.1, 0.2}, major, 1e-15)
	assert.InDeltaSlice(t, []float64{0.06, 0.08, 0.09}, minor, 1e-15)
}
