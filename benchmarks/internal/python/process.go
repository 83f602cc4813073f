package python

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
)

// Process is a Python process that waits for requests; see torch_step.py, torch_predict.py and sklearn_step.py.
type Process struct {
	Python      string   // the interpreter
	Environment []string // what was set for it: NAME=value
	Version     string   // what the script said first: the library's version

	command *exec.Cmd
	stdin   io.WriteCloser
	lines   *bufio.Scanner
	stderr  *bytes.Buffer
}

// Start starts the script with these variables set, and none of those that
// numerical libraries take threads and kernels from.
func Start(python, script string, environment ...string) (*Process, error) {
	p := &Process{Python: python, Environment: environment, command: exec.Command(python, script), stderr: new(bytes.Buffer)}
	p.command.Env = append(plainEnvironment(os.Environ()), append([]string{"PYTHONDONTWRITEBYTECODE=1"}, environment...)...)
	p.command.Stderr = p.stderr
	stdout, err := p.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if p.stdin, err = p.command.StdinPipe(); err != nil {
		return nil, err
	}
	if err := p.command.Start(); err != nil {
		return nil, err
	}
	p.lines = bufio.NewScanner(stdout)
	if p.Version, err = p.read(); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

func plainEnvironment(all []string) []string {
	var plain []string
	for _, v := range all {
		tuning := false
		for _, prefix := range []string{"OPENBLAS_", "GOTO_", "OMP_", "GOMP_", "KMP_", "MKL_", "TORCH_"} {
			tuning = tuning || strings.HasPrefix(v, prefix)
		}
		if !tuning {
			plain = append(plain, v)
		}
	}
	return plain
}

// Describe says what was set for a process.
func (p *Process) Describe() string {
	if len(p.Environment) == 0 {
		return "as it comes"
	}
	return strings.Join(p.Environment, " ")
}

// Ask writes a line and returns the one that answers.
func (p *Process) Ask(request string) (string, error) {
	if _, err := fmt.Fprintln(p.stdin, request); err != nil {
		return "", err
	}
	return p.read()
}

// Run takes steps of a workload, or calls, and returns the milliseconds of one on average.
func (p *Process) Run(w fmt.Stringer, steps int) (float64, error) {
	answer, err := p.Ask(fmt.Sprint(steps, " ", w))
	if err != nil {
		return 0, err
	}
	return strconv.ParseFloat(answer, 64)
}

// read returns the next line, or the last that Python complained.
func (p *Process) read() (string, error) {
	if p.lines.Scan() {
		return p.lines.Text(), nil
	}
	_ = p.command.Wait() // how it ended is said below
	complaint := strings.TrimSpace(p.stderr.String())
	return "", fmt.Errorf("%s: %s", p.command.Path, complaint[strings.LastIndex(complaint, "\n")+1:])
}

// Close ends the process.
func (p *Process) Close() error {
	err := p.stdin.Close()
	if p.command.ProcessState == nil { // not yet waited for
		_ = p.command.Process.Kill()
		_ = p.command.Wait()
	}
	if errors.Is(err, os.ErrClosed) {
		return nil
	}
	return err
}
