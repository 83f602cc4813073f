package memory

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCheck(t *testing.T) {
	ctx := With(context.Background(), 1<<20)
	require.NoError(t, Check(ctx, "this", 1<<19))
	require.NoError(t, Check(ctx, "this", 1<<20))
	err := Check(ctx, "this", 1<<20+1)
	assert.EqualError(t, err, "this would take about 1.000001 MiB of memory, and there are 1 MiB (allowed)")
	assert.ErrorAs(t, err, new(*TooLargeError))
	assert.EqualError(t, Check(ctx, "this", 3<<30), "this would take about 3 GiB of memory, and there are 1 MiB (allowed)")

	l := Available(context.Background())
	assert.Positive(t, l.Left())
	assert.Error(t, Check(context.Background(), "this", l.Bytes))
	assert.NoError(t, Check(context.Background(), "this", 1))
}

// TestAmong: processes that work together divide what they have in common.
func TestAmong(t *testing.T) {
	machine := Limit{Bytes: 8 << 30, Used: 1 << 30, Source: "in this machine"}
	assert.Equal(t, machine, machine.amongst(0))
	assert.Equal(t, machine, machine.amongst(1))
	four := machine.amongst(4)
	assert.Equal(t, float64(1<<30), four.Left())
	assert.EqualError(t, &TooLargeError{"this run", 3 << 29, four},
		"this run would take about 1.5 GiB of memory, and there are 1 GiB (2 GiB for each of 4 processes in this machine, 1 GiB of it in use)")
	own := Limit{Bytes: 8 << 30, Source: "of address space (ulimit -v)", own: true}
	assert.Equal(t, own, own.amongst(4))

	for _, l := range system(inUse()) {
		if !l.own {
			assert.Less(t, l.amongst(2).Bytes, l.Bytes)
		}
	}
	ctx := Among(context.Background(), 1000)
	assert.Less(t, Available(ctx).Bytes, Available(context.Background()).Bytes)
	assert.Equal(t, 7.0, Available(With(ctx, 7)).Left(), "what is given is this process's own")
}

func TestTexts(t *testing.T) {
	for _, c := range []struct {
		a, b         float64
		textA, textB string
	}{
		{3 << 30, 1 << 30, "3 GiB", "1 GiB"},
		{23.01 * (1 << 30), 22.99 * (1 << 30), "23.01 GiB", "22.99 GiB"},
		{1<<40 + 1, 1 << 40, "1099511627777 bytes", "1099511627776 bytes"},
		{1 << 62, 0, "4096 PiB", "0 bytes"},
	} {
		a, b := texts(c.a, c.b)
		assert.Equal(t, []string{c.textA, c.textB}, []string{a, b})
	}
	assert.Equal(t, "512 MiB", Text(512<<20))
	assert.Equal(t, "960 bytes", Text(960))
}
