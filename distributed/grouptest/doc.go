// Package grouptest checks that a distributed.Group does what its documentation says.
//
// All members of a group make the same checks together:
//
//	for _, check := range grouptest.Checks() {
//		if err := check.Run(group); err != nil { … }
//	}
//
// Leaving is apart: the Leave of a group of processes may end them all.
//
// Calls that do not fit together, such as sums of different lengths, are not checked: a
// Group need not notice them.
package grouptest
