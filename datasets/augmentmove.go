package datasets

import "math"

// gather makes out of the rows and columns of x that were drawn.
func (g *augmenter) gather(out, x []float32) {
	c, first, after := g.channels, g.firstColumn, g.afterColumn
	stride := g.width * c
	run := g.columns[first:after]
	straight := len(run) > 0 && int(run[len(run)-1]-run[0]) == len(run)-1
	for y, from := range g.rows {
		to := out[y*stride : (y+1)*stride]
		if from < 0 {
			g.fill(to)
			continue
		}
		row := x[int(from)*stride : int(from+1)*stride]
		g.fill(to[:first*c])
		g.fill(to[after*c:])
		switch to = to[first*c : after*c]; {
		case straight:
			copy(to, row[int(run[0])*c:])
		case c == 1:
			for i, from := range run {
				to[i] = row[from]
			}
		case c == 3:
			for i, from := range run {
				pixel, at := row[3*int(from):][:3], to[3*i:][:3]
				at[0], at[1], at[2] = pixel[0], pixel[1], pixel[2]
			}
		default:
			for i, from := range run {
				pixel := row[int(from)*c : int(from)*c+c]
				for k, v := range pixel {
					to[i*c+k] = v
				}
			}
		}
	}
}

// turn is gather from x turned counter-clockwise about its centre by so many degrees. A pixel is the mean of the four
// around the place that it comes from, weighted by their nearness (bilinear).
func (g *augmenter) turn(out, x []float32, degrees float64) {
	sin64, cos64 := math.Sincos(degrees * math.Pi / 180)
	sin, cos := float32(sin64), float32(cos64)
	middleRow, middleColumn := float32(g.height-1)/2, float32(g.width-1)/2
	c := g.channels
	stride := g.width * c
	for y, row := range g.rows {
		to := out[y*stride : (y+1)*stride]
		if row < 0 {
			g.fill(to)
			continue
		}
		dy := float32(row) - middleRow
		firstRow, firstColumn := middleRow+cos*dy, middleColumn-sin*dy
		for i, column := range g.columns {
			if column < 0 {
				copy(to[i*c:(i+1)*c], g.background)
				continue
			}
			dx := float32(column) - middleColumn
			row, column := firstRow+sin*dx, firstColumn+cos*dx
			if row >= 0 && column >= 0 && (c == 1 || c == 3) {
				// Most pixels of most images, without a call.
				top, left := int(row), int(column)
				if top+1 < g.height && left+1 < g.width {
					upper := x[top*stride+left*c:]
					lower := upper[stride:][:2*c]
					low, right := row-float32(top), column-float32(left)
					if c == 1 {
						to[i] = between(between(upper[0], upper[1], right), between(lower[0], lower[1], right), low)
						continue
					}
					upper, pixel := upper[:6], to[3*i:][:3]
					pixel[0] = between(between(upper[0], upper[3], right), between(lower[0], lower[3], right), low)
					pixel[1] = between(between(upper[1], upper[4], right), between(lower[1], lower[4], right), low)
					pixel[2] = between(between(upper[2], upper[5], right), between(lower[2], lower[5], right), low)
					continue
				}
			}
			g.sample(to[i*c:(i+1)*c], x, row, column)
		}
	}
}

// sample is the pixel of x at a place between pixels.
func (g *augmenter) sample(pixel, x []float32, row, column float32) {
	if row <= -1 || column <= -1 || row >= float32(g.height) || column >= float32(g.width) {
		copy(pixel, g.background)
		return
	}
	top, left := int(row+1)-1, int(column+1)-1 // rounded down, since neither is below −1
	low, right := row-float32(top), column-float32(left)
	c := g.channels
	at := (top*g.width + left) * c
	if top >= 0 && left >= 0 && top+1 < g.height && left+1 < g.width {
		upper, lower := x[at:at+2*c], x[at+g.width*c:][:2*c]
		for k := range pixel {
			pixel[k] = between(between(upper[k], upper[k+c], right), between(lower[k], lower[k+c], right), low)
		}
		return
	}
	for k := range pixel {
		above := between(g.at(x, top, left, k), g.at(x, top, left+1, k), right)
		below := between(g.at(x, top+1, left, k), g.at(x, top+1, left+1, k), right)
		pixel[k] = between(above, below, low)
	}
}

// between is the part of the way from a to b.
func between(a, b, part float32) float32 { return a + part*(b-a) }

// at is a value of x, or the background outside of it.
func (g *augmenter) at(x []float32, row, column, channel int) float32 {
	if row < 0 || column < 0 || row >= g.height || column >= g.width {
		return g.background[channel]
	}
	return x[(row*g.width+column)*g.channels+channel]
}
