package live

import (
	"fmt"

	"github.com/gokfac/gokfac/internal/results"
)

func title(run *results.Run) string {
	name := run.Optimizer
	if run.Label != "" {
		name = run.Label
	}
	return short(fmt.Sprintf("%s on %s, %s", run.Model, run.Dataset, name))
}

func targetOf(t *results.Target) string {
	switch {
	case t == nil:
		return ""
	case t.Reached && t.Step != nil:
		return fmt.Sprintf("%s %g: reached at step %d", short(t.Metric), t.Value, *t.Step)
	case t.Reached:
		return fmt.Sprintf("%s %g: reached", short(t.Metric), t.Value)
	}
	return fmt.Sprintf("%s %g: not reached yet", short(t.Metric), t.Value)
}

func environmentOf(e *results.Environment) [][2]string {
	if e == nil {
		return [][2]string{}
	}
	list := [][2]string{
		{"gokfac", e.Version}, {"Go", e.Go}, {"system", e.OS + "/" + e.Arch}, {"CPU", e.CPU},
		{"processors", fmt.Sprint(e.Processors)}, {"kernels", e.Kernels}, {"started", e.Started},
	}
	for i := range list {
		list[i][1] = short(list[i][1])
	}
	return list
}
