package partcheck

import (
	"fmt"
	"strings"
)

// T is what a check reports to: a *testing.T, a *testing.B, or a recorder.
type T interface {
	Helper()
	Errorf(format string, args ...any)
	Logf(format string, args ...any)
}

// mostOfACheck is how many failures of one check a Report tells in full.
const mostOfACheck = 3

// Report tells failures as "PACKAGE: PART: CHECK: …", one line each.
type Report struct {
	t      T
	prefix string
	counts map[string]int
	failed []string
	told   map[string]bool // messages, so that another batch size does not repeat them
}

// NewReport is a report of a part, such as the layer "*mine.Scale", by a package of checks.
func NewReport(t T, pkg, part string) *Report {
	return &Report{t: t, prefix: pkg + ": " + part + ": ", counts: map[string]int{}, told: map[string]bool{}}
}

// Fail tells a failure of a check. The fourth and further ones of a check are counted: Close says how many.
func (r *Report) Fail(check, format string, args ...any) {
	r.t.Helper()
	text := oneLine(fmt.Sprintf(format, args...))
	if r.told[check+text] {
		return
	}
	r.told[check+text] = true
	if r.counts[check]++; r.counts[check] == 1 {
		r.failed = append(r.failed, check)
	}
	if r.counts[check] <= mostOfACheck {
		r.t.Errorf("%s", r.prefix+check+": "+text)
	}
}

// Compare fails the check by the comparison's message if it does not hold, and reports whether it holds.
func (r *Report) Compare(check string, c *Comparison) bool {
	r.t.Helper()
	text, ok := c.Message()
	if !ok {
		r.Fail(check, "%s", text)
	}
	return ok
}

// Skip logs that a check was not made, and why.
func (r *Report) Skip(check, format string, args ...any) {
	r.t.Helper()
	text := r.prefix + check + ": skipped: " + oneLine(fmt.Sprintf(format, args...))
	if !r.told[text] {
		r.told[text] = true
		r.t.Logf("%s", text)
	}
}

// Failed lists the checks that failed, in the order of their first failures.
func (r *Report) Failed() []string { return r.failed }

// FailedIn reports whether the check failed.
func (r *Report) FailedIn(check string) bool { return r.counts[check] > 0 }

// Close says how many failures were not told.
func (r *Report) Close() {
	r.t.Helper()
	for _, check := range r.failed {
		if more := r.counts[check] - mostOfACheck; more > 0 {
			r.t.Errorf("%s%s: %d more failures like these", r.prefix, check, more)
		}
	}
}

// oneLine joins the lines of a message, such as those of an error of somebody else's.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
