package scale

import "math"

// Machine is what one process runs on, and the link from it to the others.
type Machine struct {
	Name                             string
	Product, Invert, Eigen, Subspace Rate
	Memory                           float64 // bytes a second of passes over arrays
	Link                             Link
}

// Rate is the speed of a computation on matrices. Small ones are slower.
type Rate struct {
	Peak float64 // operations a second on large matrices
	Half float64 // least dimension at which half of Peak is reached
}

// Seconds is the time of so many operations on matrices whose least dimension is this.
func (r Rate) Seconds(flops, least float64) float64 {
	if flops == 0 {
		return 0
	}
	return flops / r.Peak * (least + r.Half) / least
}

// Link is how a process talks to others, all at the same time.
type Link struct {
	Alpha float64 // seconds of a message
	Beta  float64 // bytes a second

	// Shared memory is slower for messages that do not fit into caches. Large is their
	// least size, and LargeBeta the bytes a second. 0: no such size.
	Large, LargeBeta float64
}

// Sum is the time in which the sum of arrays of so many bytes is known to all P processes.
func (l Link) Sum(p int, bytes float64) float64 {
	if p < 2 {
		return 0
	}
	return 2 * (math.Log2(float64(p))*l.Alpha + l.transfer(p, bytes))
}

// A Gather of package mpi begins with places of 64 bytes: the length of a process's part, and
// the part itself if it has at most 56. Longer parts follow in a second message.
const (
	place     = 64
	shortPart = 56
)

// Gather is the time in which so many bytes, a part from each of P processes, are known to
// all.
func (l Link) Gather(p int, bytes float64) float64 {
	if p < 2 {
		return 0
	}
	latency := math.Log2(float64(p)) * l.Alpha
	seconds := latency + l.transfer(p, float64(place*p))
	if bytes > float64(shortPart*p) {
		seconds += latency + l.transfer(p, bytes)
	}
	return seconds
}

func (l Link) transfer(p int, bytes float64) float64 {
	beta := l.Beta
	if l.Large > 0 && bytes >= l.Large {
		beta = l.LargeBeta
	}
	return float64(p-1) / float64(p) * bytes / beta
}

// Machines are those of docs/scale.md. "Here" has rates that `go run ./scale -rates`
// measured on one processor of an AMD EPYC (Turin), and costs of sums between two
// processes on it; the others are round numbers for typical clusters, and no measurements.
func Machines() []Machine { return []Machine{Here(), Ethernet(), InfiniBand()} }

// Here is one processor of the machine on which docs/scale.md was measured, with the links
// between two processes. The document has the sums that they are from.
func Here() Machine {
	return Machine{
		Name:    "this machine, one processor each",
		Product: Rate{200e9, 4}, Invert: Rate{105e9, 350}, Eigen: Rate{50e9, 400}, Subspace: Rate{90e9, 200}, Memory: 50e9,
		Link: Link{Alpha: 0.5e-6, Beta: 4.9e9, Large: 8e6, LargeBeta: 4.3e9},
	}
}

// Crowded is half a processor of Here: four processes on its two processors, which wait for
// each other to leave a processor.
func Crowded() Machine {
	m := Here().shared(2)
	m.Name = "this machine, half a processor each"
	m.Link = Link{Alpha: 10e-6, Beta: 1.5e9}
	return m
}

// Ethernet is nodes of 16 processors, one process on each node, and 10 Gb/s between them.
func Ethernet() Machine {
	return Machine{
		Name:    "10 Gb/s Ethernet, nodes of 16 processors",
		Product: Rate{1e12, 64}, Invert: Rate{400e9, 1200}, Eigen: Rate{150e9, 1200}, Subspace: Rate{400e9, 1000}, Memory: 100e9,
		Link: Link{Alpha: 30e-6, Beta: 1.1e9},
	}
}

// InfiniBand is nodes of 32 processors, one process on each node, and 100 Gb/s between them.
func InfiniBand() Machine {
	return Machine{
		Name:    "100 Gb/s InfiniBand, nodes of 32 processors",
		Product: Rate{2e12, 96}, Invert: Rate{700e9, 1500}, Eigen: Rate{250e9, 1500}, Subspace: Rate{700e9, 1200}, Memory: 200e9,
		Link: Link{Alpha: 2e-6, Beta: 11e9},
	}
}
