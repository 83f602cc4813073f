package partcheck

import (
	"fmt"
	"runtime"
	"strings"
)

// Guard calls f and returns a panic as an error, so that a part that panics fails one check.
func Guard(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = PanicError(r)
		}
	}()
	return f()
}

// PanicError is the error of a panic that a deferred function has just recovered: its value, and the line of code that
// panicked.
func PanicError(recovered any) error { return fmt.Errorf("panic: %v%s", recovered, panicked()) }

// panicked is the line of code that panicked, the first under the runtime's, or "".
func panicked() string {
	pcs := make([]uintptr, 32)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	under := false
	for {
		f, more := frames.Next()
		if under && !strings.HasPrefix(f.Function, "runtime.") {
			return fmt.Sprintf(" (in %s, %s:%d)", f.Function, f.File[strings.LastIndex(f.File, "/")+1:], f.Line)
		}
		under = under || f.Function == "runtime.gopanic"
		if !more {
			return ""
		}
	}
}
