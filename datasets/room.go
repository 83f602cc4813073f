package datasets

import (
	"context"

	"github.com/gokfac/gokfac/internal/memory"
)

// room limits the memory of a table whose size is not known before it has been read.
type room struct {
	ctx     context.Context
	checked int64 // bytes
}

// uncounted is the memory, in bytes, that a table may take without a check.
const uncounted = 1 << 20

// hold records that the table has this many bytes. It refuses a table that could not grow once more: append allocates a
// slice that is a quarter longer beside the old one.
func (r *room) hold(bytes int64) error {
	if bytes <= max(r.checked, uncounted) {
		return nil
	}
	r.checked = bytes
	return memory.Check(r.ctx, "a table of this size", 1.25*float64(bytes))
}

// take refuses an allocation that does not fit, before it is made.
func (r *room) take(bytes int64) error {
	if bytes <= uncounted {
		return nil
	}
	return memory.Check(r.ctx, "the table", float64(bytes))
}
