// Package memory says how much memory this process may still take, so that
// what cannot fit is refused before the system ends the process for it.
//
//	if err := memory.Check(ctx, "the data", bytes); err != nil { … }
//
// The bound is the least of the machine's memory, of the limits of the process's
// control group (versions 1 and 2) and of its address space (ulimit -v), less
// what the process uses. Of processes that work together (Among) each has an
// equal part of the machine's memory and of the control group's. Any others are
// not counted: what they hold they may give back.
package memory

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// Limit is a bound on the memory of this process.
type Limit struct {
	Bytes  float64 // total
	Used   float64 // in use now
	Source string  // the limit's origin, for messages
	own    bool    // each process has one; else all have it together
}

// Left is the number of bytes that may still be taken.
func (l Limit) Left() float64 { return max(l.Bytes-l.Used, 0) }

// amongst is this limit's part of one of so many processes.
func (l Limit) amongst(processes int) Limit {
	if !l.own && processes > 1 {
		l.Bytes /= float64(processes)
		l.Source = fmt.Sprintf("for each of %d processes %s", processes, l.Source)
	}
	return l
}

type (
	allowedKey   struct{}
	processesKey struct{}
)

// With returns a context in which this many bytes may still be taken, whatever the system says.
func With(ctx context.Context, bytes float64) context.Context {
	return context.WithValue(ctx, allowedKey{}, Limit{Bytes: bytes, Source: "allowed"})
}

// Among returns a context in which so many processes, this one included, share this machine's memory.
func Among(ctx context.Context, processes int) context.Context {
	return context.WithValue(ctx, processesKey{}, processes)
}

// Available returns the limit that leaves the fewest bytes.
func Available(ctx context.Context) Limit {
	if l, ok := ctx.Value(allowedKey{}).(Limit); ok {
		return l
	}
	processes, _ := ctx.Value(processesKey{}).(int)
	tightest := Limit{Bytes: unknown, Source: "assumed"}
	for _, l := range system(inUse()) {
		if l = l.amongst(processes); l.Left() < tightest.Left() {
			tightest = l
		}
	}
	return tightest
}

// unknown is the assumed memory of a system that does not tell: a terabyte.
const unknown = 1 << 40

// TooLargeError reports an allocation that would not fit into memory.
type TooLargeError struct {
	What string
	Need float64 // bytes
	Limit
}

func (e *TooLargeError) Error() string {
	need, left := texts(e.Need, e.Left())
	text := fmt.Sprintf("%s would take about %s of memory, and there are %s", e.What, need, left)
	if e.Used > 0 {
		return fmt.Sprintf("%s (%s %s, %s of it in use)", text, Text(e.Bytes), e.Source, Text(e.Used))
	}
	return text + " (" + e.Source + ")"
}

// Check returns a *TooLargeError if this many more bytes may not be taken.
func Check(ctx context.Context, what string, need float64) error {
	if need <= Available(ctx).Left() {
		return nil
	}
	runtime.GC() // garbage counts as in use until it is collected
	if l := Available(ctx); !(need <= l.Left()) {
		return &TooLargeError{what, need, l}
	}
	return nil
}

// Restrain makes the garbage collector work harder near the limit, so that garbage does not take the memory that is
// left. A program calls it at its start, after Claim, and again when it knows what others it shares the memory with.
func Restrain(ctx context.Context) {
	bytes := inUse().taken + Available(ctx).Left()
	if bytes < float64(debug.SetMemoryLimit(-1)) {
		debug.SetMemoryLimit(int64(bytes))
	}
}

// usage is the memory that the Go runtime has got from the system, in bytes.
type usage struct {
	taken float64 // in use
	free  float64 // unused, in the heap
}

func inUse() usage {
	sample := []metrics.Sample{
		{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/free:bytes"}, {Name: "/memory/classes/heap/released:bytes"},
	}
	metrics.Read(sample)
	free := float64(sample[1].Value.Uint64() + sample[2].Value.Uint64())
	return usage{taken: float64(sample[0].Value.Uint64()) - free, free: free}
}

// Text writes a number of bytes for people to read.
func Text(bytes float64) string { return text(bytes, 3) }

func text(bytes float64, digits int) string {
	unit, name := 1.0, "bytes"
	for _, u := range []struct {
		bytes float64
		name  string
	}{{1 << 10, "KiB"}, {1 << 20, "MiB"}, {1 << 30, "GiB"}, {1 << 40, "TiB"}, {1 << 50, "PiB"}} {
		if bytes >= u.bytes {
			unit, name = u.bytes, u.name
		}
	}
	v := bytes / unit
	if v >= 100 && digits <= 3 {
		return fmt.Sprintf("%.0f %s", v, name)
	}
	return fmt.Sprintf("%.*g %s", digits, v, name)
}

// texts writes two numbers of bytes with enough digits that different numbers look different.
func texts(a, b float64) (string, string) {
	digits := 3
	for digits < 12 && a != b && text(a, digits) == text(b, digits) {
		digits++
	}
	if a != b && text(a, digits) == text(b, digits) {
		return fmt.Sprintf("%.0f bytes", math.Ceil(a)), fmt.Sprintf("%.0f bytes", math.Floor(b))
	}
	return text(a, digits), text(b, digits)
}
