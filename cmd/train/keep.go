package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/gokfac/gokfac/internal/job"
	"github.com/gokfac/gokfac/internal/rundir"
	"github.com/gokfac/gokfac/internal/study/experiment"
)

// keeping is what is kept of a run; nil: nothing.
type keeping struct {
	*rundir.Keeper
	w       io.Writer // of messages
	options rundir.Options

	processes *processes // that make the run
	shown     bool       // messages are wanted that are no warnings
	begun     int        // steps that had been taken before
	longer    bool       // than the run was to be
}

// keep makes the run's directory, or opens the one that it goes on in. A directory
// that nobody asked for by name and that cannot be made is a problem that is told of,
// and no reason not to train.
func (c *command) keep(r *job.Run, stderr io.Writer) (k *keeping, problem, err error) {
	if c.out == nothing || c.spec.DryRun {
		return nil, nil, nil
	}
	options := rundir.Options{Every: c.checkpointEvery, Newest: c.newest, TensorBoard: c.tensorboard}
	k = &keeping{w: stderr, options: options, processes: c.processes, shown: progressMode(c.progress, stderr) != "none"}
	var dir *rundir.Dir
	switch {
	case c.resume != "":
		dir, err = rundir.Open(c.resume)
	case c.out != "":
		dir, err = rundir.Create(c.out)
	default:
		dir, err = rundir.CreateNew(rundir.Root, fmt.Sprintf("%s-%s-%s", r.Spec.Model, experiment.Slug(r.Data.Name), r.Spec.Optimizer))
	}
	if err == nil {
		dir.Tell(k.tell)
		if c.resume != "" {
			more := prolonged(c.asked)
			r.Trainer().GoOn, k.longer = more, c.asked.Has("epochs") || c.asked.Has("max-steps")
			k.Keeper, k.begun, err = dir.Resume(r, options, more || r.Spec.Moved)
		} else {
			k.Keeper, err = dir.Keep(r, options)
		}
		if err != nil {
			err = errors.Join(err, dir.Close())
		}
	}
	if err != nil && c.out == "" && c.resume == "" {
		problem = fmt.Errorf("nothing of the run is kept: %w", err)
		k.tell(fmt.Errorf("%w; name another directory by -out, or -out none", problem))
		return nil, problem, nil
	}
	if err != nil {
		return nil, nil, err
	}
	return k, nil, nil
}

// tell shows a problem at once.
func (k *keeping) tell(problem error) {
	fmt.Fprintf(k.w, "warning: %s\n", message(problem))
}

// state is what the run goes on from; nil: it begins.
func (k *keeping) state() ([]byte, error) {
	if k == nil || k.State == "" {
		return nil, nil
	}
	return os.ReadFile(k.State)
}

// interrupted saves the run, and says how to go on.
func (k *keeping) interrupted() {
	if k == nil {
		return
	}
	again := k.again()
	if step := k.Interrupted(); step >= 0 {
		fmt.Fprintf(k.w, "saved at step %d; go on with: %s\n", step, again)
		return
	}
	fmt.Fprintf(k.w, "not saved at this step; go on from the checkpoint before with: %s\n", again)
}

// again is the command that goes on with the run.
func (k *keeping) again() string {
	args := []string{"-resume", k.Path}
	if k.options.Every > 0 {
		args = append(args, "-checkpoint-every", fmt.Sprint(k.options.Every))
	}
	if k.options.Newest > 0 {
		args = append(args, "-keep", fmt.Sprint(k.options.Newest))
	}
	return k.processes.command(program + commandLine(args))
}

// finish keeps what there is at the end of a run, nil for one that failed, and lets
// others into its directory. A signal in the middle of the report is an interruption.
func (k *keeping) finish(ctx context.Context, r *job.Run) error {
	if k == nil {
		return nil
	}
	var interrupted error
	if r != nil {
		over := ctx.Err() == nil
		if k.Finish(ctx, r); over && ctx.Err() != nil {
			fmt.Fprintf(k.w, "the run has ended, but for its report; make that with: %s\n", k.processes.command(program+commandLine([]string{"-resume", k.Path})))
			interrupted = job.Interrupted(ctx, r.Steps())
		}
		if report := filepath.Join(k.Path, rundir.ReportFile); k.shown && ctx.Err() == nil && k.Failed() == nil {
			fmt.Fprintf(k.w, "report: %s\n\n", report)
		}
	}
	return errors.Join(interrupted, k.Failed(), k.Close())
}
