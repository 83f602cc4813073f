package layers

import "github.com/gokfac/gokfac/graph"

// cut fills patches with the windows from to to−1 of all images of a batch.
func cut[T graph.Float](w *windows, images []T, from, to int, patches []T) {
	t, across, pixels, features := w.locations(), w.horizontal.out, w.pixels(), w.features()
	for from < to {
		e, i, j := from/t, from%t/across, from%across
		n := min(across-j, to-from)
		image := images[e*pixels : (e+1)*pixels]
		if w.groups > 1 {
			cutGroups(w, image, i, j, n, patches)
		} else {
			cutRow(w, image, i, j, n, patches)
		}
		patches, from = patches[n*features:], from+n
	}
}

// paste adds the windows from to to−1 of one image, patches, to it.
func paste[T graph.Float](w *windows, image []T, from, to int, patches []T) {
	across, features := w.horizontal.out, w.features()
	for from < to {
		i, j := from/across, from%across
		n := min(across-j, to-from)
		if w.groups > 1 {
			pasteGroups(w, image, i, j, n, patches)
		} else {
			pasteRow(w, image, i, j, n, patches)
		}
		patches, from = patches[n*features:], from+n
	}
}

// cutRow fills n windows, from the j-th of row i of an image's windows: the first line of
// each, then the second.
func cutRow[T graph.Float](w *windows, image []T, i, j, n int, patches []T) {
	width, line, features := w.horizontal.in*w.channels, w.horizontal.kernel*w.channels, w.features()
	v, places := w.vertical.places[i], w.horizontal.places[j:j+n]
	for u := range w.vertical.kernel {
		lines := patches[u*line:]
		if u < v.first || u >= v.end {
			for l := range places {
				clear(lines[l*features : l*features+line])
			}
			continue
		}
		row := image[(v.start+u*w.vertical.dilation)*width:][:width]
		for l, h := range places {
			to := lines[l*features : l*features+line]
			switch {
			case h.first > 0 || h.end < w.horizontal.kernel || w.horizontal.dilation > 1:
				cutLine(w, to, row, h)
			case line < shortLine:
				from := row[h.start*w.channels:][:line]
				for i := range to {
					to[i] = from[i]
				}
			default:
				copy(to, row[h.start*w.channels:])
			}
		}
	}
}

// shortLine is the number of elements from which a call of copy is worth it.
const shortLine = 12

// cutLine fills a window's line from a row of the image.
func cutLine[T graph.Float](w *windows, line, row []T, h place) {
	c := w.channels
	clear(line[:h.first*c])
	clear(line[h.end*c:])
	if h.first == h.end { // all of it over the padding
		return
	}
	if w.horizontal.dilation == 1 {
		copy(line[h.first*c:h.end*c], row[(h.start+h.first)*c:])
		return
	}
	for v := h.first; v < h.end; v++ {
		copy(line[v*c:(v+1)*c], row[(h.start+v*w.horizontal.dilation)*c:])
	}
}

// pasteRow adds n windows, from the j-th of row i of an image's windows.
func pasteRow[T graph.Float](w *windows, image []T, i, j, n int, patches []T) {
	width, line := w.horizontal.in*w.channels, w.horizontal.kernel*w.channels
	v := w.vertical.places[i]
	for _, h := range w.horizontal.places[j : j+n] {
		for u := v.first; u < v.end; u++ {
			row := (v.start + u*w.vertical.dilation) * width
			pasteLine(w, patches[u*line:(u+1)*line], image[row:row+width], h)
		}
		patches = patches[w.vertical.kernel*line:]
	}
}

// pasteLine adds a window's line to a row of the image.
func pasteLine[T graph.Float](w *windows, line, row []T, h place) {
	c := w.channels
	if h.first == h.end {
		return
	}
	if w.horizontal.dilation == 1 {
		accumulate(row[(h.start+h.first)*c:], line[h.first*c:h.end*c])
		return
	}
	for v := h.first; v < h.end; v++ {
		accumulate(row[(h.start+v*w.horizontal.dilation)*c:], line[v*c:(v+1)*c])
	}
}

// accumulate adds x to the first elements of sum. Lines are short: a call of
// a vector kernel would cost more than it saves.
func accumulate[T graph.Float](sum, x []T) {
	sum = sum[:len(x)]
	for i, v := range x {
		sum[i] += v
	}
}

// cutGroups is cutRow for channels in groups. A pixel goes to as many places as there are
// groups.
func cutGroups[T graph.Float](w *windows, image []T, i, j, n int, patches []T) {
	part, features := w.channels/w.groups, w.features()
	size := features / w.groups // of a group's window
	v := w.vertical.places[i]
	for l, h := range w.horizontal.places[j : j+n] {
		patch := patches[l*features : (l+1)*features]
		if h.end-h.first < w.horizontal.kernel || v.end-v.first < w.vertical.kernel {
			clear(patch)
		}
		for u := v.first; u < v.end; u++ {
			row := image[(v.start+u*w.vertical.dilation)*w.horizontal.in*w.channels:]
			for c := h.first; c < h.end; c++ {
				pixel := row[(h.start+c*w.horizontal.dilation)*w.channels:][:w.channels]
				to := patch[(u*w.horizontal.kernel+c)*part:]
				if part == 1 {
					for g, x := range pixel {
						to[g*size] = x
					}
					continue
				}
				for g := range w.groups {
					copy(to[g*size:g*size+part], pixel[g*part:])
				}
			}
		}
	}
}

// pasteGroups is pasteRow for channels in groups.
func pasteGroups[T graph.Float](w *windows, image []T, i, j, n int, patches []T) {
	part, features := w.channels/w.groups, w.features()
	line := w.horizontal.kernel * part
	v := w.vertical.places[i]
	for _, h := range w.horizontal.places[j : j+n] {
		for g := range w.groups {
			patch := patches[g*features/w.groups : (g+1)*features/w.groups]
			for u := v.first; u < v.end; u++ {
				row := image[(v.start+u*w.vertical.dilation)*w.horizontal.in*w.channels:]
				for c := h.first; c < h.end; c++ {
					accumulate(row[(h.start+c*w.horizontal.dilation)*w.channels+g*part:], patch[u*line+c*part:u*line+(c+1)*part])
				}
			}
		}
		patches = patches[features:]
	}
}
