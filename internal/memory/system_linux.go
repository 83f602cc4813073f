package memory

import (
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
)

// system lists the limits in force.
func system(u usage) []Limit {
	root := os.DirFS("/")
	limits := cgroups(root, u.taken)
	if bytes, mapped, ok := addressSpace(root); ok {
		limits = append(limits, spaceLimit(bytes, mapped, u))
	}
	if total, ok := machine(root); ok {
		limits = append(limits, Limit{Bytes: total, Used: u.taken, Source: "in this machine"})
	}
	return limits
}

// machine is the memory of the machine, in bytes.
func machine(root fs.FS) (total float64, ok bool) {
	text, err := fs.ReadFile(root, "proc/meminfo")
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(text)) {
		if rest, found := strings.CutPrefix(line, "MemTotal:"); found {
			kib, ok := number(strings.TrimSuffix(strings.TrimSpace(rest), " kB"))
			return kib * 1024, ok
		}
	}
	return 0, false
}

// cgroups returns the limits of the control group and of the groups around it. Within a container a group's own
// directory may not be visible; the root of the mounted hierarchy is then the container's.
func cgroups(root fs.FS, used float64) (limits []Limit) {
	text, err := fs.ReadFile(root, "proc/self/cgroup")
	if err != nil {
		return nil
	}
	for line := range strings.Lines(string(text)) {
		fields := strings.SplitN(strings.TrimSpace(line), ":", 3) // number, controllers, directory
		if len(fields) < 3 {
			continue
		}
		mount, file := "", ""
		switch {
		case fields[1] == "":
			mount, file = "sys/fs/cgroup", "memory.max"
		case strings.Contains(","+fields[1]+",", ",memory,"):
			mount, file = "sys/fs/cgroup/memory", "memory.limit_in_bytes"
		default:
			continue
		}
		for dir := path.Clean("/" + fields[2]); ; dir = path.Dir(dir) {
			if bytes, ok := readNumber(root, path.Join(mount, dir, file)); ok && bytes < 1<<60 { // version 1 writes nearly 2⁶³ for no limit
				limits = append(limits, Limit{Bytes: bytes, Used: used, Source: "allowed by the control group"})
			}
			if dir == "/" {
				break
			}
		}
	}
	return limits
}

func readNumber(root fs.FS, name string) (float64, bool) {
	text, err := fs.ReadFile(root, name)
	if err != nil {
		return 0, false
	}
	return number(strings.TrimSpace(string(text)))
}

// number parses digits only: "max" is no limit.
func number(text string) (float64, bool) {
	v, err := strconv.ParseUint(text, 10, 64)
	return float64(v), err == nil
}
