package cpus

import (
	"io/fs"
	"path"
	"strconv"
	"strings"

	"github.com/gokfac/gokfac/internal/cgroup"
)

// quota is the processor time that the control group and the groups around it
// allow, in processors; 0 where they allow all. The tightest counts.
func quota(root fs.FS) (tightest float64) {
	groups := cgroup.Find(root, "cpu")
	for _, dir := range groups.Dirs {
		var q float64
		if groups.Version == 1 {
			amount, _ := cgroup.Read(root, path.Join(dir, "cpu.cfs_quota_us"))
			period, _ := cgroup.Read(root, path.Join(dir, "cpu.cfs_period_us"))
			q = parseQuota(amount, period)
		} else {
			text, _ := cgroup.Read(root, path.Join(dir, "cpu.max"))
			amount, period, _ := strings.Cut(strings.TrimSpace(text), " ")
			q = parseQuota(amount, period)
		}
		if q > 0 && (tightest == 0 || q < tightest) {
			tightest = q
		}
	}
	return tightest
}

// parseQuota divides a time in microseconds by the period in which it may be spent.
// It is 0 for no limit, which version 1 writes as −1 and version 2 as max, and for
// what is no number.
func parseQuota(amount, period string) float64 {
	a, err := strconv.ParseInt(strings.TrimSpace(amount), 10, 64)
	if err != nil || a <= 0 {
		return 0
	}
	p, err := strconv.ParseInt(strings.TrimSpace(period), 10, 64)
	if err != nil || p <= 0 {
		return 0
	}
	return float64(a) / float64(p)
}

// online counts the processors of the machine; 0: unknown.
func online(root fs.FS) int {
	text, _ := cgroup.Read(root, "sys/devices/system/cpu/online")
	return countList(strings.TrimSpace(text))
}

// countList counts the numbers of a list as in 0-3,6; 0 if it is none.
func countList(list string) (n int) {
	const most = 1 << 20 // more processors than a machine has
	for part := range strings.SplitSeq(list, ",") {
		first, last, isRange := strings.Cut(part, "-")
		if !isRange {
			last = first
		}
		lo, err := strconv.Atoi(first)
		if err != nil || lo < 0 {
			return 0
		}
		hi, err := strconv.Atoi(last)
		if err != nil || hi < lo || hi >= most {
			return 0
		}
		if n += hi - lo + 1; n > most {
			return 0
		}
	}
	return n
}
