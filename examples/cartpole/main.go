// Command cartpole compares methods that improve a policy: natural gradients (TRPO, ACKTR)
// with the plain policy gradient, the same with Adam, and PPO, by the environment steps that
// they take.
//
//	go run ./examples/cartpole                        # all methods, 5 seeds: half a minute on 2 cores
//	go run ./examples/cartpole -method trpo -seeds 1
//	go run ./examples/cartpole -env pendulum
//	go run ./examples/cartpole -out pictures          # and the curves of returns, pictures/cartpole.svg
//
// A run ends when the average return of 100 episodes reaches the environment's target (475
// for CartPole), and with -out at -steps, for curves of one length. The table has two
// numbers of steps: when the target was reached, and when the first of these 100 episodes
// ended. What lies between is the proof, of 100 episodes of nearly 500 steps each.
//
// Every method has the settings that policy.Methods gives it, the same for all environments.
// Observations are those of the environment. With -scaled the networks see them less their
// running mean, over their running deviation.
//
// On CartPole as it is TRPO and ACKTR take less than half of the plain gradient's steps, and
// on Pendulum a third of those with Adam. The plain gradient wins on Acrobot and on scaled
// CartPole. See docs/policies.md, which has the tables and the commands of the pictures.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/gokfac/gokfac/internal/figures"
	"github.com/gokfac/gokfac/natural/control"
	"github.com/gokfac/gokfac/natural/policy"
)

// options are the command's flags.
type options struct {
	methods      []policy.Kind
	environment  control.Kind
	seeds, steps int
	first        uint64
	scaled       bool
	out          string
}

func main() {
	o, err := parse(os.Args[1:], os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return
	case err != nil:
		fmt.Fprintln(os.Stderr, "cartpole:", err)
		os.Exit(2)
	}
	if err := run(context.Background(), o, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "cartpole:", err)
		os.Exit(1)
	}
}

// parse reads the flags. An error is one line.
func parse(args []string, help io.Writer) (options, error) {
	var o options
	var method, environment string
	f := flag.NewFlagSet("cartpole", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar(&method, "method", "all", "method: "+strings.Join(names(), ", ")+", some of them with commas between, or all")
	f.StringVar(&environment, "env", "cartpole", "environment: cartpole, acrobot or pendulum")
	f.IntVar(&o.seeds, "seeds", 5, "runs of each method")
	f.Uint64Var(&o.first, "seed", 1, "seed of the first run; others count on")
	f.IntVar(&o.steps, "steps", 200_000, "most environment steps of a run")
	f.BoolVar(&o.scaled, "scaled", false, "show the networks observations over their running deviations")
	f.StringVar(&o.out, "out", "", "directory for the picture, made if there is none; empty: none")
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			f.SetOutput(help)
			f.Usage()
		}
		return o, err
	}
	if f.NArg() > 0 {
		return o, fmt.Errorf("unexpected argument %.40q", f.Arg(0))
	}
	if o.seeds < 1 || o.steps < 1 {
		return o, fmt.Errorf("-seeds %d -steps %d: want positive numbers", o.seeds, o.steps)
	}
	const most = 10_000
	if o.seeds > most {
		return o, fmt.Errorf("-seeds %d: want %d or fewer", o.seeds, most)
	}
	if last := o.first + uint64(o.seeds-1); last < o.first {
		return o, fmt.Errorf("-seed %d -seeds %d: the last seed is too large", o.first, o.seeds)
	}
	var err error
	if o.environment, err = control.Find(environment); err != nil {
		return o, fmt.Errorf("-env: %s", strings.TrimPrefix(err.Error(), "control: "))
	}
	if o.methods, err = chosen(method); err != nil {
		return o, err
	}
	if err := figures.MakeDirectory(o.out); err != nil {
		return o, fmt.Errorf("-out: %w", err)
	}
	return o, nil
}

// chosen are the methods that -method names.
func chosen(flag string) ([]policy.Kind, error) {
	if flag == "all" {
		return policy.Methods(), nil
	}
	var kinds []policy.Kind
	for name := range strings.SplitSeq(flag, ",") {
		kind, err := policy.Find(name)
		if err != nil {
			return nil, fmt.Errorf("-method: %s", strings.TrimPrefix(err.Error(), "policy: "))
		}
		kinds = append(kinds, kind)
	}
	return kinds, nil
}

func names() (all []string) {
	for _, k := range policy.Methods() {
		all = append(all, k.Name)
	}
	return all
}

// run compares the methods, and writes progress to one and the table to the other writer.
func run(ctx context.Context, o options, table, progress io.Writer) error {
	runs, err := compare(ctx, o, progress)
	if err != nil {
		return err
	}
	report(table, o, runs)
	return draw(o, runs)
}
