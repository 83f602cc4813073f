package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

const helpHead = `Train a network with K-FAC, or with Adam, SGD, Muon, Shampoo or SOAP.

  go run ./cmd/train -opt kfac
  go run ./cmd/train -opt adam -dataset mnist -target test_accuracy=0.98 -json
  go run ./cmd/train -dataset my.csv -label-column species -validation 0.1 -patience 10
  go run ./cmd/train -model autoencoder -dataset my.npz -epochs 10
  go run ./cmd/train -compare kfac,adam,sgd -seeds 5 -target test_accuracy=0.975,0.98
  go run ./cmd/train -model regression -target test_loss=0.05
  go run ./cmd/train -resume auto
  mpirun -n 4 train -opt kfac -batch-size 4000
  go run ./cmd/train -load runs/mlp-my-kfac-001 -predict new.csv -to predicted.csv
  go run ./cmd/train -load runs/mlp-my-kfac-001 -export model.onnx

`

const helpTail = `
GOKFAC_ISA=avx512, avx2, neon or generic in the environment chooses the
kernels; the best that the processor has are the default, and -version names
them. On an arm64 Mac, GOKFAC_ISA=accelerate has Apple's Accelerate multiply
matrices, if the build has the tag accelerate (go run -tags accelerate ...);
the same seed then need not give the same bits, -workers does not limit its
threads (VECLIB_MAXIMUM_THREADS does), and nobody has measured its speed.

Under mpirun or srun, signals to the launcher let the step end and save; Open
MPI's mpirun kills after a second (--mca odls_base_sigkill_timeout 10 waits
longer, before the signal too), and its own status is then 1.
GOKFAC_MPI_LIBRARY names another library
of MPI, GOKFAC_MPI_PATIENCE the seconds without a sign of life after which a
process counts as dead (15).

Exit status: 0 done, 1 error, 2 wrong command line, 3 diverged: the loss
is NaN or infinite, or ended far above its beginning, 4 target not reached, 130
or 143 interrupted. In -compare and -tune, a run that diverges or misses its
target is a result: 0.
`

// indent is where the texts of the help begin; a longer flag has its text on
// the next line.
const indent = 34

// helpWidth is the longest line that texts are broken for.
const helpWidth = 100

func printHelp(w io.Writer) error {
	var text strings.Builder
	text.WriteString(helpHead)
	for i, g := range newFlagTable(&command{}).groups {
		if i > 0 {
			text.WriteByte('\n')
		}
		fmt.Fprintln(&text, g.title)
		for _, f := range g.flags {
			head := "  -" + f.name
			if f.argument != "" {
				head += " " + f.argument
			}
			lines := wrapped(f.text, helpWidth-indent)
			if len(head) > indent-2 {
				lines = append([]string{""}, lines...)
			}
			for _, line := range lines {
				fmt.Fprintln(&text, strings.TrimRight(fmt.Sprintf("%-*s%s", indent, head, line), " "))
				head = ""
			}
		}
	}
	text.WriteString(helpTail)
	_, err := io.WriteString(w, text.String())
	return err
}

// wrapped breaks text between words into lines of at most so many letters.
func wrapped(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}
