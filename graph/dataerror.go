package graph

// DataError reports values of a mini-batch that a layer cannot take, such as a number of a
// row that a table does not have. A program that meets them stops and returns it; the
// parameters are as they were. An op raises it by panic(*DataError), since functions of an
// op return nothing, and a layer cannot see the data when it is built.
type DataError struct {
	Layer   string // whose input it is
	Problem string // the values, and what is wanted
}

func (e *DataError) Error() string { return e.Layer + ": " + e.Problem }
