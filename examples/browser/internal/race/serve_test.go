package race

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// page is a page as Serve sees it. A message goes through JSON, as on its way to a browser.
type page struct {
	t      *testing.T
	orders chan Orders
	told   chan Message
}

func serve(t *testing.T) *page {
	p := &page{t, make(chan Orders, 1), make(chan Message, 10_000)}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() {
		ended <- Serve(ctx, p.orders, func(m Message) {
			text, err := json.Marshal(m)
			assert.NoError(t, err)
			var read Message
			assert.NoError(t, json.Unmarshal(text, &read))
			p.told <- read
		})
	}()
	t.Cleanup(func() {
		cancel()
		assert.ErrorIs(t, <-ended, context.Canceled)
	})
	return p
}

// next is the next message about a race.
func (p *page) next(race int) Message {
	p.t.Helper()
	for {
		select {
		case m := <-p.told:
			if m.Race == race {
				return m
			}
		case <-time.After(time.Minute):
			require.Fail(p.t, "no message")
		}
	}
}

// TestServe: a page begins, pauses, turns to other digits, begins anew with other settings, and is told of each.
func TestServe(t *testing.T) {
	p := serve(t)
	hello := p.next(0)
	require.NotNil(t, hello.Settings)
	assert.Equal(t, Defaults(), *hello.Settings)

	s := small()
	p.orders <- Orders{Race: 1, Settings: s}
	m := p.next(1)
	assert.Zero(t, m.News.Contenders[0].Steps)
	assert.Len(t, m.Digits.Digits, Page, "digits are there before the first step")

	p.orders <- Orders{Race: 1, Settings: s, Running: true}
	for m = p.next(1); m.News.Contenders[0].Steps < 3 || m.News.Contenders[1].Steps < 3; m = p.next(1) {
		assert.Empty(t, m.Problem)
		assert.True(t, m.Running)
	}
	p.orders <- Orders{Race: 1, Settings: s, Page: 2}
	for m.Digits.First != 2*Page {
		m = p.next(1)
	}
	assert.False(t, m.Running)
	time.Sleep(3 * turn)
	assert.Empty(t, p.told, "it pauses")

	s.Batch = 0
	p.orders <- Orders{Race: 2, Settings: s, Running: true}
	assert.Contains(t, p.next(2).Problem, "mini-batches of 0 digits")

	s.Batch, s.Seconds = 128, 1
	p.orders <- Orders{Race: 3, Settings: s, Running: true}
	m = p.next(3)
	assert.Zero(t, m.News.Contenders[0].Steps, "from the start")
	for !m.News.Over {
		m = p.next(3)
	}
	assert.GreaterOrEqual(t, m.News.Contenders[1].Seconds, 1.0)
	time.Sleep(3 * turn)
	assert.Empty(t, p.told, "it is over")
}
