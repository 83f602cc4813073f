package trainer

import "math"

// Schedule is the factor on the learning rate at a step, counted from 0, of a
// run of total steps.
type Schedule func(step, total int) float64

// Constant keeps the learning rate.
func Constant() Schedule { return func(int, int) float64 { return 1 } }

// Linear falls from 1 to 0 over the run: 1 − step/total.
func Linear() Schedule {
	return func(step, total int) float64 { return 1 - progress(step, total) }
}

// Cosine falls from 1 to 0 along half a cosine wave (Loshchilov & Hutter 2017,
// without restarts).
func Cosine() Schedule {
	return func(step, total int) float64 { return (1 + math.Cos(math.Pi*progress(step, total))) / 2 }
}

// Exponential falls from 1 to end over the run: end^(step/total).
func Exponential(end float64) Schedule {
	return func(step, total int) float64 { return math.Pow(end, progress(step, total)) }
}

// StepDecay multiplies by factor after every so many steps.
func StepDecay(every int, factor float64) Schedule {
	return func(step, _ int) float64 { return math.Pow(factor, float64(step/max(every, 1))) }
}

// WarmUp rises linearly to 1 over the first steps, (step+1)/steps, and then
// runs next over the rest of the run.
func WarmUp(steps int, next Schedule) Schedule {
	return func(step, total int) float64 {
		if step < steps {
			return float64(step+1) / float64(steps)
		}
		return next(step-steps, total-steps)
	}
}

func progress(step, total int) float64 {
	if total <= 0 {
		return 0
	}
	return min(float64(step)/float64(total), 1)
}
