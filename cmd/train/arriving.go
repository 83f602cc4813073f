package main

import "io"

// download shows files arriving, in mode bar.
type download struct {
	w     io.Writer // nil: nothing is shown
	file  string
	meter *meter
}

func newDownload(mode string, w io.Writer) *download {
	if mode != "bar" {
		return &download{}
	}
	return &download{w: w}
}

// callback is for datasets.Options.
func (d *download) callback() func(file string, done, total int64) {
	if d.w == nil {
		return nil
	}
	return func(file string, done, total int64) {
		if file != d.file {
			d.close()
			d.file = file
			d.meter = newMeter(d.w, total, "bytes", file)
		}
		d.meter.set(done, file)
	}
}

// close takes the bar away.
func (d *download) close() {
	if d.meter != nil {
		d.meter.clear()
		d.meter = nil
	}
}
