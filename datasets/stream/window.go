package stream

// window holds the examples that a stream draws from, scaled.
type window struct {
	size, held     int
	width, outputs int
	values         []float32 // size×width
	labels         []int32   // size; nil unless they are the targets
	targets        []float32 // size×outputs; nil unless they are the targets
}

func newWindow(opt Options) window {
	w := window{size: max(opt.Window, 1), width: width(opt.Shape), outputs: opt.Outputs}
	w.values = make([]float32, w.size*w.width)
	switch {
	case opt.Reconstruct:
	case opt.Outputs > 0:
		w.targets = make([]float32, w.size*w.outputs)
	default:
		w.labels = make([]int32, w.size)
	}
	return w
}

func (w *window) x(slot int) []float32 { return w.values[slot*w.width : (slot+1)*w.width] }
func (w *window) y(slot int) []float32 { return w.targets[slot*w.outputs : (slot+1)*w.outputs] }

// remove moves the last example to a slot whose example was dealt.
func (w *window) remove(slot int) {
	w.held--
	copy(w.x(slot), w.x(w.held))
	if w.labels != nil {
		w.labels[slot] = w.labels[w.held]
	}
	if w.targets != nil {
		copy(w.y(slot), w.y(w.held))
	}
}
