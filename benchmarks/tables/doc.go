// Command tables tries cmd/train's defaults on tables: each of K-FAC, Adam and
// SGD with nothing set but the batch size, on every table of a directory, for
// several batch sizes and seeds.
//
//	cd benchmarks && go run ./tables ../../shared/tables
//	cd benchmarks && go run ./tables -seeds 5 -markdown DIR
//
// A cell is a table with a batch size. K-FAC holds in it if
//
//   - its median test accuracy is at most 1.5 points below the better median of
//     Adam's and SGD's, or two test examples if that is more;
//   - its worst seed is at most 6 points below that median;
//   - no seed diverged, and none ended with a training loss above its first epoch's.
//
// The exit status is 1 if it does not hold in every cell, or in -least of them. docs/tables.md has the
// table that this printed.
package main
