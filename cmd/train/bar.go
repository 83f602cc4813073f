package main

import (
	"io"
	"time"

	"github.com/schollz/progressbar/v3"
)

func newBar(w io.Writer, total int64, options ...progressbar.Option) *progressbar.ProgressBar {
	return progressbar.NewOptions64(total, append([]progressbar.Option{
		progressbar.OptionSetWriter(w),
		progressbar.OptionUseANSICodes(true),
		progressbar.OptionSetWidth(24),
		progressbar.OptionThrottle(100 * time.Millisecond),
		progressbar.OptionClearOnFinish(),
		progressbar.OptionSetTheme(progressbar.Theme{Saucer: "=", SaucerHead: ">", SaucerPadding: " ", BarStart: "[", BarEnd: "]"}),
	}, options...)...)
}

// download shows files arriving, in mode bar.
type download struct {
	w    io.Writer // nil: nothing is shown
	file string
	bar  *progressbar.ProgressBar
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
			d.bar = newBar(d.w, total, progressbar.OptionShowCount(), progressbar.OptionShowBytes(true), progressbar.OptionSetDescription(file+" "))
		}
		d.bar.Set64(done)
	}
}

// close takes the bar away.
func (d *download) close() {
	if d.bar != nil {
		d.bar.Clear()
		d.bar.Exit()
		d.bar = nil
	}
}
