// Package cgroup finds the directories in which Linux keeps the limits of this
// process: those of its control group and of the groups around it, in either
// version of control groups.
//
//	for _, dir := range cgroup.Find(os.DirFS("/"), "cpu").Dirs {
//		text, ok := cgroup.Read(root, path.Join(dir, "cpu.max"))
//	}
//
// It reads /proc/self/cgroup, which names the group, and /proc/self/mountinfo,
// which says where the tree of groups is mounted (man 7 cgroups, man 5
// proc_pid_mountinfo). Lines that are not as these pages say are passed over, and
// files are read up to a bound: a damaged file is as good as none.
//
// The libraries that read these files keep the quota to themselves
// (go.uber.org/automaxprocs, MIT, sets GOMAXPROCS from it, and reads the innermost
// group only), or bring the management of containers (containerd/cgroups).
package cgroup

import (
	"io"
	"io/fs"
	"path"
	"strings"
)

// Groups are a process's group for a controller and the groups around it.
type Groups struct {
	Version int      // 1 or 2; 0: there are none
	Dirs    []string // their directories in the file system, the innermost first
}

// Find returns the groups for a controller, as in "cpu" or "memory". root is the
// whole file system. The groups of a controller that version 1 has are of that
// version; all others are of version 2. Within a container the group's own
// directory may not be visible; the groups then begin with the root of what is
// mounted, which is the container's group.
func Find(root fs.FS, controller string) Groups {
	text, _ := Read(root, "proc/self/cgroup")
	group, version := groupOf(text, controller)
	if version == 0 {
		return Groups{}
	}
	mounts, _ := Read(root, "proc/self/mountinfo")
	m, ok := mountOf(mounts, controller, version, group)
	if !ok {
		return Groups{}
	}
	g := Groups{Version: version}
	for dir := m.inside(group); ; dir = path.Dir(dir) {
		g.Dirs = append(g.Dirs, path.Join(m.point, dir))
		if dir == "/" {
			return g
		}
	}
}

// groupOf reads /proc/self/cgroup: lines of a hierarchy's number, its controllers
// and the group's path, with colons in between.
func groupOf(text, controller string) (group string, version int) {
	for line := range strings.Lines(text) {
		fields := strings.SplitN(strings.TrimSuffix(line, "\n"), ":", 3)
		if len(fields) < 3 || !isPath(fields[2]) {
			continue
		}
		switch {
		case listed(fields[1], controller):
			return fields[2], 1
		case fields[0] == "0" && fields[1] == "":
			group, version = fields[2], 2
		}
	}
	return group, version
}

// listed reports whether a list with commas has a name.
func listed(list, name string) bool { return strings.Contains(","+list+",", ","+name+",") }

// isPath reports whether the kernel can have written text as a path from a root.
func isPath(text string) bool {
	const longest = 4096 // PATH_MAX
	return strings.HasPrefix(text, "/") && len(text) <= longest
}

// most is the most bytes that are read of a file. A mount takes some 200 in
// /proc/self/mountinfo.
const most = 4 << 20

// Read returns a file's text, up to a bound.
func Read(root fs.FS, name string) (text string, ok bool) {
	f, err := root.Open(name)
	if err != nil {
		return "", false
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, most))
	return string(b), err == nil
}
