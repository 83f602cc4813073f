package cgroup

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
)

func tree(group, mounts string) fstest.MapFS {
	return fstest.MapFS{
		"proc/self/cgroup":    {Data: []byte(group)},
		"proc/self/mountinfo": {Data: []byte(mounts)},
	}
}

const (
	first   = "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 master:1 - cgroup cgroup rw,cpu,cpuacct\n"
	memory  = "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n"
	unified = "41 31 0:38 / /sys/fs/cgroup rw,relatime - cgroup2 cgroup2 rw,nsdelegate\n"
	disk    = "23 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n"
)

func TestFind(t *testing.T) {
	const v1, v2 = "sys/fs/cgroup/cpu,cpuacct", "sys/fs/cgroup"
	for name, c := range map[string]struct {
		group, mounts string
		want          Groups
	}{
		"none":                  {"", disk, Groups{}},
		"version 2":             {"0::/user.slice/a.scope\n", disk + unified, Groups{2, []string{v2 + "/user.slice/a.scope", v2 + "/user.slice", v2}}},
		"version 2, its root":   {"0::/\n", disk + unified, Groups{2, []string{v2}}},
		"version 1":             {"4:memory:/m\n3:cpu,cpuacct:/a/b\n0::/\n", disk + memory + first, Groups{1, []string{v1 + "/a/b", v1 + "/a", v1}}},
		"both, cpu in 1":        {"0::/x\n1:cpu,cpuacct:/y\n", unified + first, Groups{1, []string{v1 + "/y", v1}}},
		"both, cpu in 2":        {"5:cpuset:/z\n0::/x\n", first + unified, Groups{2, []string{v2 + "/x", v2}}},
		"not mounted":           {"1:cpu:/a\n", disk + unified, Groups{}},
		"no line end":           {"0::/a", strings.TrimSuffix(unified, "\n"), Groups{2, []string{v2 + "/a", v2}}},
		"a container's":         {"0::/docker/1/a\n", "9 8 0:3 /docker/1 /sys/fs/cgroup ro - cgroup2 cgroup rw\n", Groups{2, []string{v2 + "/a", v2}}},
		"a container's own":     {"0::/docker/1\n", "9 8 0:3 /docker/1 /sys/fs/cgroup ro - cgroup2 cgroup rw\n", Groups{2, []string{v2}}},
		"a longer name":         {"0::/docker/12\n", "9 8 0:3 /docker/1 /one ro - cgroup2 c rw\n9 8 0:3 / /all ro - cgroup2 c rw\n", Groups{2, []string{"all/docker/12", "all/docker", "all"}}},
		"outside the namespace": {"0::/../../other\n", unified, Groups{2, []string{v2}}},
		"outside of all mounts": {"0::/other\n", "9 8 0:3 /docker/1 /sys/fs/cgroup ro - cgroup2 cgroup rw\n", Groups{2, []string{v2}}},
		"a space and colons":    {"0::/a b:c:d\n", `9 8 0:3 / /mnt/my\040groups rw - cgroup2 cgroup rw` + "\n", Groups{2, []string{"mnt/my groups/a b:c:d", "mnt/my groups"}}},
		"damaged group":         {"what\n0:/\n0::relative\n:::\n", unified, Groups{}},
		"an endless path":       {"0::" + strings.Repeat("/a", 1<<20) + "\n", unified, Groups{}},
		"damaged mounts":        {"0::/a\n", "41 31 0:38 / /sys/fs/cgroup rw cgroup2 cgroup2 rw\n41 - cgroup2 a b\n1 2 3 4 5 6 - cgroup2 cgroup2 rw\n - \n", Groups{}},
		"damaged, then whole":   {"x\n\n0::/a\n", "41 - cgroup2\n" + unified, Groups{2, []string{v2 + "/a", v2}}},
	} {
		assert.Equal(t, c.want, Find(tree(c.group, c.mounts), "cpu"), name)
	}
	both := tree("4:memory:/m\n3:cpu,cpuacct:/a\n", memory+first)
	assert.Equal(t, Groups{1, []string{"sys/fs/cgroup/memory/m", "sys/fs/cgroup/memory"}}, Find(both, "memory"))
	assert.Equal(t, Groups{}, Find(both, "mem"))
	assert.Equal(t, Groups{}, Find(fstest.MapFS{}, "cpu"))
}

// TestReadIsBounded: a line of /proc that never ends does not take all memory.
func TestReadIsBounded(t *testing.T) {
	text, ok := Read(fstest.MapFS{"endless": {Data: make([]byte, most+1)}}, "endless")
	assert.True(t, ok)
	assert.Len(t, text, most)
	_, ok = Read(fstest.MapFS{}, "../outside")
	assert.False(t, ok)
}

func TestUnescape(t *testing.T) {
	for text, want := range map[string]string{
		`plain`: "plain", `a\040b\011`: "a b\t", `\134040`: `\040`, `\377`: "\xff", `\400`: `\400`, `\08`: `\08`, `\`: `\`, `\12`: `\12`, `\1a2`: `\1a2`,
	} {
		assert.Equal(t, want, unescape(text))
	}
}
