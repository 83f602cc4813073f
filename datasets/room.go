package datasets

import (
	"context"

	"github.com/gokfac/gokfac/internal/memory"
)

// room watches over the memory of a table whose size is not known before it
// has been read.
type room struct {
	ctx     context.Context
	checked int64 // bytes
}

// uncounted is what a table may take without being asked for.
const uncounted = 1 << 20

// hold says that the table has so many bytes. It refuses a table that could not
// grow once more: append makes a slice greater by a quarter, beside the old one.
func (r *room) hold(bytes int64) error {
	if bytes <= max(r.checked, uncounted) {
		return nil
	}
	r.checked = bytes
	return memory.Check(r.ctx, "a table of this size", 1.25*float64(bytes))
}

// take refuses what is about to be allocated.
func (r *room) take(bytes int64) error {
	if bytes <= uncounted {
		return nil
	}
	return memory.Check(r.ctx, "the table", float64(bytes))
}
