package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"sync"
	"syscall"

	"github.com/gokfac/gokfac/internal/isa"
	"github.com/gokfac/gokfac/internal/memory"
)

func main() {
	memory.Restrain()
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		s := <-signals
		// The second signal finds the system's handler, which kills at once.
		signal.Reset()
		cancel(&interruptedError{signal: s})
	}()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run is the command. It returns the exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	a := &account{}
	err := a.attend(ctx, func() error { return command(ctx, a, args, stdout, stderr) })
	if err != nil {
		fmt.Fprintf(stderr, "train: %s\n", message(err))
	}
	return exitStatus(err)
}

func command(ctx context.Context, a *account, args []string, stdout, stderr io.Writer) error {
	s, err := parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return printHelp(stdout)
	case err != nil:
		return err
	case s.version:
		// With an error if the environment asks for kernels that there are not.
		return errors.Join(printVersion(stdout), isa.Check())
	case s.list:
		return printList(stdout)
	}
	if err := isa.Check(); err != nil {
		return err
	}
	if s.workers > 0 {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(s.workers))
	}
	s.workers = runtime.GOMAXPROCS(0)
	profiles, err := startProfiles(s.cpuProfile, s.memProfile)
	if err != nil {
		return err
	}
	s.account = a
	stop := sync.OnceValue(profiles.stop)
	a.atEnd(stop)
	err = begin(ctx, s, stdout, stderr)
	return errors.Join(err, stop())
}

// begin does what s asks for.
func begin(ctx context.Context, s *settings, stdout, stderr io.Writer) error {
	switch {
	case s.given["compare"]:
		return compare(ctx, s, stdout, stderr)
	case s.given["tune"]:
		return tune(ctx, s, stdout, stderr)
	}
	return train(ctx, s, stdout, stderr)
}
