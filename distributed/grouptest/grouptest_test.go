package grouptest_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gokfac/gokfac/distributed"
	"github.com/gokfac/gokfac/distributed/grouptest"
)

// TestLocal: the group of goroutines does what a group must do.
func TestLocal(t *testing.T) {
	for _, size := range []int{1, 2, 3, 4, 7} {
		for _, check := range grouptest.Checks() {
			t.Run(fmt.Sprintf("%d/%s", size, check.Name), func(t *testing.T) {
				t.Parallel()
				require.NoError(t, distributed.Run(size, check.Run))
			})
		}
	}
}

func TestLocalLeaving(t *testing.T) {
	for _, size := range []int{2, 3, 7} {
		err := distributed.Run(size, grouptest.Leaving)
		assert.EqualError(t, err, fmt.Sprintf("process %d has left the group: its own reason", size-1))
	}
}

// faulty is a group with a fault, on the member of the highest rank.
type faulty struct {
	distributed.Group
	fault string
}

func (f faulty) has(fault string) bool { return f.fault == fault && f.Group.Rank() == f.Size()-1 }

func (f faulty) Rank() int {
	if f.has("one rank twice") {
		return 0
	}
	return f.Group.Rank()
}

func (f faulty) Sum32(x []float32) error {
	err := f.Group.Sum32(x)
	if len(x) > 0 && f.has("another number") {
		x[len(x)-1]++
	}
	if len(x) > 1000 && f.has("another bit") {
		x[77] *= 1 + 1.0/(1<<23)
	}
	for i, v := range x {
		if v != v && f.has("no NaN") {
			x[i] = 0
		}
	}
	return err
}

func (f faulty) Gather(own []byte) ([][]byte, error) {
	all, err := f.Group.Gather(own)
	if f.has("ranks mixed up") {
		all[0], all[1] = all[1], all[0]
	}
	if f.has("too short") && len(all[0]) > 1000 {
		all[0] = all[0][:1000]
	}
	return all, err
}

func (f faulty) Split(colour int) (distributed.Group, error) {
	if f.fault == "colours of 32 bits" {
		colour = int(uint32(colour) / 2)
	}
	return f.Group.Split(colour)
}

// TestFaultsAreFound plants faults. A check on one member may fail where others go on:
// that one leaves.
func TestFaultsAreFound(t *testing.T) {
	for fault, check := range map[string]string{
		"one rank twice": "ranks", "another number": "sums", "another bit": "same bits", "no NaN": "infinities", "ranks mixed up": "gathers",
		"too short": "gathers", "colours of 32 bits": "splits",
	} {
		found := false
		for _, c := range grouptest.Checks() {
			if c.Name == check {
				found = true
				assert.Error(t, distributed.Run(4, func(g distributed.Group) error { return c.Run(faulty{g, fault}) }), fault)
			}
		}
		assert.True(t, found, fault)
	}
}

func ExampleChecks() {
	for _, check := range grouptest.Checks() {
		if err := distributed.Run(2, check.Run); err != nil {
			fmt.Println(check.Name, err)
		}
	}
	fmt.Println("all checks have passed")
	// Output: all checks have passed
}
