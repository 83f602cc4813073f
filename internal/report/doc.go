// Package report writes what training came to, for people: the page of one run, and
// what a comparison of optimizers came to.
//
// # One run
//
// [WriteRun] fills the directory of a run, from the run's record and, where there is
// one, the assessment of its model. It needs nothing else to be read:
//
//	report.html    one file without scripts, which fetches nothing
//	*.svg *.png    its figures: curves-…, kfac-…, phases…, confusion, calibration
//
// The page says how the run ended, and what its scores came to, each with its
// direction. Of a score whose direction is not known none is called the best. Curves of
// a metric on the training, validation and test examples share a picture. Each of
// K-FAC's diagnostics stands beside what it means, which values are bad and what helps;
// docs/kfac.md has the reasons. Settings that are not the defaults come before all
// others. What is not a finite number is a dash, and has no point on a curve.
//
// # Several runs
//
// A comparison is a table for a terminal, and a directory that needs nothing else to be
// read and checked ([Report.WriteDir]).
//
//	report.html      one file without scripts, which fetches nothing
//	*.svg *.png      its figures
//	comparison.json  its tables' numbers: [Summary]
//	runs.csv         one row for each run
//	history.csv      one row for each record of each run
//
// A number over several runs is its median and, in brackets, its range. A run
// that did not reach a goal counts as infinitely late, one that diverged ends
// worse than any score, so that no median is that of the lucky runs. Ratios are of
// medians, against the non-K-FAC group with the best median of that column; they
// stand beside their denominators, and the report says where K-FAC loses as
// plainly as where it wins.
//
// What it says of how the runs were made, it reads from them where it can: which
// seeds, which settings, which machines, how far apart evaluations are.
package report
