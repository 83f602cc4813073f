package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/gokfac/gokfac/internal/job"
)

// verdict is how a process gets on.
type verdict struct {
	Status int
	Text   string // empty: it has nothing to say
}

// agree returns an error in every process if one of them has one: in the first with the
// words of all, in the others without any.
func (p *processes) agree(err error) error {
	if own := (*ownError)(nil); p == nil || errors.As(err, &own) {
		return err
	}
	v := verdict{Status: exitStatus(err)}
	if told := (*statusError)(nil); err != nil && !errors.As(err, &told) {
		v.Text = message(err)
	}
	all, groupErr := gather(p, v)
	if groupErr != nil {
		return &ownError{groupErr}
	}
	status := exitDone
	said := map[string][]int{}
	for rank, v := range all {
		if status == exitDone {
			status = v.Status
		}
		if v.Text != "" {
			said[v.Text] = append(said[v.Text], rank)
		}
	}
	switch {
	case status == exitDone:
		return nil
	case p.Rank() > 0:
		return &statusError{status}
	case err != nil && len(said) <= 1: // nobody else has anything else to say
		return err
	}
	together := &processesError{status: status}
	for rank, v := range all {
		if of := said[v.Text]; len(of) > 0 && of[0] == rank {
			together.lines = append(together.lines, named(of)+": "+v.Text)
		}
	}
	return together
}

// named are processes in a message, as in "processes 1, 3".
func named(ranks []int) string {
	if len(ranks) == 1 {
		return fmt.Sprintf("process %d", ranks[0])
	}
	return "processes " + job.Joined(ranks, ", ")
}

// same returns an error in every process unless all have the same facts, in the first with
// the first fact that differs and the processes in which it does.
func (p *processes) same(facts []job.Fact) error {
	if p == nil {
		return nil
	}
	all, err := gather(p, facts)
	if err != nil {
		return &ownError{err}
	}
	for i := range all[0] {
		others := map[string][]int{}
		var words []string
		for rank, list := range all {
			value := "missing"
			if i < len(list) && list[i].Name == all[0][i].Name {
				value = list[i].Value
			}
			if value == all[0][i].Value {
				continue
			}
			if len(others[value]) == 0 {
				words = append(words, value)
			}
			others[value] = append(others[value], rank)
		}
		for j, value := range words {
			words[j] = fmt.Sprintf("%s in %s", value, named(others[value]))
		}
		if len(words) > 0 {
			return p.agree(fmt.Errorf("the processes cannot train together: %s is %s in process 0, but %s", all[0][i].Name, all[0][i].Value, strings.Join(words, ", ")))
		}
	}
	return nil
}

// gather is what each process gives.
func gather[T any](p *processes, own T) ([]T, error) {
	text, err := json.Marshal(own)
	if err != nil {
		return nil, err
	}
	texts, err := p.Gather(text)
	if err != nil {
		return nil, err
	}
	all := make([]T, len(texts))
	for rank, text := range texts {
		if err := json.Unmarshal(text, &all[rank]); err != nil {
			return nil, fmt.Errorf("process %d does something else: it is another version of the command, or was given other flags", rank)
		}
	}
	return all, nil
}
