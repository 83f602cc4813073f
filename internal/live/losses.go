package live

import (
	"math"

	"github.com/gokfac/gokfac/internal/results"
)

// MaxPoints is the greatest number of points of a curve that a page is sent.
const MaxPoints = 1000

// losses are means over each span of steps. Once there are MaxPoints, two and two
// become one, and the span doubles.
type losses struct {
	points []lossPoint
	span   int
	sum    float64 // of the span that is not full
	n      int
}

type lossPoint struct {
	step int // the last one
	mean float64
}

func newLosses() losses { return losses{points: make([]lossPoint, 0, MaxPoints), span: 1} }

func (l *losses) add(step int, loss float64) {
	l.sum += loss
	if l.n++; l.n < l.span {
		return
	}
	if len(l.points) == MaxPoints {
		for i := range MaxPoints / 2 {
			a, b := l.points[2*i], l.points[2*i+1]
			l.points[i] = lossPoint{b.step, a.mean/2 + b.mean/2}
		}
		l.points = l.points[:MaxPoints/2]
		l.span *= 2
		if l.n < l.span {
			return
		}
	}
	l.points = append(l.points, lossPoint{step, l.sum / float64(l.n)})
	l.sum, l.n = 0, 0
}

// lossCurve is what a page draws of them. Seconds are interpolated between the records.
type lossCurve struct {
	Span    int              `json:"span"` // steps of each mean
	Steps   []int            `json:"step"`
	Seconds []results.Number `json:"seconds"`
	Loss    []results.Number `json:"loss"`
}

func lossCurveOf(points []lossPoint, span int, run *results.Run) lossCurve {
	c := lossCurve{Span: span, Steps: []int{}, Seconds: []results.Number{}, Loss: []results.Number{}}
	lowStep, lowSeconds, next := 0, 0.0, 0
	for _, p := range points {
		seconds := math.NaN()
		for run != nil {
			highStep, highSeconds := run.Steps, float64(run.TrainSeconds)
			if next < len(run.History) {
				highStep, highSeconds = run.History[next].Step, float64(run.History[next].TrainSeconds)
			}
			if p.step <= highStep && highStep > lowStep {
				seconds = lowSeconds + (highSeconds-lowSeconds)*float64(p.step-lowStep)/float64(highStep-lowStep)
				break
			}
			if next >= len(run.History) {
				break
			}
			lowStep, lowSeconds = highStep, highSeconds
			next++
		}
		c.Steps, c.Seconds, c.Loss = append(c.Steps, p.step), append(c.Seconds, results.Number(seconds)), append(c.Loss, results.Number(p.mean))
	}
	return c
}
