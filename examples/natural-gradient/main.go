// Command natural-gradient draws the paths of optimizers on an elongated bowl and on a
// Gaussian's mean and standard deviation.
//
//	go run ./examples/natural-gradient -out docs/figures
package main

import (
	"flag"
	"log"
	"os"
)

func main() {
	dir := flag.String("out", ".", "directory of the pictures")
	flag.Parse()
	if err := drawTrajectories(os.Stdout, *dir); err != nil {
		log.Fatal(err)
	}
}
