package python

import (
	"errors"
	"fmt"
	"os"
)

// Find starts the script with the Python that the variable PYTHON names, else with python3 of the path or of the system,
// whichever has what the script imports.
func Find(script string, environment ...string) (*Process, error) {
	pythons := []string{"python3", "/usr/bin/python3"}
	if python := os.Getenv("PYTHON"); python != "" {
		pythons = []string{python}
	}
	var failures []error
	for _, python := range pythons {
		p, err := Start(python, script, environment...)
		if err == nil {
			return p, nil
		}
		failures = append(failures, err)
	}
	return nil, fmt.Errorf("no Python for %s: %w", script, errors.Join(failures...))
}
