package main

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// llvm has the paths of two programs of one version of LLVM.
type llvm struct{ mca, objdump string }

// findLLVM looks for the newest of the versions, or for the one that is wanted.
func findLLVM(version string) (llvm, error) {
	suffixes := []string{"-" + version}
	if version == "" {
		suffixes = nil
		for v := 30; v >= 14; v-- {
			suffixes = append(suffixes, "-"+strconv.Itoa(v))
		}
		suffixes = append(suffixes, "")
	}
	for _, suffix := range suffixes {
		mca, err := exec.LookPath("llvm-mca" + suffix)
		if err != nil {
			continue
		}
		if objdump, err := exec.LookPath("llvm-objdump" + suffix); err == nil {
			return llvm{mca, objdump}, nil
		}
	}
	return llvm{}, errors.New("llvm-mca and llvm-objdump are not installed (Debian: apt-get install llvm)")
}

// run returns a command's output, or an error with what it wrote on stderr.
func run(command *exec.Cmd) ([]byte, error) {
	var complaint bytes.Buffer
	command.Stderr = &complaint
	out, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %s", filepath.Base(command.Path), err, bytes.TrimSpace(complaint.Bytes()))
	}
	return out, nil
}

// buildTests builds the test binary of a package, given by its folder, for another architecture.
func buildTests(folder, arch, out string) error {
	command := exec.Command("go", "test", "-c", "-o", out, ".")
	command.Dir = folder
	command.Env = append(os.Environ(), "GOOS=linux", "GOARCH="+arch, "CGO_ENABLED=0")
	_, err := run(command)
	return err
}

// symbols returns the functions of an ELF binary whose names the caller wants.
func symbols(binary string, wanted func(string) bool) ([]string, error) {
	file, err := elf.Open(binary)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	all, err := file.Symbols()
	if err != nil {
		return nil, err
	}
	var names []string
	for _, s := range all {
		if elf.ST_TYPE(s.Info) == elf.STT_FUNC && wanted(s.Name) {
			names = append(names, s.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// disassemble returns the instructions of these functions.
func (l llvm) disassemble(binary string, names []string) (map[string][]instruction, error) {
	out, err := run(exec.Command(l.objdump, "-d", "--no-show-raw-insn", "--disassemble-symbols="+strings.Join(names, ","), binary))
	if err != nil {
		return nil, err
	}
	return parse(string(out)), nil
}
