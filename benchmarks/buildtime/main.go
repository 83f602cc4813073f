// Buildtime says what a build's packages cost: processor seconds of the compiler, assembler and linker by module, from a file
// that go build -debug-actiongraph=FILE wrote with an empty cache. Compare totals of one machine only.
//
//	GOCACHE=$(mktemp -d) go build -debug-actiongraph=actions.json -o /dev/null ./cmd/train
//	(cd benchmarks && go run ./buildtime ../actions.json)
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// action is what is read of an action of the go command.
type action struct {
	Mode, Package   string
	CmdUser, CmdSys time.Duration
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "buildtime:", err)
		os.Exit(1)
	}
}

func run(files []string) error {
	if len(files) == 0 {
		return fmt.Errorf("no file: want those of go build -debug-actiongraph=FILE")
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		var actions []action
		if err := json.Unmarshal(b, &actions); err != nil {
			return fmt.Errorf("%s: not of go build -debug-actiongraph: %w", file, err)
		}
		fmt.Println(file)
		report(actions)
	}
	return nil
}

func report(actions []action) {
	seconds, packages := map[string]float64{}, map[string]int{}
	total, built := 0.0, 0
	for _, a := range actions {
		var name string
		switch a.Mode {
		case "build":
			name = module(a.Package)
		case "link":
			name = "(link)"
		default:
			continue
		}
		s := (a.CmdUser + a.CmdSys).Seconds()
		seconds[name] += s
		packages[name]++
		total += s
		built++
	}
	names := make([]string, 0, len(seconds))
	for name := range seconds {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		if seconds[a] != seconds[b] {
			if seconds[a] > seconds[b] {
				return -1
			}
			return 1
		}
		return strings.Compare(a, b)
	})
	for _, name := range names {
		fmt.Printf("%7.2f s %4d %s\n", seconds[name], packages[name], name)
	}
	fmt.Printf("%7.2f s %4d in all\n", total, built)
}

// module guesses the module of a package from its path; the network's part of the standard library is apart.
func module(path string) string {
	parts := strings.Split(path, "/")
	switch {
	case strings.HasPrefix(path, "vendor/"), parts[0] == "net", parts[0] == "crypto" && len(parts) > 1:
		return "std: network, cryptography"
	case !strings.Contains(parts[0], "."):
		return "std"
	}
	depth := 3
	if parts[0] == "gorgonia.org" || strings.HasPrefix(path, "google.golang.org/") || strings.HasPrefix(path, "go4.org/") {
		depth = 2
	}
	return strings.Join(parts[:min(depth, len(parts))], "/")
}
