package arm64

import "fmt"

// allocate gives every register of the function its number.
func (f *Func) allocate() (numbering, error) {
	for _, i := range f.list {
		for _, r := range append(i.Reads, i.Writes...) {
			if r.virtual {
				return nil, fmt.Errorf("%s uses a %s", f.name, r)
			}
		}
	}
	return Register.Number, nil
}
