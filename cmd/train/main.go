package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"github.com/gokfac/gokfac/internal/isa"
	"github.com/gokfac/gokfac/internal/memory"
)

func main() {
	memory.Claim()
	ctx, cancel := context.WithCancelCause(context.Background())
	memory.Restrain(ctx)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		s := <-signals
		// The second signal finds the system's handler, which kills at once.
		signal.Reset()
		cancel(&signalError{s})
	}()
	os.Exit(started().run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run is the command. It returns the exit status.
func (l launch) run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	a := &account{}
	err := a.attend(ctx, func() error { return l.carry(ctx, a, args, stdout, stderr) })
	return exitStatus(say(err, stderr))
}

// say writes an error that nobody has told yet.
func say(err error, stderr io.Writer) error {
	if told := (*statusError)(nil); err == nil || errors.As(err, &told) {
		return err
	}
	fmt.Fprintf(stderr, "train: %s\n", message(err))
	return &statusError{exitStatus(err)}
}

// carryOut does what the command line asks for, as one of p.
func carryOut(ctx context.Context, l launch, p *processes, a *account, args []string, stdout, stderr io.Writer) error {
	c, err := parse(args, p)
	if err == nil {
		err = c.checkProcesses(l)
	}
	err = p.agree(err)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return printHelp(stdout)
	case err != nil:
		return err
	case c.version:
		// With an error if the environment asks for kernels that there are not.
		return errors.Join(printVersion(stdout), isa.Check())
	case c.list:
		return printList(stdout)
	case c.completion != "":
		return printCompletion(c.completion, stdout)
	}
	if err := p.agree(isa.Check()); err != nil {
		return err
	}
	ctx, restore, err := c.divide(ctx, p)
	if err != nil {
		return err
	}
	defer restore()
	if p.rank() > 0 {
		c.cpuProfile, c.memProfile = "", ""
	}
	profiles, err := startProfiles(c.cpuProfile, c.memProfile)
	if err = p.agree(err); err != nil {
		return err
	}
	c.account = a
	stop := sync.OnceValue(profiles.stop)
	a.atEnd(stop)
	err = c.begin(ctx, stdout, stderr)
	return errors.Join(err, stop())
}

// begin makes a run, or several.
func (c *command) begin(ctx context.Context, stdout, stderr io.Writer) error {
	switch {
	case c.given["compare"]:
		return c.comparison(ctx, stdout, stderr)
	case c.given["tune"]:
		return c.searching(ctx, stdout, stderr)
	}
	if c.serve != "" {
		return c.serveRuns(ctx, stderr)
	}
	if c.eval {
		return c.evaluate(ctx, stdout, stderr)
	}
	if c.predict != "" {
		return c.predictRows(ctx, stdout, stderr)
	}
	if c.exportsKept() {
		return c.exportKept(stderr)
	}
	return c.train(ctx, stdout, stderr)
}
