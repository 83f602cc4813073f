package policy

import "math"

// Record is what an update brought.
type Record struct {
	Update   int       // its number, from 1
	Steps    int       // environment steps so far, of all environments together
	Episodes []Episode // that ended in the batch, by the time of their ends
	Count    int       // of episodes that have ended so far
	// Average is the mean of the returns of the last 100 episodes, or of all if there are
	// fewer; NaN before the first.
	Average   float64
	Measure           // of the policy after the update, on the batch
	Step      Step    // what the method says
	ValueLoss float64 // mean squared error of V, halved, in its scale, in the first epoch
	Explained float64 // the share of the variance of returns that V told before the update; NaN if they did not vary
}

// averaged is the number of episodes of an average return.
const averaged = 100

// record keeps the returns of the last episodes.
type record struct {
	returns  [averaged]float64
	averages []float64 // after each episode of the last batch; NaN before the hundredth
	count    int
}

func (r *record) add(to *Record, episodes []Episode) {
	r.averages = r.averages[:0]
	for _, e := range episodes {
		r.returns[r.count%averaged] = e.Return
		r.count++
		average := math.NaN()
		if r.count >= averaged {
			average = r.average()
		}
		r.averages = append(r.averages, average)
	}
	to.Episodes, to.Count, to.Average = episodes, r.count, r.average()
}

func (r *record) average() float64 {
	n := min(r.count, averaged)
	var sum float64
	for _, v := range r.returns[:n] {
		sum += v
	}
	return sum / float64(n)
}

// reached is the environment steps when the average of 100 episodes first was target.
func (r *record) reached(episodes []Episode, target float64) (int, bool) {
	for i, average := range r.averages {
		if average >= target {
			return episodes[i].Steps, true
		}
	}
	return 0, false
}
