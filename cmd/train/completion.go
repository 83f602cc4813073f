package main

import (
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/gokfac/gokfac/internal/job"
)

// shells are those that -completion writes scripts for. The scripts are for a command
// that is called train: go install ./cmd/train makes it.
func shells() []job.Entry {
	return []job.Entry{
		{Name: "bash", What: "source <(train -completion bash)"},
		{Name: "zsh", What: "source <(train -completion zsh)"},
		{Name: "fish", What: "train -completion fish | source"},
	}
}

// printCompletion writes the script that completes flags and their values in a shell.
func printCompletion(shell string, w io.Writer) error {
	var text strings.Builder
	write := map[string]func(*strings.Builder, []completed){"bash": bashScript, "zsh": zshScript, "fish": fishScript}[shell]
	write(&text, completions())
	_, err := io.WriteString(w, text.String())
	return err
}

// completed is a flag as shells complete it.
type completed struct {
	name, text string
	toggle     bool
	words      []string // its values; nil: any
	directory  bool     // a directory is named
	file       bool     // a file is named, or may be
}

// plainWord is a value that is itself, and not the name of one.
var plainWord = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*$`)

func completions() []completed {
	var list []completed
	for _, g := range newFlagTable(&command{}).groups {
		for _, f := range g.flags {
			c := completed{name: f.name, text: f.text, toggle: f.argument == ""}
			for _, part := range strings.Split(f.argument, "|") {
				switch {
				case part == "DIR":
					c.directory = true
				case part == "PATH" || part == "FILE":
					c.file = true
				case plainWord.MatchString(part):
					c.words = append(c.words, part)
				}
			}
			if f.name == "kfac-structure" {
				c.words = job.Names(job.Structures())
			}
			list = append(list, c)
		}
	}
	return list
}

func bashScript(w *strings.Builder, list []completed) {
	w.WriteString("# bash completion for train\n_train() {\n\tlocal word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n\tCOMPREPLY=()\n\tcase $before in\n")
	var names []string
	for _, c := range list {
		names = append(names, "-"+c.name)
		if c.toggle {
			continue
		}
		var parts []string
		if len(c.words) > 0 {
			parts = append(parts, fmt.Sprintf(`$(compgen -W '%s' -- "$word")`, strings.Join(c.words, " ")))
		}
		if c.directory {
			parts = append(parts, `$(compgen -d -- "$word")`)
		}
		if c.file {
			parts = append(parts, `$(compgen -f -- "$word")`)
		}
		fmt.Fprintf(w, "\t-%s|--%[1]s) COMPREPLY=(%s); return ;;\n", c.name, strings.Join(parts, " "))
	}
	fmt.Fprintf(w, "\tesac\n\tCOMPREPLY=($(compgen -W '%s' -- \"$word\"))\n}\ncomplete -o filenames -F _train train\n", strings.Join(names, " "))
}

func zshScript(w *strings.Builder, list []completed) {
	w.WriteString("#compdef train\n# zsh completion for train\n_train() {\n\t_arguments \\\n")
	escape := strings.NewReplacer("'", "’", "[", "(", "]", ")", ":", `\:`, `\`, "")
	for _, c := range list {
		line := fmt.Sprintf("-%s[%s]", c.name, escape.Replace(c.text))
		switch {
		case c.toggle:
		case len(c.words) > 0 && !c.file && !c.directory:
			line += fmt.Sprintf(":value:(%s)", strings.Join(c.words, " "))
		case c.directory && !c.file:
			line += ":directory:_files -/"
		case c.file || c.directory:
			line += ":file:_files"
		default:
			line += ":value: "
		}
		fmt.Fprintf(w, "\t\t'%s' \\\n", line)
	}
	w.WriteString("\t\t&& return 0\n}\ncompdef _train train\n")
}

func fishScript(w *strings.Builder, list []completed) {
	w.WriteString("# fish completion for train\ncomplete -c train -f\n")
	quote := strings.NewReplacer(`\`, `\\`, "'", `\'`)
	for _, c := range list {
		fmt.Fprintf(w, "complete -c train -o %s", c.name)
		switch {
		case c.toggle:
		case c.file || c.directory:
			w.WriteString(" -r -F")
		default:
			w.WriteString(" -x")
		}
		if len(c.words) > 0 {
			fmt.Fprintf(w, " -a '%s'", strings.Join(c.words, " "))
		}
		fmt.Fprintf(w, " -d '%s'\n", quote.Replace(c.text))
	}
}
