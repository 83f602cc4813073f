// Package results is the record of training runs, as cmd/train prints it, and
// what several runs with other seeds come to: medians, ranges, steps and seconds to
// a target, curves with bands.
//
// A [Run] is one JSON object; the names of its scores depend on the model, and
// keep their order. A [Group] is the runs of one setting of an optimizer over
// seeds, a [Comparison] several groups on the same task.
//
// A median counts a run that did not reach a target as infinitely late, so that
// it is the median of all seeds, not of the lucky ones.
package results
