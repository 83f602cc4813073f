package main

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"
)

// childArguments is the environment's variable with the command line, in JSON, that a
// child of these tests carries out in place of tests.
const childArguments = "GOKFAC_TEST_ARGUMENTS"

// source is the directory of this package's source.
var source string

// TestMain works in a directory of its own: a run is kept where it is made.
func TestMain(m *testing.M) {
	if text := os.Getenv(childArguments); text != "" {
		var args []string
		if err := json.Unmarshal([]byte(text), &args); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(99)
		}
		os.Args = append(os.Args[:1], args...)
		main()
	}
	os.Exit(inTemporaryDirectory(m))
}

func inTemporaryDirectory(m *testing.M) int {
	dir, err := os.MkdirTemp("", "train-test")
	if err == nil {
		defer os.RemoveAll(dir)
		source, err = os.Getwd()
	}
	if err == nil {
		err = os.Chdir(dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}
