package distributed

import "bytes"

// Alone runs f on the member of rank root, and gives its result to all. The others wait.
// It is [Await] with something to do for one member: an evaluation, a file.
func Alone(g Group, root int, f func() ([]byte, error)) ([]byte, error) {
	if g.Rank() != root {
		f = nil
	}
	all, err := Await(g, f)
	if err != nil {
		return nil, err
	}
	return bytes.Clone(all[root]), nil // the next call may use the memory
}
