package cgroup_test

import (
	"fmt"
	"path"
	"testing/fstest"

	"github.com/gokfac/gokfac/internal/cgroup"
)

// The limits of a group and of the one around it, in a made-up file system.
func ExampleFind() {
	root := fstest.MapFS{
		"proc/self/cgroup":               {Data: []byte("0::/batch/job7\n")},
		"proc/self/mountinfo":            {Data: []byte("41 31 0:38 / /sys/fs/cgroup rw,relatime - cgroup2 cgroup2 rw\n")},
		"sys/fs/cgroup/batch/cpu.max":    {Data: []byte("150000 100000\n")},
		"sys/fs/cgroup/batch/job7/other": {},
	}
	for _, dir := range cgroup.Find(root, "cpu").Dirs {
		text, ok := cgroup.Read(root, path.Join(dir, "cpu.max"))
		fmt.Printf("%s %v %q\n", dir, ok, text)
	}
	// Output:
	// sys/fs/cgroup/batch/job7 false ""
	// sys/fs/cgroup/batch true "150000 100000\n"
	// sys/fs/cgroup false ""
}
