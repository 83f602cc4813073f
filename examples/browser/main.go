//go:build !js

// Command browser serves a page that trains in the browser: one network twice on the built-in digits, with K-FAC and with
// Adam, with curves while they train. The same directory is the program that the page runs, for js/wasm: the go command
// builds it when the server starts.
//
//	go run ./examples/browser                       # prints the page's address, ends with Ctrl-C
//	go run ./examples/browser -addr 127.0.0.1:9000
//	go run ./examples/browser -out site             # writes the page's files for any web server, and ends
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// usual is the address where nobody asks for another one. If its port is taken, any free port is.
const usual = "127.0.0.1:8080"

func main() {
	addr := flag.String("addr", "", "where to serve the page, HOST:PORT on this machine; port 0: a free one (default "+usual+", or a free port)")
	out := flag.String("out", "", "write the page's files to a directory and end")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var err error
	switch {
	case flag.NArg() > 0:
		err = fmt.Errorf("%q: want flags only: -addr and -out", flag.Arg(0))
	case *out != "":
		err = export(ctx, os.Stdout, *out)
	default:
		err = run(ctx, os.Stdout, *addr)
	}
	if err != nil && ctx.Err() == nil {
		fmt.Fprintln(os.Stderr, "browser:", err)
		os.Exit(1)
	}
}

// run builds the program and serves the page until ctx ends.
func run(ctx context.Context, out io.Writer, addr string) error {
	listener, err := listen(addr) // before minutes of building
	if err != nil {
		return err
	}
	defer listener.Close()
	fmt.Fprintln(out, "building the program for the browser; the first time takes a minute")
	site, err := newSite(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "the page: http://%s/ (Ctrl-C ends it)\n", listener.Addr())
	return serve(ctx, listener, site)
}
