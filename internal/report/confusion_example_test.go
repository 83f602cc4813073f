package report_test

import (
	"fmt"
	"os"

	"github.com/gokfac/gokfac/internal/report"
	"github.com/gokfac/gokfac/internal/results"
)

func ExampleWriteConfusion() {
	err := report.WriteConfusion(os.Stdout, &results.Assessment{
		Part:      "test",
		Classes:   []results.ClassScore{{Name: "cat", Examples: 50}, {Name: "dog", Examples: 50}},
		Confusion: [][]int{{48, 2}, {5, 45}},
	}, 80)
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// True class by row, taken for by column
	//      cat  dog  recall
	// cat   48    2   96.0%
	// dog    5   45   90.0%
}
