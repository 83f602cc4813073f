package cpus

import (
	"math"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
)

const (
	mounts1 = "32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu\n"
	mounts2 = "41 31 0:38 / /sys/fs/cgroup rw,relatime - cgroup2 cgroup2 rw\n"
)

// tree is a file system with these texts.
func tree(texts map[string]string) fstest.MapFS {
	root := fstest.MapFS{}
	for name, text := range texts {
		root[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return root
}

func version1(texts map[string]string) fstest.MapFS {
	root := tree(texts)
	root["proc/self/cgroup"] = &fstest.MapFile{Data: []byte("1:cpu:/a/b\n0::/\n")}
	root["proc/self/mountinfo"] = &fstest.MapFile{Data: []byte(mounts1 + mounts2)}
	return root
}

func version2(texts map[string]string) fstest.MapFS {
	root := tree(texts)
	root["proc/self/cgroup"] = &fstest.MapFile{Data: []byte("0::/a/b\n")}
	root["proc/self/mountinfo"] = &fstest.MapFile{Data: []byte(mounts2)}
	return root
}

func TestQuota(t *testing.T) {
	const v1, v2 = "sys/fs/cgroup/cpu", "sys/fs/cgroup"
	for name, c := range map[string]struct {
		root fstest.MapFS
		want float64
	}{
		"no files": {fstest.MapFS{}, 0},

		"1: none":                {version1(map[string]string{v1 + "/cpu.cfs_quota_us": "-1\n", v1 + "/cpu.cfs_period_us": "100000\n"}), 0},
		"1: half a processor":    {version1(map[string]string{v1 + "/a/b/cpu.cfs_quota_us": "50000\n", v1 + "/a/b/cpu.cfs_period_us": "100000\n"}), 0.5},
		"1: of a group around":   {version1(map[string]string{v1 + "/a/cpu.cfs_quota_us": "30000\n", v1 + "/a/cpu.cfs_period_us": "20000\n", v1 + "/a/b/cpu.cfs_quota_us": "-1\n", v1 + "/a/b/cpu.cfs_period_us": "100000\n"}), 1.5},
		"1: no period":           {version1(map[string]string{v1 + "/a/cpu.cfs_quota_us": "30000\n"}), 0},
		"1: a period of 0":       {version1(map[string]string{v1 + "/a/cpu.cfs_quota_us": "30000\n", v1 + "/a/cpu.cfs_period_us": "0\n"}), 0},
		"1: version 2's ignored": {version1(map[string]string{v2 + "/cpu.max": "1 100000\n"}), 0},

		"2: none":              {version2(map[string]string{v2 + "/a/b/cpu.max": "max 100000\n"}), 0},
		"2: two processors":    {version2(map[string]string{v2 + "/a/b/cpu.max": "200000 100000\n"}), 2},
		"2: of a group around": {version2(map[string]string{v2 + "/a/b/cpu.max": "max 100000\n", v2 + "/a/cpu.max": "100000 100000\n"}), 1},
		"2: the tightest":      {version2(map[string]string{v2 + "/a/b/cpu.max": "300000 100000\n", v2 + "/a/cpu.max": "70000 50000\n", v2 + "/cpu.max": "4 1\n"}), 1.4},
		"2: its own":           {version2(map[string]string{v2 + "/a/b/cpu.max": "100000 100000\n", v2 + "/a/cpu.max": "800000 100000\n"}), 1},
		"2: damaged":           {version2(map[string]string{v2 + "/a/b/cpu.max": "\x00\xff", v2 + "/a/cpu.max": "1e5 100000\n", v2 + "/cpu.max": "100000\n"}), 0},
		"2: negative":          {version2(map[string]string{v2 + "/a/b/cpu.max": "-100000 100000\n", v2 + "/a/cpu.max": "100000 -100000\n"}), 0},
		"2: too large":         {version2(map[string]string{v2 + "/a/b/cpu.max": "99999999999999999999 100000\n"}), 0},
	} {
		assert.InDelta(t, c.want, quota(c.root), 1e-12, name)
	}
}

func TestCountList(t *testing.T) {
	for text, want := range map[string]int{
		"0": 1, "0-1": 2, "0-3,6,8-9": 7, "": 0, "0-": 0, "3-0": 0, "-1": 0, "a": 0, "0,,1": 0, "0-999999999": 0, "0-1048576,0-1048575": 0, "1-2-3": 0,
	} {
		assert.Equal(t, want, countList(text), text)
	}
	assert.Equal(t, 6, online(tree(map[string]string{"sys/devices/system/cpu/online": "0-5\n"})))
	assert.Zero(t, online(fstest.MapFS{}))
}

// FuzzQuota reads files that nobody has seen: a quota is none, or a positive number.
func FuzzQuota(f *testing.F) {
	f.Add("0::/a/b\n", mounts2, "150000 100000\n", "", "", "0-3\n")
	f.Add("1:cpu,cpuacct:/a\n0::/\n", mounts1+mounts2, "", "-1\n", "100000\n", "0,2-5\n")
	f.Add("0::/../..\n", `9 8 0:3 /a\134b /x\040y ro - cgroup2 cgroup rw`, "max 1\n", "9223372036854775807\n", "1\n", "9-1")
	f.Fuzz(func(t *testing.T, group, mounts, limit, amount, period, processors string) {
		root := tree(map[string]string{"proc/self/cgroup": group, "proc/self/mountinfo": mounts, "sys/devices/system/cpu/online": processors})
		for _, dir := range []string{"sys/fs/cgroup", "sys/fs/cgroup/a", "sys/fs/cgroup/cpu", "sys/fs/cgroup/cpu/a"} {
			root[dir+"/cpu.max"] = &fstest.MapFile{Data: []byte(limit)}
			root[dir+"/cpu.cfs_quota_us"] = &fstest.MapFile{Data: []byte(amount)}
			root[dir+"/cpu.cfs_period_us"] = &fstest.MapFile{Data: []byte(period)}
		}
		m := machine{processors: 4, allowed: 4}
		m.read(root)
		assert.False(t, m.quota < 0 || math.IsNaN(m.quota) || math.IsInf(m.quota, 0), m.quota)
		assert.GreaterOrEqual(t, m.online, 0)
		c := m.count()
		assert.True(t, 1 <= c.Workers && c.Workers <= 4, c)
		assert.NotEmpty(t, c.String())
	})
}
