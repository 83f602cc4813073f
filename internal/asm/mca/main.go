package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// architecture is what differs between arm64 and amd64.
type architecture struct {
	name, triple, set string
	processors        []processor
	work              func(loop) work
}

var architectures = []architecture{
	{"arm64", "aarch64-linux-gnu", "neon", arm64Processors, workARM},
	{"amd64", "x86_64-linux-gnu", "avx2", amd64Processors, workX86},
}

func main() {
	log.SetFlags(0)
	arch := flag.String("arch", "arm64", "arm64 or amd64")
	set := flag.String("set", "", "the end of the kernels' names (default: neon, avx2)")
	pattern := flag.String("kernels", "", "only kernels whose names contain this")
	version := flag.String("llvm", "", "the version of LLVM (default: the newest installed)")
	inMarkdown := flag.Bool("markdown", false, "print one table of Markdown, docs/performance.md's")
	show := flag.Bool("show", false, "print the loops as well")
	compare := flag.Bool("measured", false, "read the output of go test -bench of products, and print it beside the document's predictions")
	root := flag.String("root", "../..", "the folder of the module gokfac")
	flag.Parse()
	at := slices.IndexFunc(architectures, func(a architecture) bool { return a.name == *arch })
	if at < 0 || flag.NArg() > 0 {
		log.Fatalf("mca: -arch %s %s: want arm64 or amd64, and no arguments", *arch, strings.Join(flag.Args(), " "))
	}
	a := architectures[at]
	if *set != "" {
		a.set = *set
	}
	if *compare {
		if err := measured(os.Stdout, os.Stdin, *root, clock()); err != nil {
			log.Fatalf("mca: %v", err)
		}
		return
	}
	l, err := findLLVM(*version)
	if err != nil {
		log.Fatalf("mca: skipped: %v", err)
	}
	kernels, err := l.kernels(a, *root, *pattern)
	switch {
	case err != nil:
	case *inMarkdown:
		err = l.markdown(os.Stdout, a, kernels)
	default:
		err = l.report(os.Stdout, a, kernels, *show)
	}
	if err != nil {
		log.Fatalf("mca: %v", err)
	}
}

// kernel is the busiest loop of a function.
type kernel struct {
	name    string // with its package
	element int    // bytes of a value
	loop    loop
	work
}

// kernels finds the kernels of all packages that have assembly of this architecture.
func (l llvm) kernels(a architecture, root, pattern string) ([]kernel, error) {
	files, err := filepath.Glob(filepath.Join(root, "internal", "*", "*_"+a.name+".s"))
	if err != nil {
		return nil, err
	}
	folders := make([]string, len(files))
	for i, file := range files {
		folders[i] = filepath.Dir(file)
	}
	folders = slices.Compact(folders)
	temporary, err := os.MkdirTemp("", "mca")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(temporary)
	var kernels []kernel
	for _, folder := range folders {
		binary := filepath.Join(temporary, filepath.Base(folder))
		if err := buildTests(folder, a.name, binary); err != nil {
			return nil, err
		}
		found, err := l.kernelsOf(a, binary, func(name string) bool {
			return strings.HasSuffix(name, a.set) && strings.Contains(name, pattern)
		})
		if err != nil {
			return nil, err
		}
		kernels = append(kernels, found...)
	}
	if len(kernels) == 0 {
		return nil, fmt.Errorf("no function of a package with assembly for %s ends in %q and contains %q", a.name, a.set, pattern)
	}
	return kernels, nil
}

// kernelsOf finds the kernels of a binary. Functions without a loop are left out.
func (l llvm) kernelsOf(a architecture, binary string, wanted func(string) bool) ([]kernel, error) {
	names, err := symbols(binary, func(name string) bool {
		function, assembly := strings.CutSuffix(name, ".abi0")
		return assembly && wanted(function[strings.LastIndex(function, "/")+1:])
	})
	if err != nil || len(names) == 0 {
		return nil, err
	}
	functions, err := l.disassemble(binary, names)
	if err != nil {
		return nil, err
	}
	var kernels []kernel
	for _, name := range names {
		if body, ok := busiest(innermost(functions[name]), a.work); ok {
			short := strings.TrimSuffix(name[strings.LastIndex(name, "/")+1:], ".abi0")
			kernels = append(kernels, kernel{name: short, element: elementOf(name, names), loop: body, work: a.work(body)})
		}
	}
	return kernels, nil
}

// elementOf is the bytes of a value of a kernel: 8 for sum64neon, and for dsumneon where there is an ssumneon.
func elementOf(name string, all []string) int {
	dot := strings.LastIndex(name[:len(name)-len(".abi0")], ".") + 1
	function, double := strings.CutPrefix(name[dot:], "d")
	if strings.Contains(name[dot:], "64") || double && slices.Contains(all, name[:dot]+"s"+function) {
		return 8
	}
	return 4
}

// report prints a table for each processor.
func (l llvm) report(w io.Writer, a architecture, kernels []kernel, show bool) error {
	loops := make([]loop, len(kernels))
	for i, k := range kernels {
		loops[i] = k.loop
		if !show {
			continue
		}
		fmt.Fprintf(w, "%s:\n", k.name)
		for _, in := range k.loop {
			fmt.Fprintf(w, "\t%s\n", in.text)
		}
	}
	for _, p := range a.processors {
		s, err := l.simulate(loops, a.triple, p)
		if err != nil {
			return err
		}
		if len(s.cycles) != len(kernels) {
			return errors.New("a loop is missing")
		}
		table(w, filepath.Base(l.mca), p, s, kernels)
	}
	if a.name == "arm64" {
		boundsOf(w, m1, kernels)
	}
	return nil
}
