package datasets

import (
	"image"
	"image/draw"
	"math"
	"slices"
)

// form is a class of the shapes: its outline has area 1 and its centre of mass at the origin.
type form struct {
	name    string
	outline outline
}

// allForms are the classes in their order. All have the same area, so that the amount of the figure's colour in a picture
// says nothing about the class.
func allForms() []form {
	const (
		waist = 0.42 // inner radius of the star
		hole  = 0.52 // of the ring
		arm   = 0.32 // half the width of the cross's arms
	)
	forms := []form{
		{"arrow", outline{{{0, -1}, {0.8, -0.1}, {0.28, -0.1}, {0.28, 1}, {-0.28, 1}, {-0.28, -0.1}, {-0.8, -0.1}}}},
		{"bolt", outline{{{0.5, -1}, {-0.05, -1}, {-0.55, 0.15}, {-0.05, 0.15}, {-0.3, 1}, {0.6, -0.3}, {0.1, -0.3}}}},
		{"circle", outline{arc(0, 1, 0, 2*math.Pi)}},
		{"crescent", outline{crescent()}},
		{"cross", outline{{
			{-arm, -1}, {arm, -1}, {arm, -arm}, {1, -arm}, {1, arm}, {arm, arm},
			{arm, 1}, {-arm, 1}, {-arm, arm}, {-1, arm}, {-1, -arm}, {-arm, -arm},
		}}},
		{"heart", outline{heart()}},
		{"ring", outline{arc(0, 1, 0, 2*math.Pi), arc(0, hole, 2*math.Pi, 0)}},
		{"square", outline{{{-1, -1}, {1, -1}, {1, 1}, {-1, 1}}}},
		{"star", outline{spikes(5, waist)}},
		{"triangle", outline{spikes(3, 0.5)}}, // half the radius is the middle of an edge
	}
	for i := range forms {
		forms[i].outline = refine(balance(forms[i].outline))
	}
	return forms
}

// curvePoints is the number of points along a whole turn.
const curvePoints = 32

// arc is the part of the circle of radius r around (x, 0) from one angle to another.
func arc(x, r, from, to float64) (points []point) {
	n := int(math.Ceil(math.Abs(to-from) / (2 * math.Pi) * curvePoints))
	for i := range n {
		sin, cos := math.Sincos(from + (to-from)*float64(i)/float64(n))
		points = append(points, point{x + r*cos, r * sin})
	}
	return points
}

// crescent is the unit disc without a smaller one to its right.
func crescent() []point {
	const r, x = 0.8, 0.45                        // of the smaller disc: its radius, and its centre on the axis
	outer := math.Acos((1 + x*x - r*r) / (2 * x)) // the angles at which the circles meet
	inner := math.Atan2(math.Sin(outer), math.Cos(outer)-x)
	return append(arc(0, 1, outer, 2*math.Pi-outer), arc(x, r, 2*math.Pi-inner, inner)...)
}

// heart is the curve x = 16·sin³t, y = 13·cos t − 5·cos 2t − 2·cos 3t − cos 4t.
func heart() (points []point) {
	for i := range curvePoints {
		t := 2 * math.Pi * float64(i) / curvePoints
		sin := math.Sin(t)
		points = append(points, point{16 * sin * sin * sin, -(13*math.Cos(t) - 5*math.Cos(2*t) - 2*math.Cos(3*t) - math.Cos(4*t))})
	}
	return points
}

// spikes is a star of n points on the unit circle, with the points between them at radius waist.
func spikes(n int, waist float64) (points []point) {
	for i := range 2 * n {
		sin, cos := math.Sincos(math.Pi * float64(i) / float64(n))
		r := 1.0
		if i%2 == 1 {
			r = waist
		}
		points = append(points, point{r * sin, -r * cos})
	}
	return points
}

// balance moves and scales an outline to what form promises, by the sums of its edges' triangles with the origin.
func balance(o outline) outline {
	var area, x, y float64
	for _, contour := range o {
		for i, p := range contour {
			q := contour[(i+1)%len(contour)]
			a := (p.x*q.y - q.x*p.y) / 2
			area, x, y = area+a, x+a*(p.x+q.x)/3, y+a*(p.y+q.y)/3
		}
	}
	x, y = x/area, y/area
	size := math.Sqrt(math.Abs(area))
	for _, contour := range o {
		for i, p := range contour {
			contour[i] = point{(p.x - x) / size, (p.y - y) / size}
		}
	}
	return o
}

