// Package rundir keeps one run in a directory, for it to be watched, gone on with and
// used:
//
//	config.json          all that is in force, environment, digest of the data
//	metrics.csv          a row for each evaluation
//	log.jsonl            an object for each event
//	model.safetensors    the weights that were scored: the best by the validation part, else the last
//	checkpoints/         whole states, the newest and the best
//	result.json          the result, once the run is over
//	report.html          curves and diagnostics, with figures beside it
//	events.out.tfevents… scalars and histograms for TensorBoard, where asked for
//
// All but the logs are written whole or not at all. A [Dir] is locked while a run is
// made in it. What cannot be written is told at once, and does not end the run.
package rundir
