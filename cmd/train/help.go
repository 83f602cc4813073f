package main

import (
	"fmt"
	"io"
	"strings"
)

const helpHead = `Train a network with K-FAC, Adam or SGD.

  go run ./cmd/train -opt kfac
  go run ./cmd/train -opt adam -dataset mnist -target test_accuracy=0.98 -json
  go run ./cmd/train -model autoencoder -dataset my.npz -epochs 10

`

const helpTail = `
GOKFAC_ISA=avx512, avx2 or generic in the environment chooses the kernels; the
best that the processor has are the default, and -version names them.

Exit status: 0 done, 1 error, 2 wrong command line, 3 the loss is NaN or
infinite, 4 target not reached, 130 or 143 interrupted.
`

// indent is where the texts of the help begin; a longer flag has its text on
// the next line.
const indent = 34

func printHelp(w io.Writer) error {
	var text strings.Builder
	text.WriteString(helpHead)
	for i, g := range newFlagTable(&settings{}).groups {
		if i > 0 {
			text.WriteByte('\n')
		}
		fmt.Fprintln(&text, g.title)
		for _, f := range g.flags {
			head := "  -" + f.name
			if f.argument != "" {
				head += " " + f.argument
			}
			if len(head) > indent-2 {
				head += "\n"
				fmt.Fprintf(&text, "%s%*s%s\n", head, indent, "", f.text)
				continue
			}
			fmt.Fprintf(&text, "%-*s%s\n", indent, head, f.text)
		}
	}
	text.WriteString(helpTail)
	_, err := io.WriteString(w, text.String())
	return err
}
