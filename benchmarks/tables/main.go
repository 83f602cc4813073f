package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/gokfac/gokfac/internal/results"
)

var optimizers = []string{"kfac", "adam", "sgd"}

func main() {
	seeds := flag.Int("seeds", 3, "runs of each optimizer in a cell")
	hidden := flag.String("hidden", "64,64", "hidden layers")
	least := flag.Int("least", -1, "cells that K-FAC must hold in, for exit status 0 (default all)")
	markdown := flag.Bool("markdown", false, "print a table in Markdown")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: tables [flags] DIR, with tables as .csv in DIR")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 1 || *seeds < 1 {
		flag.Usage()
		os.Exit(2)
	}
	held, cells, err := sweep(flag.Arg(0), *seeds, *hidden, *markdown)
	if err != nil {
		fmt.Fprintf(os.Stderr, "tables: %v\n", err)
	}
	if *least < 0 {
		*least = cells
	}
	if err != nil || held < *least {
		os.Exit(1)
	}
}

// sweep tries every cell and counts those that K-FAC holds in.
func sweep(dir string, seeds int, hidden string, markdown bool) (held, tried int, err error) {
	cells, err := cellsOf(dir)
	if err != nil {
		return 0, 0, err
	}
	temp, err := os.MkdirTemp("", "tables")
	if err != nil {
		return 0, 0, err
	}
	defer os.RemoveAll(temp)
	binary := filepath.Join(temp, "train")
	if err := build(binary); err != nil {
		return 0, 0, err
	}
	for i, c := range cells {
		args := []string{"-compare", "kfac,adam,sgd", "-seeds", fmt.Sprint(seeds), "-dataset", c.path, "-hidden", hidden,
			"-epochs", fmt.Sprint(c.epochs), "-progress", "none", "-json", "-out", filepath.Join(temp, fmt.Sprint(i))}
		if c.batch > 0 {
			args = append(args, "-batch-size", fmt.Sprint(c.batch))
		}
		byOptimizer, err := compare(binary, args)
		if err != nil {
			return 0, 0, fmt.Errorf("%s, batch %s: %w", c.name(), c.size(), err)
		}
		kfac, adam, sgd := outcomeOf(byOptimizer["kfac"]), outcomeOf(byOptimizer["adam"]), outcomeOf(byOptimizer["sgd"])
		ok := holds(c, kfac, adam, sgd)
		if ok {
			held++
		}
		printRow(i, c, kfac, adam, sgd, ok, markdown)
	}
	fmt.Printf("\nK-FAC holds in %d of %d cells\n", held, len(cells))
	return held, len(cells), nil
}

// build makes cmd/train, in its own module: this one does not have all that it
// is made of.
func build(binary string) error {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/gokfac/gokfac").Output()
	if err != nil {
		return fmt.Errorf("finding cmd/train: %w", err)
	}
	command := exec.Command("go", "build", "-o", binary, "./cmd/train")
	command.Dir = strings.TrimSpace(string(dir))
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("building cmd/train: %w\n%s", err, out)
	}
	return nil
}

// compare runs cmd/train and sorts its runs by optimizer.
func compare(binary string, args []string) (map[string][]*results.Run, error) {
	out, err := exec.Command(binary, args...).Output()
	if failed := (*exec.ExitError)(nil); errors.As(err, &failed) {
		return nil, fmt.Errorf("%w: %s", err, failed.Stderr)
	}
	if err != nil {
		return nil, err
	}
	var comparison struct{ Runs []*results.Run }
	if err := json.Unmarshal(out, &comparison); err != nil {
		return nil, err
	}
	by := map[string][]*results.Run{}
	for _, run := range comparison.Runs {
		by[run.Optimizer] = append(by[run.Optimizer], run)
	}
	for _, name := range optimizers {
		if len(by[name]) == 0 {
			return nil, errors.New("no runs of " + name)
		}
	}
	return by, nil
}

func printRow(i int, c cell, kfac, adam, sgd outcome, ok, markdown bool) {
	word := "holds"
	if !ok {
		word = "fails"
	}
	note := ""
	if n := kfac.diverged + kfac.rose; n > 0 {
		note = fmt.Sprintf(", %d diverged or rose", n)
	}
	if markdown {
		if i == 0 {
			fmt.Println("| table | batch | K-FAC: median (worst), greatest last training loss | Adam | SGD | |")
			fmt.Println("|---|---|---|---|---|---|")
		}
		fmt.Printf("| %s | %s | %.3f (%.3f), %.2g%s | %.3f | %.3f | %s |\n",
			c.name(), c.size(), kfac.median, kfac.worst, kfac.loss, note, adam.median, sgd.median, word)
		return
	}
	fmt.Printf("%s  %-20s batch %-7s epochs %-4d  kfac %.3f (worst %.3f, last train loss %.2g%s)  adam %.3f  sgd %.3f\n",
		word, c.name(), c.size(), c.epochs, kfac.median, kfac.worst, kfac.loss, note, adam.median, sgd.median)
}
