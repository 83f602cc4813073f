package trainer

import (
	"bytes"
	"encoding"
	"errors"
	"fmt"

	"github.com/gokfac/gokfac/internal/codec"
)

// State is what can be saved and restored: a model, an optimizer, a loader, or a
// callback that keeps numbers.
type State interface {
	encoding.BinaryMarshaler
	encoding.BinaryUnmarshaler
}

// Kept is something of a run that is saved with it, under a name.
type Kept struct {
	Name  string
	State State
}

var _ State = (*Trainer)(nil)

// runVersion is of Trainer's state and of all that run and trend have in it.
const runVersion = 1

// ErrBetweenSteps is the error of saving a run that has no state to be saved: one that
// has not begun, that is in the middle of a step or before the step's evaluation (see
// Trainer.FinishSteps), or that has diverged.
var ErrBetweenSteps = errors.New("trainer: a run is saved between two steps: it has none to go on with here")

// part is a piece of the state that is saved and restored by itself.
type part struct {
	name  string
	state State
}

// parts are what a run consists of beside its own counters.
func (t *Trainer) parts(train Source) ([]part, error) {
	optimizer, ok := t.Optimizer.(State)
	if !ok {
		return nil, fmt.Errorf("trainer: optimizer %T cannot be saved: it has no MarshalBinary and UnmarshalBinary", t.Optimizer)
	}
	data, ok := train.(State)
	if !ok {
		return nil, fmt.Errorf("trainer: the data, a %T, cannot be saved: they have no MarshalBinary and UnmarshalBinary", train)
	}
	list := []part{{"model", t.Model}, {"optimizer", optimizer}, {"data", data}}
	seen := map[string]bool{}
	for _, k := range t.Keep {
		if k.State == nil || k.Name == "" || seen[k.Name] {
			return nil, fmt.Errorf("trainer: Keep %q: each needs a state and a name of its own", k.Name)
		}
		seen[k.Name] = true
		list = append(list, part{"kept " + k.Name, k.State})
	}
	return list, nil
}

// MarshalBinary encodes the run that is under way, for a trainer with the same fields
// to go on with: counters, history, model, optimizer, the data's order, and what Keep
// lists. Callbacks call it, after those that change what is kept; so may the caller of
// a Fit whose context has ended, if FinishSteps is set. Otherwise the error is
// ErrBetweenSteps. The settings of Trainer itself are not part of it.
func (t *Trainer) MarshalBinary() ([]byte, error) {
	r := t.current
	if r == nil || !r.between {
		return nil, ErrBetweenSteps
	}
	parts, err := t.parts(r.train)
	if err != nil {
		return nil, err
	}
	if err := r.join(); err != nil {
		return nil, fmt.Errorf("trainer: saving the run: %w", err)
	}
	progress, err := r.marshal()
	if err != nil {
		return nil, fmt.Errorf("trainer: saving the run: %w", err)
	}
	saved := make([][]byte, len(parts))
	for i, p := range parts {
		if saved[i], err = p.state.MarshalBinary(); err != nil {
			return nil, fmt.Errorf("trainer: saving the %s: %w", p.name, err)
		}
	}
	data, err := codec.Encode("run", runVersion, runFields(&progress, parts, saved))
	if err != nil {
		return nil, fmt.Errorf("trainer: %w", err)
	}
	return data, nil
}

func runFields(progress *[]byte, parts []part, saved [][]byte) []codec.Field {
	fields := []codec.Field{{Name: "progress", Value: progress}}
	for i, p := range parts {
		fields = append(fields, codec.Field{Name: p.name, Value: &saved[i]})
	}
	return fields
}

// UnmarshalBinary makes the next Fit go on with a run that MarshalBinary has saved.
// The state is taken over when Fit begins, which knows the data: until then nothing
// is changed, and an error of Fit that does not fit the state leaves everything as it
// was. MaxSteps and Epochs may be greater than they were, for a longer run.
func (t *Trainer) UnmarshalBinary(data []byte) error { return t.take(bytes.Clone(data)) }

// take is UnmarshalBinary of bytes that nobody else has.
func (t *Trainer) take(data []byte) error {
	if err := codec.Check(data, "run", runVersion); err != nil {
		return fmt.Errorf("trainer: %w", err)
	}
	t.pending = data
	return nil
}

// resume restores the pending state, all of it or nothing.
func (r *run) resume() error {
	data := r.pending
	r.pending = nil
	parts, err := r.parts(r.train)
	if err != nil {
		return err
	}
	var progress []byte
	saved := make([][]byte, len(parts))
	if err := codec.Decode(data, "run", runVersion, runFields(&progress, parts, saved)); err != nil {
		return fmt.Errorf("trainer: %w", err)
	}
	next := *r
	next.trend.recent = nil
	if err := next.unmarshal(progress); err != nil {
		return fmt.Errorf("trainer: the state does not fit: %w", err)
	}
	if err := r.adopt(); err != nil {
		return err
	}
	before := make([][]byte, len(parts))
	for i, p := range parts {
		if before[i], err = p.state.MarshalBinary(); err != nil {
			return fmt.Errorf("trainer: %s: %w", p.name, err)
		}
	}
	for i, p := range parts {
		if err := p.state.UnmarshalBinary(saved[i]); err != nil {
			for j := range i {
				err = errors.Join(err, parts[j].state.UnmarshalBinary(before[j]))
			}
			return fmt.Errorf("trainer: restoring the %s: %w", p.name, err)
		}
	}
	*r = next
	return nil
}

// adopt tells the optimizer its parameters, for an average that is restored to be known
// at once: a run that is resumed at its end takes no step.
func (r *run) adopt() error {
	a, ok := r.Optimizer.(Adopter)
	if !ok {
		return nil
	}
	c, err := r.Model.compiled(graphKey{batch: 1, train: true})
	if err != nil {
		return err
	}
	return a.Adopt(&c.objective)
}
