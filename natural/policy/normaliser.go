package policy

import "math"

// moments are the running mean and variance of each of D numbers.
type moments struct {
	count    float64
	mean     []float64
	variance []float64
}

func newMoments(d int) *moments {
	m := &moments{mean: make([]float64, d), variance: make([]float64, d)}
	for i := range m.variance {
		m.variance[i] = 1
	}
	return m
}

// add takes in rows of D numbers: means and variances of the two sets are put together as
// Chan, Golub and LeVeque (1983) have it.
func (m *moments) add(rows []float64) {
	d := len(m.mean)
	n := float64(len(rows) / d)
	if n == 0 {
		return
	}
	for i := range d {
		var sum, squares float64
		for j := i; j < len(rows); j += d {
			sum += rows[j]
		}
		mean := sum / n
		for j := i; j < len(rows); j += d {
			squares += (rows[j] - mean) * (rows[j] - mean)
		}
		delta, all := mean-m.mean[i], m.count+n
		m.mean[i] += delta * n / all
		m.variance[i] = (m.variance[i]*m.count + squares + delta*delta*m.count*n/all) / all
	}
	m.count += n
}

// deviation is at least 1e-4: a number that never changes is scaled to 0, not to 0/0.
func (m *moments) deviation(i int) float64 { return max(math.Sqrt(m.variance[i]), 1e-4) }

// farthest is where scaled observations are cut off, in deviations.
const farthest = 10

// scale fills dst with rows less the mean, over the deviation.
func (m *moments) scale(dst, rows []float64) {
	d := len(m.mean)
	for j, v := range rows {
		i := j % d
		dst[j] = min(max((v-m.mean[i])/m.deviation(i), -farthest), farthest)
	}
}
