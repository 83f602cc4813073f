package distributed

import (
	"errors"
	"fmt"
	"time"
)

// What the member that works alone tells the others.
const (
	atWork byte = iota
	done
	failed
)

// signOfLife is how often it tells that it is at work.
const signOfLife = time.Second

// Alone runs f on the member of rank root, and gives its result to all. The others wait,
// and are told every second that root is at work, so that nobody takes a long f, such as
// an evaluation, for a process that has stalled. f makes no calls of the group.
//
// If f fails, the others get its text as their error.
func Alone(g Group, root int, f func() ([]byte, error)) ([]byte, error) {
	if g.Rank() != root {
		return waitFor(g, root)
	}
	type outcome struct {
		result []byte
		err    error
	}
	ended := make(chan outcome, 1)
	stop, stopped := make(chan struct{}), make(chan error, 1)
	go func() { stopped <- tellAtWork(g, stop) }()
	func() { // f runs here and not in the goroutine: it may belong to this one
		defer close(stop)
		result, err := f()
		ended <- outcome{result, err}
	}()
	o := <-ended
	if err := <-stopped; err != nil {
		return nil, errors.Join(o.err, err)
	}
	message := append([]byte{done}, o.result...)
	if o.err != nil {
		message = append([]byte{failed}, o.err.Error()...)
	}
	if _, err := g.Gather(message); err != nil {
		return nil, errors.Join(o.err, err)
	}
	return o.result, o.err
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

func waitFor(g Group, root int) ([]byte, error) {
	for {
		all, err := g.Gather(nil)
		if err != nil {
			return nil, err
		}
		switch message := all[root]; {
		case len(message) == 0:
			return nil, fmt.Errorf("distributed: process %d was to work alone, and does something else", root)
		case message[0] == done:
			return message[1:], nil
		case message[0] == failed:
			return nil, fmt.Errorf("process %d: %s", root, message[1:])
		}
	}
}
