package datasets_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/gokfac/gokfac/datasets"
)

// Two images to a file in the form of CIFAR-100's binary version: red, then green, in 2 classes.
func ExampleReadCIFAR() {
	dir, err := os.MkdirTemp("", "gokfac")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	var file []byte
	for label := range 2 {
		record := make([]byte, 2+3*32*32)
		record[1] = byte(label) // the first byte is a coarse label
		for p := range 32 * 32 {
			record[2+label*32*32+p] = 255
		}
		file = append(file, record...)
	}
	for _, name := range []string{"train.bin", "test.bin"} {
		if err := os.WriteFile(filepath.Join(dir, name), file, 0o600); err != nil {
			log.Fatal(err)
		}
	}

	d, err := datasets.ReadCIFAR(dir)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(d.Shape, d.Classes, d.Train.Len(), d.Test.Len())
	fmt.Println(d.Train.X[:6], d.Train.X[d.Features():][:6])
	// Output:
	// [32 32 3] 2 2 2
	// [1 0 0 1 0 0] [0 1 0 0 1 0]
}
