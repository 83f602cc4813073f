// Package logs writes what happens in a run to files that other programs read:
// [CSV] a table of the evaluations, [JSONLines] an object per event,
// [TensorBoard] the event files of TensorBoard. Each has a Callback for
// [trainer.Trainer].
//
//	table := &logs.CSV{Path: "runs/one/metrics.csv"}
//	defer table.Close()
//	run.Callbacks = append(run.Callbacks, table.Callback)
//
// A callback that stops a run, such as that of a [trainer.Target], stands after
// the logs in Trainer.Callbacks: the callbacks behind it are not told of the event.
//
// # Layouts
//
//	metrics.csv   a header, then a row per evaluation:
//	              step,epoch,train_loss,SCORE…,train_seconds
//	log.jsonl     an object per line, each with "event", "time" (RFC 3339, UTC) and "step":
//	              {"event":"start","time":…,"step":0,"config":{…}}
//	              {"event":"step","time":…,"step":100,"epoch":1,"loss":0.5,"learning_rate":0.1,"examples":64,"diagnostics":{…}}
//	              {"event":"evaluation","time":…,"step":938,"epoch":1,"train_loss":0.3,"scores":{…},"train_seconds":2.5}
//	              {"event":"end","time":…,"step":9380,"epoch":10}
//	events.out.tfevents.SECONDS.gokfac
//	              TFRecords, each with one protocol buffer tensorflow.Event:
//	              8 bytes length, 4 bytes CRC of the length, the event, 4 bytes CRC of the event
//
// A loss is the mean over examples, as in [trainer.Record]. Times are in seconds.
// Numbers have as many digits as it takes to read the same float64 back, but for
// TensorBoard's scalars, which are float32.
//
// What is not a number is nan, inf or -inf in metrics.csv, which Python's float, pandas
// and strconv.ParseFloat read, and null in log.jsonl, since JSON has no name for it.
//
// The tags in TensorBoard:
//
//	evaluation/train_loss, evaluation/SCORE   a scalar per evaluation
//	step/loss, step/learning_rate             a scalar per step that is logged
//	diagnostics/NAME                          likewise, as Diagnostics gives them
//	weights/PARAMETER                         a histogram per evaluation
//	activations/LAYER, gradients/LAYER        a histogram per evaluation, of a layer's inputs and of
//	                                          each example's gradient with respect to its outputs
//
// # Resume
//
// A run that was killed may have written further than its last checkpoint.
// Resume(step, history...) opens the file to go on from that step: it drops what was
// written of later steps, and a last line or record that is incomplete. It adds the
// evaluations of history, the records of the checkpoint, that the file lacks. So
// the resumed run ends with the file of a run that was never killed, but for times.
// The shorter file is written beside the old one and renamed: a kill leaves one of
// the two. Files are read in bounded memory. A file that is not of this package, or
// that is damaged, is an error and stays as it is.
//
// # Errors
//
// The first failure to write ends a log, and the file keeps all before it. Without
// OnError the callback returns the error, which ends the run. With OnError the error is
// given to that function, once, and the run goes on. Create and Resume return their
// errors in either case.
//
// # When it is written
//
// Each row, line and record is handed to the operating system at once, whole: tail -f
// sees it, and a killed run has lost at most the one that it was writing. Close, and
// the event trainer.Ended, wait until the disk has it all.
//
// # Concurrency
//
// The methods of a log may be called from several goroutines, one after another by a
// lock of its own: a signal's handler may call Close. Fields are set before the first
// call. Two logs, or two processes, must not write to one file.
package logs