// Ranges of a shape's pose. Lengths are in units of the square root of its area but for those in pixels.
const (
	minSize  = 7.0 // square root of its area, in pixels
	maxSize  = 9.0
	stretch  = 0.10        // widening or narrowing, as a part
	maxBend  = 0.02        // amplitude of one wave of the elastic field
	maxCurl  = 1.0         // periods of it
	maxTurn  = math.Pi / 8 // each way
	overhang = 1.0         // pixels that a shape may be cut at the edge
	copies   = 4           // of a shape in a picture, at most; at least 2 are tried
	tries    = 12          // to find a place for them
)

// box is a shape's extent in pixels.
type box struct{ low, high point }

func (b box) meets(c box) bool {
	return b.low.x < c.high.x && c.low.x < b.high.x && b.low.y < c.high.y && c.low.y < b.high.y
}

// cut puts copies of the outline into the mask, each in a pose of its own and none across another.
func (e *easel) cut(o outline) {
	e.pen.Reset(canvasEdge, canvasEdge)
	e.taken = e.taken[:0]
	n := 2 + e.rng.IntN(copies-1)
	for try := 0; try < tries && len(e.taken) < n; try++ {
		b := e.pose(o)
		// Every place at which the shape is in the picture is as likely as another.
		x, y := e.place(b.low.x, b.high.x), e.place(b.low.y, b.high.y)
		b = box{point{b.low.x + x, b.low.y + y}, point{b.high.x + x, b.high.y + y}}
		if !slices.ContainsFunc(e.taken, b.meets) {
			e.taken = append(e.taken, b)
			e.trace(x, y)
		}
	}
	e.pen.DrawOp = draw.Src
	e.pen.Draw(e.mask, e.mask.Bounds(), image.Opaque, image.Point{})
}

// pose bends the outline to a random size and turn, stretched and, half the time, mirrored. It returns the extent.
func (e *easel) pose(o outline) box {
	size, wide := e.uniform(minSize, maxSize), 1+e.uniform(-stretch, stretch)
	sin, cos := math.Sincos(e.uniform(-maxTurn, maxTurn))
	mirror := float64(2*e.rng.IntN(2) - 1)
	pose := distortion{a: [2][2]float64{
		{size * wide * mirror * cos, -size / wide * sin},
		{size * wide * mirror * sin, size / wide * cos},
	}}
	for i := range waves {
		for _, w := range []*wave{&pose.dx[i], &pose.dy[i]} {
			const k = 2 * math.Pi * maxCurl
			*w = wave{e.uniform(0, maxBend), e.uniform(-k, k), e.uniform(-k, k), e.uniform(0, 2*math.Pi)}
		}
	}
	b := box{point{math.Inf(1), math.Inf(1)}, point{math.Inf(-1), math.Inf(-1)}}
	for len(e.bent) < len(o) {
		e.bent = append(e.bent, nil)
	}
	e.bent = e.bent[:len(o)]
	for c, contour := range o {
		e.bent[c] = pose.bend(e.bent[c][:0], contour)
		for _, p := range e.bent[c] {
			b.low = point{min(b.low.x, p.x), min(b.low.y, p.y)}
			b.high = point{max(b.high.x, p.x), max(b.high.y, p.y)}
		}
	}
	return b
}

// trace adds the bent outline to the drawing, moved by (x, y).
func (e *easel) trace(x, y float64) {
	for _, contour := range e.bent {
		for i, p := range contour {
			if i == 0 {
				e.pen.MoveTo(float32(p.x+x), float32(p.y+y))
				continue
			}
			e.pen.LineTo(float32(p.x+x), float32(p.y+y))
		}
		e.pen.ClosePath()
	}
}

// place draws the shift that brings an interval into the picture.
func (e *easel) place(low, high float64) float64 {
	return e.uniform(-overhang-low, canvasEdge+overhang-high)
}
