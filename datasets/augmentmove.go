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
	for y, row := range g.rows {
		to := out[y*g.width*c : (y+1)*g.width*c]
		if row < 0 {
			g.fill(to)
			continue
		}
		dy := float32(row) - middleRow
		for i, column := range g.columns {
			if column < 0 {
				copy(to[i*c:(i+1)*c], g.background)
				continue
			}
			dx := float32(column) - middleColumn
			g.sample(to[i*c:(i+1)*c], x, middleRow+sin*dx+cos*dy, middleColumn+cos*dx-sin*dy)
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
			above := upper[k] + right*(upper[k+c]-upper[k])
			below := lower[k] + right*(lower[k+c]-lower[k])
			pixel[k] = above + low*(below-above)
		}
		return
	}
	for k := range pixel {
		above := g.at(x, top, left, k) + right*(g.at(x, top, left+1, k)-g.at(x, top, left, k))
		below := g.at(x, top+1, left, k) + right*(g.at(x, top+1, left+1, k)-g.at(x, top+1, left, k))
		pixel[k] = above + low*(below-above)
	}
}

// at is a value of x, or the background outside of it.
func (g *augmenter) at(x []float32, row, column, channel int) float32 {
	if row < 0 || column < 0 || row >= g.height || column >= g.width {
		return g.background[channel]
	}
	return x[(row*g.width+column)*g.channels+channel]
}
