// Package witness has a function for tests of calls to C. It follows C's
// convention on Linux and macOS, and notes what it is given.
//
// C's callers put the first addresses that they pass in registers, six of amd64's
// and eight of arm64's. The others are on the stack, 8 bytes each, from the
// caller's stack pointer on.
package witness
