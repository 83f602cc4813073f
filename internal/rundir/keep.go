package rundir

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/gokfac/gokfac/internal/job"
	"github.com/gokfac/gokfac/trainer"
)

// leastTime is the least time between two checkpoints where no number of steps is
// asked for: short epochs are not to wait for the disk.
const leastTime = 30 * time.Second

// Options say how much is kept of a run.
type Options struct {
	Every  int // steps between two checkpoints; 0: at evaluations, leastTime apart
	Newest int // checkpoints left beside the best; 0: the Checkpointer's default

	TensorBoard bool // write its event files as well
}

// Keeper keeps a run in a directory.
type Keeper struct {
	*Dir
	State   string // the checkpoint that the run goes on from; empty: it begins
	run     *job.Run
	saver   *trainer.Checkpointer
	closers []io.Closer
}

// Keep writes what a new run is to be, and hooks what is kept into the run. It comes
// before the run's Fit; an error means that nothing can be kept there.
func (d *Dir) Keep(r *job.Run, o Options) (*Keeper, error) {
	config := r.ConfigOf()
	if err := d.writeJSON(ConfigFile, config); err != nil {
		return nil, err
	}
	return d.keeper(r, o, config, false), nil
}

// keeper hooks what is kept into the run, the checkpoints last.
func (d *Dir) keeper(r *job.Run, o Options, config *job.Config, resumed bool) *Keeper {
	k := &Keeper{Dir: d, run: r}
	k.log(o, config, resumed)
	t := r.Trainer()
	t.FinishSteps = true
	k.saver = &trainer.Checkpointer{
		Trainer: t, Dir: filepath.Join(d.Path, states), Every: o.Every, Least: leastTime, Newest: o.Newest,
		Best: r.Spec.Judge(), OnError: d.problem,
	}
	t.Keep = append(t.Keep, trainer.Kept{Name: job.CheckpointsPart, State: k.saver})
	r.Hook(k.saver.Callback)
	return k
}

// Resume makes the run's Fit go on where the directory's newest whole checkpoint was
// taken. It returns the steps that were taken by then, 0 without a checkpoint.
// Checkpoints that are damaged are told of, and passed over. A run whose settings have
// changed has another configuration from here on.
func (d *Dir) Resume(r *job.Run, o Options, changed bool) (k *Keeper, steps int, err error) {
	if files, _ := filepath.Glob(filepath.Join(escaped(d.Path), "events.out.tfevents.*")); len(files) > 0 {
		o.TensorBoard = true // as the run began
	}
	config := r.ConfigOf()
	k = d.keeper(r, o, config, true)
	file, skipped, err := r.Trainer().Resume(filepath.Join(d.Path, states))
	if err != nil {
		return nil, 0, fmt.Errorf("⟨resume⟩: %w", err)
	}
	if skipped != nil {
		d.tell(skipped)
	}
	if changed { // what is in force from here on
		if err := d.writeJSON(ConfigFile, config); err != nil {
			return nil, 0, err
		}
	}
	if file == "" {
		d.tell(fmt.Errorf("%s has no checkpoint: the run begins at the beginning", filepath.Join(d.Path, states)))
		return k, 0, nil
	}
	k.State = file
	return k, max(trainer.CheckpointStep(file), 0), nil // the best has no number in its name
}

// escaped is a path for a pattern.
func escaped(path string) string {
	return strings.NewReplacer("[", `\[`, "*", `\*`, "?", `\?`, `\`, `\\`).Replace(path)
}

// Close ends the logs, and lets another command work in the directory.
func (k *Keeper) Close() error {
	var err error
	for _, c := range k.closers {
		err = errors.Join(err, c.Close())
	}
	return errors.Join(err, k.Dir.Close())
}

// Interrupted saves a run whose context has ended. It returns the checkpoint's step;
// −1: the run could not be saved now, and earlier checkpoints are as they were.
func (k *Keeper) Interrupted() int {
	err := k.saver.Save()
	if errors.Is(err, trainer.ErrBetweenSteps) {
		return -1
	}
	if err != nil {
		k.problem(err)
		return -1
	}
	return k.run.Steps()
}
