package policy

import (
	"math"
	"slices"
)

// Episode is one that ended.
type Episode struct {
	Steps  int     // environment steps of all environments together when it ended
	Return float64 // the sum of its rewards
	Length int     // its steps
}

// Record is what an update brought.
type Record struct {
	Update   int       // its number, from 1
	Steps    int       // environment steps so far, of all environments together
	Episodes []Episode // that ended in the batch, by the time of their ends; the agent's memory, valid until the next update
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
	ends     [averaged]int // environment steps at their ends
	averages []float64     // after each episode of the last batch; NaN before the hundredth
	firsts   []int         // environment steps at the end of the first episode of each average
	count    int
}

func (r *record) add(to *Record, episodes []Episode) {
	r.averages, r.firsts = r.averages[:0], r.firsts[:0]
	for _, e := range episodes {
		r.returns[r.count%averaged], r.ends[r.count%averaged] = e.Return, e.Steps
		r.count++
		average := math.NaN()
		if r.count >= averaged {
			average = r.average()
		}
		r.averages, r.firsts = append(r.averages, average), append(r.firsts, r.ends[r.count%averaged])
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

// reached is the index of the first episode of the last batch with which the average of 100
// episodes was target, or −1.
func (r *record) reached(target float64) int {
	return slices.IndexFunc(r.averages, func(average float64) bool { return average >= target })
}
