package main

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/gokfac/gokfac/internal/job"
)

// setting is the name of a setting in a message of the packages below.
var setting = regexp.MustCompile(`⟨([a-z][a-z0-9-]*)⟩`)

// inFlags writes the settings in a text as flags.
func inFlags(text string) string { return setting.ReplaceAllString(text, "-$1") }

// message is err on one line, without the name of the package it came from. What
// else would move a terminal's cursor, as names of files can, is spelled out.
func message(err error) string {
	text := printable(inFlags(strings.ReplaceAll(job.Plain(err), "\n", "; ")))
	if setting := (*job.SettingError)(nil); errors.As(err, &setting) {
		text += seeHelp
	}
	return text
}

// printable spells control characters out.
func printable(text string) string {
	if !strings.ContainsFunc(text, unicode.IsControl) {
		return text
	}
	var plain strings.Builder
	for _, r := range text {
		if unicode.IsControl(r) {
			plain.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
			continue
		}
		plain.WriteRune(r)
	}
	return plain.String()
}

// commandLine is args as one types them in a shell.
func commandLine(args []string) string {
	quoted := make([]string, len(args))
	for i, arg := range args {
		quoted[i] = arg
		if arg == "" || strings.ContainsFunc(arg, func(r rune) bool {
			return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_=.,:/+%@", r))
		}) {
			quoted[i] = "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
		}
	}
	return strings.Join(quoted, " ")
}

// commandOf is the command line with which choices are made.
func commandOf(choices job.Choices) string { return program + commandLine(argumentsOf(choices)) }

const program = "go run ./cmd/train "

// argumentsOf are choices as a command line has them.
func argumentsOf(choices job.Choices) []string {
	var args []string
	for _, v := range choices {
		if v.Value == "true" || v.Value == "false" { // toggles take no argument of their own
			args = append(args, "-"+v.Name+"="+v.Value)
			continue
		}
		args = append(args, "-"+v.Name, v.Value)
	}
	return args
}
