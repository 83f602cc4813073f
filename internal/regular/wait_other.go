//go:build !unix

package regular

const noWait = 0 // no pipes among the files
