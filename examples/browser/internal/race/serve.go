package race

import (
	"context"
	"time"
)

// Orders are all that a page wants, at once: later orders replace earlier ones, and none is lost by that.
type Orders struct {
	Race     int      `json:"race"` // its number; another one begins another race
	Settings Settings `json:"settings"`
	Running  bool     `json:"running"`
	Page     int      `json:"page"` // of test digits
}

// Message is what a page is told.
type Message struct {
	Race     int       `json:"race"`               // number of the race that it is about
	Settings *Settings `json:"settings,omitempty"` // the default ones, once the digits are drawn
	Running  bool      `json:"running"`
	News     *News     `json:"news,omitempty"`
	Digits   *Digits   `json:"digits,omitempty"`
	Problem  string    `json:"problem,omitempty"` // one line
}

// Times between two messages, and for whoever shares the thread.
const (
	turn   = 80 * time.Millisecond
	breath = time.Millisecond
)

// Serve draws the digits and carries out orders until ctx has ended, whose error it returns. Between two turns of at least
// 80 ms it sleeps for a millisecond, in which a browser's only thread can deliver orders.
func Serve(ctx context.Context, orders <-chan Orders, tell func(Message)) error {
	data := Open(0)
	defaults := Defaults()
	tell(Message{Settings: &defaults})
	var s server
	for {
		if s.idle() {
			select {
			case o := <-orders:
				s.obey(data, o, tell)
			case <-ctx.Done():
				return ctx.Err()
			}
			continue
		}
		if err := s.race.Turn(ctx, turn); err != nil {
			return err
		}
		s.report(tell)
		select {
		case o := <-orders:
			s.obey(data, o, tell)
		case <-time.After(breath):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// server is the race under way, and the orders that it follows.
type server struct {
	orders Orders
	race   *Race // nil: there is none
}

func (s *server) idle() bool { return s.race == nil || !s.orders.Running || s.race.Over() }

func (s *server) obey(d *Data, o Orders, tell func(Message)) {
	if s.race == nil || o.Race != s.orders.Race {
		race, err := New(d, o.Settings)
		if err != nil {
			s.race, s.orders = nil, o
			tell(Message{Race: o.Race, Problem: err.Error()})
			return
		}
		s.race = race
	}
	s.orders = o
	s.report(tell)
}

// report tells the news, and how the digits look now.
func (s *server) report(tell func(Message)) {
	news := s.race.News()
	m := Message{Race: s.orders.Race, Running: s.orders.Running, News: &news}
	digits, err := s.race.Digits(s.orders.Page)
	if err != nil {
		m.Problem = err.Error()
	} else {
		m.Digits = &digits
	}
	tell(m)
}
