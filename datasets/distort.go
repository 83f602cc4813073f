package datasets

import (
	"math"
	"math/rand/v2"
)

// Ranges of the distortion; lengths are in units of the digit's height. They are tuned together, for the digits to be
// readable and yet no task for a linear model.
const (
	maxThinner   = 0.015        // stroke edges move inwards
	maxBolder    = 0.035        // and outwards
	waves        = 3            // of the elastic field, for each direction
	maxWave      = 0.045        // amplitude of one
	maxFrequency = 1.3          // periods per height
	maxRotation  = math.Pi / 15 // each way
	maxShear     = 0.3          // slant to either side: the tangent of the angle
	minHeight    = 16.0         // pixels
	maxHeight    = 22.0
	minAspect    = 0.8 // widening
	maxAspect    = 1.35
	maxShift     = 2.0 // pixels, each way
)

// distortion maps a glyph's outline to the canvas: p ↦ A·(q + u(q)) + t where q is p moved along the outline's normal by
// weight, u is an elastic field, A the affine part in pixels.
type distortion struct {
	weight float64
	dx, dy [waves]wave
	a      [2][2]float64
	tx, ty float64
}

// wave is amplitude·sin(k·q + phase).
type wave struct{ amplitude, kx, ky, phase float64 }

func randomDistortion(rng *rand.Rand) distortion {
	uniform := func(low, high float64) float64 { return low + (high-low)*rng.Float64() }
	d := distortion{
		weight: uniform(-maxThinner, maxBolder),
		tx:     side/2 + uniform(-maxShift, maxShift),
		ty:     side/2 + uniform(-maxShift, maxShift),
	}
	for i := range waves {
		for _, w := range []*wave{&d.dx[i], &d.dy[i]} {
			k := 2 * math.Pi * maxFrequency
			*w = wave{uniform(0, maxWave), uniform(-k, k), uniform(-k, k), uniform(0, 2*math.Pi)}
		}
	}
	height := uniform(minHeight, maxHeight)
	width := height * uniform(minAspect, maxAspect)
	shear := uniform(-maxShear, maxShear)
	sin, cos := math.Sincos(uniform(-maxRotation, maxRotation))
	// Rotation · shear along x · scale.
	d.a = [2][2]float64{
		{width * cos, height * (shear*cos - sin)},
		{width * sin, height * (shear*sin + cos)},
	}
	return d
}

func (w wave) at(p point) float64 { return w.amplitude * math.Sin(w.kx*p.x+w.ky*p.y+w.phase) }

// bend appends the contour's image on the canvas to out.
func (d *distortion) bend(out, contour []point) []point {
	n := len(contour)
	for i, p := range contour {
		// The neighbours' connection is the outline's direction. TrueType turns clockwise around ink, so that its left
		// (with y downwards) is outside for outer contours and holes alike.
		from, to := contour[(i+n-1)%n], contour[(i+1)%n]
		ex, ey := to.x-from.x, to.y-from.y
		if length := math.Hypot(ex, ey); length > 0 {
			p.x += d.weight * ey / length
			p.y -= d.weight * ex / length
		}
		q := p
		for k := range waves {
			q.x += d.dx[k].at(p)
			q.y += d.dy[k].at(p)
		}
		out = append(out, point{
			d.tx + d.a[0][0]*q.x + d.a[0][1]*q.y,
			d.ty + d.a[1][0]*q.x + d.a[1][1]*q.y,
		})
	}
	return out
}
