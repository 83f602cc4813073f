package job

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/trainer"
)

// Processes is how many processes make the run together; 0: one makes it by itself.
func (s *Spec) Processes() int {
	if s.Group == nil {
		return 0
	}
	return s.Group.Size()
}

// share is the most examples of a mini-batch that one of the processes has.
func (s *Spec) share(examples int) int {
	p := max(s.Processes(), 1)
	return (examples + p - 1) / p
}

// dealt is what the loader deals this process of each mini-batch.
func (s *Spec) dealt() datasets.Share {
	if s.Group == nil {
		return datasets.Share{}
	}
	return datasets.Share{Rank: s.Group.Rank(), Size: s.Group.Size()}
}

// Fact is something that all the processes of a run must have the same of.
type Fact struct{ Name, Value string }

// interruptedElsewhere reports whether another process of the run was told to end. A
// launcher tells all of them: the reason is here in a moment.
func interruptedElsewhere(ctx context.Context, err error) bool {
	elsewhere := (*trainer.InterruptedError)(nil)
	if !errors.As(err, &elsewhere) {
		return false
	}
	select {
	case <-ctx.Done():
	case <-time.After(300 * time.Millisecond):
	}
	return true
}

// Facts are what processes compare before the first step: the program, every setting, the
// data and the model.
func (r *Run) Facts() []Fact {
	e := Environment(r.started)
	list := []Fact{{"the version of gokfac", e.Version}, {"the kernels (GOKFAC_ISA in the environment chooses them)", e.Kernels}}
	for _, f := range configOf(r.Spec) {
		if name := strings.ReplaceAll(f.Name, "_", "-"); !slices.Contains([]string{"data-dir", "download", "load"}, name) {
			list = append(list, Fact{Word(name), fmt.Sprint(f.Value)})
		}
	}
	return append(list, Fact{"the data set", r.Data.Name}, Fact{"the digest of the data", r.digest()},
		Fact{"the number of parameters", fmt.Sprint(r.params())}, Fact{"the number of steps", fmt.Sprint(r.Total)})
}

// Assist makes the run's Fit that of a process which keeps nothing, beside one that does:
// both restore the same states. state is the other's, where it goes on with a run.
func (r *Run) Assist(state []byte) error {
	t := r.trainer
	if len(state) == 0 {
		return nil
	}
	t.Keep = append(t.Keep, trainer.Kept{Name: CheckpointsPart, State: &trainer.Checkpointer{Trainer: t}})
	return t.UnmarshalBinary(state)
}

// CheckpointsPart is the name under which a run's state has what its Checkpointer knows.
const CheckpointsPart = "checkpoints"
