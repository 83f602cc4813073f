// Package study makes several runs of package job: a [Comparison] trains optimizers
// on the same data, weights and batches, and a [Search] looks for settings of each
// with the same budget. Runs are kept in a directory as they end, and taken from
// there by the same study later. Package experiment, below, has the entries, the
// spaces, the store and the ranking.
//
// What is asked for is an [Ask]. A plan is made of it before any data are read, and
// Run makes the runs:
//
//	plan, err := study.PlanComparison(ask)
//	report, dir, err := plan.Run(ctx, data)
//
// With an Ask.Group, a comparison's runs are dealt out to the processes of the group, each
// of which makes whole runs by itself; the first keeps and shows them. A search is one
// process's.
//
// The settings of a run come from three places. Where one is given twice, the later
// place counts: what a search found, what was asked for all runs, the entry's own.
package study
