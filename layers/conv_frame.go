package layers

import "github.com/gokfac/gokfac/graph"

// frame is an image with zeros around it, or with its edges cut off: rows and columns of
// channels elements, of which those from top and left on are the image's.
type frame struct {
	height, width, channels int // of the image
	top, left               int // zeros before it; negative: rows and columns without
	rows, columns           int // of the frame
}

// bare reports whether the frame is the image itself.
func (f frame) bare() bool {
	return f.top == 0 && f.left == 0 && f.rows == f.height && f.columns == f.width
}

// size is the number of a frame's elements.
func (f frame) size() int { return f.rows * f.columns * f.channels }

// fill fills n rows of the frame, from row i on.
func fill[T graph.Float](f frame, i, n int, out, image []T) {
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
