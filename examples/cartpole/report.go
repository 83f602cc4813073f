package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"text/tabwriter"
)

// never stands for a target that was not reached, which is later than any step.
const never = int(^uint(0) >> 1)

// report prints a row for each method: medians over the seeds.
func report(to io.Writer, o options, runs [][]trial) {
	observations := "observations as they are"
	if o.scaled {
		observations = "scaled observations"
	}
	fmt.Fprintf(to, "%s, to an average return of %g over 100 episodes; medians of %d seeds, %s\n", o.environment.Name, o.environment.Target, o.seeds, observations)
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "method\treached\tsteps\tfrom\tto\tbegin of the 100 episodes")
	for i, kind := range o.methods {
		var solved, learned []int
		reached := 0
		for _, t := range runs[i] {
			if t.reached {
				reached++
				solved, learned = append(solved, t.solved), append(learned, t.learned)
			} else {
				solved, learned = append(solved, never), append(learned, never)
			}
		}
		slices.Sort(solved)
		fmt.Fprintf(w, "%s\t%d of %d\t%s\t%s\t%s\t%s\n", kind.Name, reached, o.seeds,
			steps(o, median(solved)), steps(o, solved[0]), steps(o, solved[len(solved)-1]), steps(o, median(learned)))
	}
	_ = w.Flush() // an error of standard output has nowhere to go
}

func steps(o options, n int) string {
	if n == never {
		return "> " + grouped(o.steps)
	}
	return grouped(n)
}

// median is the middle one, or the later of two: a number of steps that was taken.
func median[T cmp.Ordered](x []T) T {
	sorted := slices.Sorted(slices.Values(x))
	return sorted[len(sorted)/2]
}

// grouped writes thousands apart.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
