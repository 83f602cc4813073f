package memory

import (
	"syscall"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func file(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }

func TestMachine(t *testing.T) {
	total, ok := machine(fstest.MapFS{"proc/meminfo": file("MemFree: 1 kB\nMemTotal:       24611332 kB\n")})
	assert.True(t, ok)
	assert.Equal(t, 24611332.0*1024, total)
	_, ok = machine(fstest.MapFS{})
	assert.False(t, ok)
}

// TestControlGroups: the group's own limit and those around it, of either
// version, and of the mount's root where the group's directory is not visible.
func TestControlGroups(t *testing.T) {
	for name, c := range map[string]struct {
		files fstest.MapFS
		want  []float64
	}{
		"none": {fstest.MapFS{}, nil},
		"version 2": {fstest.MapFS{
			"proc/self/cgroup": file("0::/a/b\n"), "sys/fs/cgroup/a/b/memory.max": file("max\n"),
			"sys/fs/cgroup/a/memory.max": file("1000\n"), "sys/fs/cgroup/memory.max": file("2000\n"),
		}, []float64{1000, 2000}},
		"version 1": {fstest.MapFS{
			"proc/self/cgroup":                                  file("5:cpu,cpuacct:/x\n4:memory:/docker/1\n0::/\n"),
			"sys/fs/cgroup/memory/memory.limit_in_bytes":        file("3000\n"),
			"sys/fs/cgroup/memory/docker/memory.limit_in_bytes": file("9223372036854771712\n"),
		}, []float64{3000}},
		"outside of the mount": {fstest.MapFS{
			"proc/self/cgroup": file("0::/../../other\n"), "sys/fs/cgroup/memory.max": file("7\n"),
		}, []float64{7}},
		"damaged": {fstest.MapFS{"proc/self/cgroup": file("what\n0::/\n"), "sys/fs/cgroup/memory.max": file("-5\n")}, nil},
	} {
		var got []float64
		for _, l := range cgroups(c.files, 1) {
			got = append(got, l.Bytes)
			assert.Equal(t, 1.0, l.Used)
		}
		assert.Equal(t, c.want, got, name)
	}
}

// TestAddressSpace: what is mapped counts, and what the heap has mapped for
// more is there to be used.
func TestAddressSpace(t *testing.T) {
	var was syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_AS, &was))
	limited := was
	limited.Cur = min(was.Max, 1<<36)
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_AS, &limited))
	defer syscall.Setrlimit(syscall.RLIMIT_AS, &was)
	bytes, mapped, ok := addressSpace(fstest.MapFS{"proc/self/statm": file("1000000 5 4 3 2 1 0\n")})
	require.True(t, ok)
	assert.Equal(t, float64(limited.Cur), bytes)
	assert.Equal(t, 1e6*float64(syscall.Getpagesize()), mapped)
	_, _, ok = addressSpace(fstest.MapFS{})
	assert.False(t, ok)

	const mib = 1 << 20
	l := spaceLimit(float64(700*mib+4*65*mib+int(spared())), 700*mib, usage{free: 10 * mib})
	assert.Equal(t, float64((10+4*64-32)*mib), l.Left())
	assert.Zero(t, spaceLimit(100*mib, 200*mib, usage{}).Left())
}
