package partcheck

import "runtime"

// mostRuns is how many runs FewestObjects looks at.
const mostRuns = 300

// FewestObjects is the number of objects that f allocates in each run. Objects of other goroutines, such as parallel tests,
// are counted with those of f, so that the fewest of many runs count: testing.AllocsPerRun would panic in a parallel test.
func FewestObjects(f func() error) (fewest uint64, err error) {
	fewest = ^uint64(0)
	var before, after runtime.MemStats
	for i := 0; i < mostRuns && fewest > 0; i++ {
		runtime.ReadMemStats(&before)
		err := f()
		runtime.ReadMemStats(&after)
		if err != nil {
			return 0, err
		}
		fewest = min(fewest, after.Mallocs-before.Mallocs)
	}
	return fewest, nil
}
