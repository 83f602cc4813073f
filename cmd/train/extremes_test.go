package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gokfac/gokfac/internal/job"
)

// extremes are values that nobody means.
var extremes = []string{
	"1e308", "-1e308", "1e-320", "-1e-320", "1e400", "NaN", "Inf", "-Inf", "0x1p-1074", "1e18", "1e-18", "0", "-0", "1",
	"9223372036854775807", "-9223372036854775808", "18446744073709551616", "99999999999999999999999", "1000000000", "-1",
}

// edges are the least and the greatest values that a flag takes.
func edges(v flag.Value) []string {
	if v, ok := v.(flagValue); ok {
		return job.Edges(v.Value)
	}
	return nil
}

// TestExtremes: every flag, whatever its value, trains or is refused in one
// line that names it or its value. A new flag is in the table as it is defined.
func TestExtremes(t *testing.T) {
	data := blobs(t)
	t.Chdir(t.TempDir()) // some values are names of files to be written
	companions := map[string]string{
		"momentum": "-kfac-mode fixed", "clip-grad": "-kfac-mode fixed", "kfac-kl-clip": "-kfac-mode fixed",
		"validation": "-batch-size 1", "patience": "-validation 0.2", "target-columns": "-model regression",
		"filters":   "-model convnet -dataset " + pictures(t),
		"max-steps": "-target test_loss=1e9", "epochs": "-target test_loss=1e9",
	}
	table := newFlagTable(&command{})
	for _, name := range table.names() {
		if name == "h" {
			continue
		}
		trained := 0
		values := append(edges(table.set.Lookup(name).Value), extremes...)
		for _, value := range values {
			args := []string{"-dataset", data, "-hidden", "4", "-batch-size", "32", "-progress", "none", "-json", "-workers", "1"}
			if name != "max-steps" && name != "epochs" {
				args = append(args, "-max-steps", "3")
			}
			if row, ok := job.Lookup(name); ok && row.Owner != "" {
				args = append(args, "-opt", row.Owner)
			}
			args = append(append(args, strings.Fields(companions[name])...), "-"+name+"="+value)
			o := execute(args...)
			line := o.stderr[strings.LastIndexByte(strings.TrimSuffix(o.stderr, "\n"), '\n')+1:]
			what := fmt.Sprintf("-%s=%s: status %d: %s", name, value, o.status, line)
			switch o.status {
			case exitDone, exitDiverged, exitMissed:
				trained++
				if strings.HasPrefix(o.stdout, "{") {
					assert.True(t, json.Valid([]byte(o.stdout)), what)
				}
				if o.status == exitDiverged {
					assert.Contains(t, line, "-"+name, what)
				}
			default:
				assert.Contains(t, []int{exitError, exitUsage}, o.status, what)
				assert.True(t, strings.Contains(line, "-"+name) || strings.Contains(line, value), what)
				assert.NotContains(t, line, "does not apply", what+": give it a companion")
				assert.True(t, strings.HasPrefix(line, "train: "), what)
			}
			assert.NotContains(t, o.stderr, "panic", what)
		}
		if len(edges(table.set.Lookup(name).Value)) > 0 && !refusedAlone[name] {
			assert.NotZero(t, trained, "no value of -%s trains", name)
		}
	}
}

// refusedAlone are flags of several runs.
var refusedAlone = map[string]bool{"seeds": true, "trials": true}

// TestEdges: the bounds are sound. A run at one of them ends well, moves its
// parameters or says that it does not, and where it diverges names the flag.
func TestEdges(t *testing.T) {
	data := blobs(t)
	for _, c := range []struct{ args, want string }{
		{"-opt sgd -lr 1e-12", "no parameter has changed"},
		{"-kfac-damping 1e8 -kfac-damping-update-steps -1", "no parameter has changed"},
		{"-kfac-damping 1e-12", ""},
		{"-kfac-mode fixed -kfac-kl-clip 1e-12", ""},
		{"-opt sgd -clip-grad 1e-12", "no parameter has changed"},
		{"-opt sgd -clip-grad 1e30", ""},
		{"-kfac-factor-fraction 1e-320 -kfac-product-fraction 1e-320", ""},
		{"-opt adam -lr 1e-12 -weight-decay 1e11", ""},
		{"-kfac-damping 1e308", "-kfac-damping: must be at most 1e+08"},
		{"-kfac-min-damping 1e308", "-kfac-min-damping: must be at most 1e+08"},
		{"-kfac-damping 1e-320", "-kfac-damping: must be 0, or at least 1e-12"},
		{"-lr 1e-320", "-lr: must be 0, or at least 1e-12"},
		{"-opt sgd -lr 1e31", "-lr: must be at most 1e+30"},
		{"-opt sgd -lr 1e30", "diverged"},
		{"-kfac-mode fixed -kfac-kl-clip 1e-320", "-kfac-kl-clip: must be 0, or at least 1e-12"},
		{"-opt sgd -clip-grad 1e-300", "-clip-grad: must be 0, or at least 1e-12"},
		{"-l2 1e308", "-l2: must be at most 1e+30"},
		{"-opt sgd -l2 1e30", "a smaller -l2 than 1e+30"},
		{"-kfac-min-damping 1e5", "(-kfac-min-damping 1e5)"},
		{"-opt adam -lr 0.1 -weight-decay 30", "-lr 0.1 with -weight-decay 30: the product, 3, is"},
		{"-opt sgd -lr 0.5 -weight-decay 2", "the product, 1, is"},
		{"-weight-decay 1000", "-lr 1.275 with -weight-decay 1000"},
		{"-kfac-mode fixed -weight-decay 1000", " with -weight-decay 1000"},
		{"-compare sgd:lr=0.1:weight-decay=10 -seeds 1", "train: -compare sgd lr=0.1 weight-decay=10: -lr 0.1 with -weight-decay 10"},
	} {
		o := execute(append([]string{"-dataset", data, "-hidden", "4", "-batch-size", "160", "-max-steps", "8", "-progress", "none"}, strings.Fields(c.args)...)...)
		switch {
		case c.want == "":
			assert.Zero(t, o.status, "%s: %s", c.args, o.stderr)
			assert.NotContains(t, o.stderr, "warning", c.args)
		case strings.HasPrefix(c.want, "no parameter"):
			assert.Zero(t, o.status, "%s: %s", c.args, o.stderr)
			assert.Contains(t, o.stderr, "warning: "+c.want, c.args)
		default:
			assert.NotZero(t, o.status, c.args)
			assert.Contains(t, o.stderr, c.want, c.args)
		}
	}
}
