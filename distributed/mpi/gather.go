//go:build !nompi && (linux || (darwin && mpi)) && (amd64 || arm64)

package mpi

import (
	"slices"
	"unsafe"
)

// envelope is what every member sends first in a Gather: how much it gives, and that
// itself if it fits.
type envelope struct {
	length  int64
	content [inline]byte
}

// inline is the number of bytes that need no message of their own.
const inline = 56

func (g *group) Gather(own []byte) ([][]byte, error) {
	if g.broken != nil {
		return nil, g.broken
	}
	g.begin(aGather)
	defer g.end()
	g.own.length = int64(len(own))
	copy(g.own.content[:], own)
	if err := g.exchange(); err != nil {
		return nil, err
	}
	total, longest := 0, 0
	for i := range g.sent {
		total += int(g.sent[i].length)
		longest = max(longest, int(g.sent[i].length))
	}
	if longest <= inline {
		for i := range g.sent {
			g.all[i] = g.sent[i].content[:g.sent[i].length:g.sent[i].length]
		}
		return g.all, nil
	}
	g.received = slices.Grow(g.received[:0], total)[:total]
	at := 0
	for i := range g.sent {
		n := int(g.sent[i].length)
		g.all[i] = g.received[at : at+n : at+n]
		at += n
	}
	if total > g.most {
		return g.all, g.inPieces(own)
	}
	return g.all, g.atOnce(own)
}

// exchange fills sent with everybody's own. A member may wait long here, as in an
// Alone of another one's: it sleeps between questions.
func (g *group) exchange() error {
	n := unsafe.Sizeof(g.own)
	g.args = [10]uintptr{address(&g.own), n, g.bytes, address(&g.sent[0]), n, g.bytes, g.comm, address(&g.request)}
	if err := g.do(g.iallgather, 8); err != nil {
		return err
	}
	return g.wait(longestPause)
}

// atOnce gathers what has fewer than 2³¹ bytes altogether.
func (g *group) atOnce(own []byte) error {
	at := 0
	for i := range g.sent {
		g.counts[i], g.offsets[i] = int32(g.sent[i].length), int32(at)
		at += int(g.sent[i].length)
	}
	g.memory = [2]unsafe.Pointer{unsafe.Pointer(unsafe.SliceData(own)), unsafe.Pointer(&g.received[0])}
	g.args = [10]uintptr{
		uintptr(g.memory[0]), uintptr(len(own)), g.bytes,
		uintptr(g.memory[1]), address(&g.counts[0]), address(&g.offsets[0]), g.bytes, g.comm,
	}
	return g.together(g.allgatherv, g.iallgatherv, 8)
}

// inPieces gathers more than that: each member sends its own to all.
func (g *group) inPieces(own []byte) error {
	copy(g.all[g.rank], own)
	for root, data := range g.all {
		for len(data) > 0 {
			n := min(len(data), g.most)
			g.memory[0] = unsafe.Pointer(&data[0])
			g.args = [10]uintptr{uintptr(g.memory[0]), uintptr(n), g.bytes, uintptr(root), g.comm}
			if err := g.together(g.bcast, g.ibcast, 5); err != nil {
				return err
			}
			data = data[n:]
		}
	}
	return nil
}
