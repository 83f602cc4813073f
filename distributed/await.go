package distributed

import (
	"errors"
	"fmt"
	"time"
)

// What a member says in a round of Await.
const (
	ready  byte = iota // with its result behind
	failed             // with the text of its error behind
	atWork
)

// signOfLife is how often a member tells that it is at work.
const signOfLife = time.Second

// Await runs f on every member, returns when all are done, and gives the results to all,
// in the order of ranks. nil stands for nothing to do. The members may take differently
// long: one that is at work says so every second, so that nobody takes it for a process that
// has stalled. f makes no calls of the group. The result is valid until the next call.
//
// If f fails on a member, all members get an error: that one its own, the others its text.
func Await(g Group, f func() ([]byte, error)) ([][]byte, error) {
	own, err, lost := work(g, f)
	if lost != nil {
		return nil, errors.Join(err, lost)
	}
	message := append([]byte{ready}, own...)
	if err != nil {
		message = append([]byte{failed}, err.Error()...)
	}
	for {
		all, lost := g.Gather(message)
		if lost != nil {
			return nil, errors.Join(err, lost)
		}
		busy, problem := false, err
		for rank, m := range all {
			switch {
			case len(m) == 0 || m[0] > atWork:
				return nil, fmt.Errorf("distributed: process %d is not where the others wait for it", rank)
			case m[0] == atWork:
				busy = true
			case m[0] == failed && problem == nil:
				problem = fmt.Errorf("process %d: %s", rank, m[1:])
			}
		}
		if busy {
			continue
		}
		if problem != nil {
			return nil, problem
		}
		for rank := range all {
			all[rank] = all[rank][1:]
		}
		return all, nil
	}
}

// work runs f in the caller's goroutine, to which it may belong, and gives signs of life
// from another one. lost is an error of the group.
func work(g Group, f func() ([]byte, error)) (own []byte, err, lost error) {
	if f == nil {
		return nil, nil, nil
	}
	stop, stopped := make(chan struct{}), make(chan error, 1)
	go func() { stopped <- tellAtWork(g, stop) }()
	func() {
		defer close(stop)
		own, err = f()
	}()
	return own, err, <-stopped
}

// tellAtWork gives signs of life until stop is closed.
func tellAtWork(g Group, stop <-chan struct{}) error {
	clock := time.NewTicker(signOfLife)
	defer clock.Stop()
	for {
		select {
		case <-stop:
			return nil
		case <-clock.C:
			if _, err := g.Gather([]byte{atWork}); err != nil {
				<-stop
				return err
			}
		}
	}
}
