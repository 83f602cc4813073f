package distributed

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"time"
)

// What a member says in a round of Await.
const (
	ready  byte = iota // with its result behind
	failed             // with the text of its error behind
	atWork
	asks // all members answer in a round of their own
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
	if f == nil {
		return AwaitAsking(g, nil, nil)
	}
	return AwaitAsking(g, func(Ask) ([]byte, error) { return f() }, nil)
}

// Ask returns the answers of all members, in the order of ranks. It may be called until f of
// AwaitAsking has returned.
type Ask func() ([][]byte, error)

// AwaitAsking is Await for an f that may need something of the other members: what one of
// them has to save that is in several processes. answer gives a member's own answer, also
// while its f is at work, and then in another goroutine. nil answers with nothing.
func AwaitAsking(g Group, f func(ask Ask) ([]byte, error), answer func() ([]byte, error)) ([][]byte, error) {
	v := &vigil{Group: g, answer: answer}
	own, err, lost := v.work(f)
	if lost != nil {
		return nil, errors.Join(err, lost)
	}
	message := append([]byte{ready}, own...)
	if err != nil {
		message = append([]byte{failed}, err.Error()...)
	}
	for {
		all, _, lost := v.round(message)
		if lost != nil {
			return nil, errors.Join(err, lost)
		}
		busy, problem := false, err
		for rank, m := range all {
			switch {
			case m[0] == atWork || m[0] == asks:
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

// vigil is one call of Await: rounds in which every member says where it is.
type vigil struct {
	Group
	answer func() ([]byte, error)
	mu     sync.Mutex // of calls of the group
}

// round tells the others something. If a member asks, the answers are those of all.
func (v *vigil) round(message []byte) (all, answers [][]byte, err error) {
	if all, err = v.Gather(message); err != nil {
		return nil, nil, err
	}
	asked := false
	for rank, m := range all {
		if len(m) == 0 || m[0] > asks {
			return nil, nil, fmt.Errorf("distributed: process %d is not where the others wait for it", rank)
		}
		asked = asked || m[0] == asks
	}
	if !asked {
		return all, nil, nil
	}
	var own []byte
	if v.answer != nil {
		if own, err = v.answer(); err != nil {
			own = append([]byte{failed}, err.Error()...)
		} else {
			own = append([]byte{ready}, own...)
		}
	}
	first := make([][]byte, len(all)) // the next call may use the memory
	for rank, m := range all {
		first[rank] = bytes.Clone(m)
	}
	answers, err = v.Gather(own)
	return first, answers, err
}

// ask is the Ask of f.
func (v *vigil) ask() ([][]byte, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	_, answers, err := v.round([]byte{asks})
	if err != nil {
		return nil, err
	}
	list := make([][]byte, len(answers))
	for rank, m := range answers {
		switch {
		case len(m) > 0 && m[0] == failed:
			return nil, fmt.Errorf("process %d: %s", rank, m[1:])
		case len(m) > 0:
			list[rank] = bytes.Clone(m[1:])
		}
	}
	return list, nil
}

// work runs f in the caller's goroutine, to which it may belong, and gives signs of life
// from another one. lost is an error of the group.
func (v *vigil) work(f func(ask Ask) ([]byte, error)) (own []byte, err, lost error) {
	if f == nil {
		return nil, nil, nil
	}
	stop, stopped := make(chan struct{}), make(chan error, 1)
	go func() { stopped <- v.tellAtWork(stop) }()
	func() {
		defer close(stop)
		own, err = f(v.ask)
	}()
	return own, err, <-stopped
}

// tellAtWork gives signs of life until stop is closed.
func (v *vigil) tellAtWork(stop <-chan struct{}) error {
	clock := time.NewTicker(signOfLife)
	defer clock.Stop()
	for {
		select {
		case <-stop:
			return nil
		case <-clock.C:
			v.mu.Lock()
			_, _, err := v.round([]byte{atWork})
			v.mu.Unlock()
			if err != nil {
				<-stop
				return err
			}
		}
	}
}
