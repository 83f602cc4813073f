// Package experiment says what is run in a comparison of optimizers or in a
// search for their settings, and keeps what has been run in a directory, so
// that an interrupted experiment goes on where it was.
//
// An [Entry] is an optimizer with flags of its own, written
//
//	sgd:momentum=0.95:lr=0.01..1:schedule=linear/cosine
//
// where a/b/c are alternatives and a..b is a range that is searched
// log-uniformly. A comparison makes an entry of each combination of
// alternatives; a search draws from them.
//
// A [Store] is a directory with a file for each run. A run is taken from there
// if its configuration is the one that is asked for, on the same data and by the
// same version of the program. One command at a time works there.
package experiment
