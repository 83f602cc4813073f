// Package report writes what a comparison of optimizers came to: a table for a
// terminal, and a directory that needs nothing else to be read and checked.
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
