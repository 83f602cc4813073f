package layers

import "github.com/gokfac/gokfac/graph"

// frame is an image with zeros around it, or with its edges cut off: rows and columns of
// channels elements, of which those from top and left on are the image's.
type frame struct {
	height, width, channels int // of the image
	top, left               int // zeros before it; negative: rows and columns without
	rows, columns           int // of the frame

	// spread is the distance of the image's rows and columns in the frame, with zeros
	// between them; 0 stands for 1.
	spread [2]int

	// repeat is how often every channel of the image is in the frame, side by side; channels
	// counts all of them. 0 stands for 1.
	repeat int
}

// bare reports whether the frame is the image itself.
func (f frame) bare() bool {
	return f.top == 0 && f.left == 0 && f.rows == f.height && f.columns == f.width && max(f.spread[0], f.spread[1], f.repeat) <= 1
}

// size is the number of a frame's elements.
func (f frame) size() int { return f.rows * f.columns * f.channels }

// fill fills n rows of the frame, from row i on.
func fill[T graph.Float](f frame, i, n int, out, image []T) {
	if max(f.spread[0], f.spread[1], f.repeat) > 1 {
		fillSpread(f, i, n, out, image)
		return
	}
	line, width := f.columns*f.channels, f.width*f.channels
	from, to := max(f.left, 0), min(f.left+f.width, f.columns)
	for r := i; r < i+n; r++ {
		row := out[:line]
		out = out[line:]
		if y := r - f.top; y < 0 || y >= f.height || to <= from {
			clear(row)
		} else {
			clear(row[:from*f.channels])
			copy(row[from*f.channels:to*f.channels], image[y*width+(from-f.left)*f.channels:])
			clear(row[to*f.channels:])
		}
	}
}

// fillSpread is fill with zeros between rows and columns, and repeated channels.
func fillSpread[T graph.Float](f frame, i, n int, out, image []T) {
	line, c := f.columns*f.channels, f.channels
	clear(out[:n*line])
	for y := range f.height {
		r := f.top + y*max(f.spread[0], 1)
		if r < i || r >= i+n {
			continue
		}
		row := out[(r-i)*line:][:line]
		for x := range f.width {
			if at := f.left + x*max(f.spread[1], 1); at >= 0 && at < f.columns {
				if f.repeat <= 1 {
					copy(row[at*c:(at+1)*c], image[(y*f.width+x)*c:])
					continue
				}
				pixel := image[(y*f.width+x)*c/f.repeat:][:c/f.repeat]
				to := row[at*c : (at+1)*c]
				for i, v := range pixel {
					for r := range f.repeat {
						to[i*f.repeat+r] = v
					}
				}
			}
		}
	}
}
