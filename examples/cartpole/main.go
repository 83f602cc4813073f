// Command cartpole compares methods that improve a policy: natural gradients (TRPO, ACKTR)
// with the plain policy gradient, the same with Adam, and PPO, by the environment steps that
// they take.
//
//	go run ./examples/cartpole                        # all methods, 5 seeds: half a minute on 2 cores
//	go run ./examples/cartpole -method trpo -seeds 1
//	go run ./examples/cartpole -env pendulum
//	go run ./examples/cartpole -svg cartpole.svg      # and the curves of returns
//
// A run ends when the average return of 100 episodes reaches the environment's target (475
// for CartPole), and with -svg or -png at -steps, for curves of one length. The table has
// two numbers of steps: when the target was reached, and when the first of these 100
// episodes ended. What lies between is the proof, of 100 episodes of nearly 500 steps each.
//
// Every method has the settings that policy.Methods gives it, the same for all environments.
// Observations are those of the environment. With -scaled the networks see them less their
// running mean, over their running deviation.
//
// # What to expect
//
// Medians of 5 seeds, seeds 1 to 5: the steps to the target and, in brackets, to the end of
// the first of its 100 episodes.
//
//	         cartpole                          acrobot                            pendulum
//	         as they are      scaled           as they are      scaled            as they are         scaled
//	pg       97,760 (49,632)  50,144 (1,432)   12,832 (3,152)   19,264 (9,224)    not in 200,000      not in 200,000
//	pg-adam  66,512 (17,488)  52,016 (3,336)   15,120 (5,376)   20,472 (10,728)   142,400 (123,200)   184,000 (164,800)
//	ppo      53,592 (4,832)   53,256 (4,216)   13,704 (4,032)   17,240 (7,544)    92,800 (72,000)     80,000 (60,800)
//	trpo     55,640 (7,544)   54,728 (5,688)   24,712 (14,968)  33,944 (23,960)   52,800 (33,600)     51,200 (32,000)
//	acktr    57,024 (9,176)   52,304 (4,056)   20,360 (9,992)   24,408 (14,608)   54,400 (35,200)     56,000 (36,800)
//
// CartPole's proof takes 47,500 steps, 100 episodes with an average of 475, whatever the
// method: nearly half of the plain gradient's 97,760. Up to the proof TRPO and ACKTR take a sixth and a fifth of the
// plain gradient's steps where observations have different scales, and more than it takes
// where they have the same. A natural gradient depends little on the scale of its inputs, a
// plain one much. PPO is ahead of both on CartPole as it is, and the plain gradient on
// Acrobot. On Pendulum, whose actions are real numbers, natural gradients take the fewest
// steps, and less than half of the plain gradient's with Adam.
//
// docs/figures/cartpole.svg and cartpole-pendulum.svg are
//
//	go run ./examples/cartpole -steps 100000 -svg docs/figures/cartpole.svg
//	go run ./examples/cartpole -env pendulum -scaled -seeds 3 -steps 150000 -svg docs/figures/cartpole-pendulum.svg
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/gokfac/gokfac/natural/control"
	"github.com/gokfac/gokfac/natural/policy"
)

// options are the command's flags.
type options struct {
	methods          []policy.Kind
	environment      control.Kind
	seeds, steps     int
	first            uint64
	scaled           bool
	pngPath, svgPath string
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
	f.StringVar(&o.pngPath, "png", "", "draw the curves to this PNG file")
	f.StringVar(&o.svgPath, "svg", "", "draw the curves to this SVG file")
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
	for _, path := range []string{o.pngPath, o.svgPath} { // an error before the work, not after it
		if path == "" {
			continue
		}
		if info, err := os.Stat(filepath.Dir(path)); err != nil || !info.IsDir() {
			return o, fmt.Errorf("%s: %s is no directory", path, filepath.Dir(path))
		}
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			return o, fmt.Errorf("%s is a directory: want the name of a file", path)
		}
	}
	var err error
	if o.environment, err = control.Find(environment); err != nil {
		return o, fmt.Errorf("-env: %s", strings.TrimPrefix(err.Error(), "control: "))
	}
	if method == "all" {
		o.methods = policy.Methods()
		return o, nil
	}
	for name := range strings.SplitSeq(method, ",") {
		kind, err := policy.Find(name)
		if err != nil {
			return o, fmt.Errorf("-method: %s", strings.TrimPrefix(err.Error(), "policy: "))
		}
		o.methods = append(o.methods, kind)
	}
	return o, nil
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
