package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/gokfac/gokfac/kfac"
)

// setting is one line of the configuration in force.
type setting struct {
	group string
	flag  string // without its dash
	value any    // as JSON has it
}

// inForce lists the configuration once resolve has been called. What does not
// apply to the optimizer or model is left out.
func (s *settings) inForce() []setting {
	list := []setting{
		{"model", "model", s.model}, {"model", "hidden", s.hidden}, {"model", "act", s.act}, {"model", "init", s.init},
	}
	if s.model == "mlp" {
		list = append(list, setting{"model", "dropout", s.dropout})
	}
	list = append(list,
		setting{"data", "dataset", s.dataset}, setting{"data", "data-dir", s.dataDir}, setting{"data", "download", s.download},
		setting{"data", "label-column", s.columns.Label}, setting{"data", "target-columns", strings.Join(s.columns.Targets, ",")},
		setting{"data", "validation", s.validation},
		setting{"training", "opt", s.opt}, setting{"training", "epochs", s.epochs}, setting{"training", "max-steps", s.maxSteps},
		setting{"training", "batch-size", s.batch}, setting{"training", "lr", s.lr},
	)
	if s.opt == "sgd" || s.opt == "kfac" && s.kfac.Mode == kfac.Fixed {
		list = append(list, setting{"training", "momentum", orOff(s.momentum)})
	}
	list = append(list,
		setting{"training", "schedule", s.schedule}, setting{"training", "warmup-steps", s.warmup},
		setting{"training", "weight-decay", s.weightDecay}, setting{"training", "l2", s.l2}, setting{"training", "clip-grad", s.clip},
		setting{"run", "target", s.targetText()}, setting{"run", "eval-every", s.evalEvery}, setting{"run", "patience", s.patience}, setting{"run", "seed", s.seed},
		setting{"run", "workers", s.workers}, setting{"run", "dtype", s.dtype}, setting{"run", "dry-run", s.dryRun},
	)
	if s.opt == "kfac" {
		list = append(list, kfacInForce(s.kfac)...)
	}
	return list
}

func (s *settings) targetText() string {
	if s.target == nil {
		return ""
	}
	return fmt.Sprintf("%s=%g", s.target.Metric, s.target.Value)
}

// printConfig writes the configuration as flags, a group to a paragraph,
// without what is off, for a terminal of so many columns; 0 for none.
func printConfig(w io.Writer, list []setting, columns int) {
	const indent = 10
	width := 98
	if columns > 0 {
		width = min(width, columns-1)
	}
	group, column := "", 0
	for _, item := range list {
		text := argument(item)
		if text == "" {
			continue
		}
		switch {
		case item.group != group:
			if group != "" {
				fmt.Fprintln(w)
			}
			group, column = item.group, indent
			fmt.Fprintf(w, "%-*s", indent, group)
		case column+2+utf8.RuneCountInString(text) > width:
			column = max(min(indent, width-utf8.RuneCountInString(text)), 0)
			fmt.Fprintf(w, "\n%*s", column, "")
		default:
			fmt.Fprint(w, "  ")
			column += 2
		}
		fmt.Fprint(w, text)
		column += utf8.RuneCountInString(text)
	}
	fmt.Fprintln(w)
}

func argument(item setting) string {
	value := fmt.Sprint(item.value)
	switch v := item.value.(type) {
	case bool:
		if item.flag == "download" || !v { // where the data came from has been said
			return ""
		}
		return "-" + item.flag
	case []int:
		value = strings.Trim(strings.ReplaceAll(value, " ", ","), "[]")
	case string:
		if v == "" {
			return ""
		}
	case int, float64:
		if value == "0" {
			return ""
		}
	}
	return "-" + item.flag + " " + value
}
