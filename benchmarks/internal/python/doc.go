// Package python runs a script as a process that answers requests, a line for a line, with variables that are set for it. The
// scripts train networks in Python's libraries.
package python
