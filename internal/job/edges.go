package job

import (
	"fmt"
	"math"
)

// Edges are the least and the greatest texts that a value of numbers takes; none of
// others.
func Edges(v Value) []string {
	switch v := v.(type) {
	case number:
		least, most := v.least, v.most
		if least == 0 {
			least = math.SmallestNonzeroFloat64
		}
		if v.below > 0 {
			most = math.Nextafter(v.below, 0)
		}
		return []string{fmt.Sprint(least), fmt.Sprint(most)}
	case count:
		return []string{fmt.Sprint(v.least), fmt.Sprint(v.most)}
	case seed:
		return []string{"0", fmt.Sprint(uint64(math.MaxUint64))}
	}
	return nil
}
