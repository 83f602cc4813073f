package main

import (
	"flag"
	"log"
	"os"
	"strings"

	"github.com/gokfac/gokfac/internal/asm/arm64"
	"github.com/gokfac/gokfac/internal/asm/simd"
)

// emitTransposeNEON writes the transposes of arm64, with the options of avo.
func emitTransposeNEON() {
	option := func(name string) string { return flag.Lookup(name).Value.String() }
	file := arm64.NewFile(option("pkg"), "command: go run main.go "+strings.Join(os.Args[1:], " "))
	for _, e := range []simd.Element{simd.Single, simd.Double} {
		transposeNEON(file, e)
	}
	if err := file.Write(option("out"), option("stubs")); err != nil {
		log.Fatal(err)
	}
}

// transposeNEON goes down 8 columns of src and along 8 rows of dst. Each pass
// reads 32 bytes of every row, and writes whole rows of the result.
func transposeNEON(file *arm64.File, e simd.Element) {
	name := e.Letter + "transpose8neon"
	f := file.Func(name, "func"+strings.ReplaceAll(transposeSignature, "T", e.Go))
	f.Doc(append([]string{name + " " + transposeDoc[0]}, transposeDoc[1:]...)...)
	dst, src, stride, tiles, from, to := arm64.R(0), arm64.R(1), arm64.R(2), arm64.R(3), arm64.R(4), arm64.R(5)
	f.Arg("dst_base", dst)
	f.Arg("src_base", src)
	f.Arg("stride", stride)
	f.Arg("tiles", tiles)
	f.ShiftLeft(stride, stride, map[simd.Element]int{simd.Single: 2, simd.Double: 3}[e])
	f.Label("tile")
	f.Move(to, dst)
	for at := 0; at < tileOrder*e.Bytes; at += 32 {
		f.Move(from, src)
		for row := range tileOrder {
			f.LoadPair(arm64.Q, arm64.V(2*row), arm64.V(2*row+1), arm64.At(from, at))
			f.Add(from, from, stride)
		}
		for half := range 2 {
			columns := columnsOfFour
			if e == simd.Double {
				columns = columnsOfTwo
			}
			for _, column := range columns(f, half) {
				for i := 0; i < len(column); i += 2 {
					f.StorePair(arm64.Q, column[i], column[i+1], arm64.At(to, 16*i))
				}
				f.Add(to, to, stride)
			}
		}
	}
	f.Move(src, from)
	f.AddConst(dst, dst, tileOrder*e.Bytes)
	f.SubsConst(tiles, tiles, 1)
	f.JumpIf("NE", "tile")
	f.Return()
}

// columnsOfFour makes four columns of float32 of a half of the rows' registers:
// pairs of elements are exchanged, then pairs of pairs.
func columnsOfFour(f *arm64.Func, half int) [][]arm64.Register {
	columns := make([][]arm64.Register, 4)
	for quarter := range 2 {
		row := func(i int) arm64.Register { return arm64.V(2*(4*quarter+i) + half) }
		pair := func(i int) arm64.Register { return arm64.V(16 + 4*quarter + i) }
		for i := range 2 {
			f.Op("TRN1", arm64.S4, pair(2*i), row(2*i), row(2*i+1))
			f.Op("TRN2", arm64.S4, pair(2*i+1), row(2*i), row(2*i+1))
		}
		for i := range columns {
			out := arm64.V(24 + 2*i + quarter)
			f.Op([]string{"TRN1", "TRN2"}[i/2], arm64.D2, out, pair(i%2), pair(2+i%2))
			columns[i] = append(columns[i], out)
		}
	}
	return columns
}

// columnsOfTwo makes two columns of float64 of a half of the rows' registers.
func columnsOfTwo(f *arm64.Func, half int) [][]arm64.Register {
	columns := make([][]arm64.Register, 2)
	for i := range columns {
		for row := 0; row < tileOrder; row += 2 {
			out := arm64.V(16 + 4*i + row/2)
			f.Op([]string{"TRN1", "TRN2"}[i], arm64.D2, out, arm64.V(2*row+half), arm64.V(2*row+2+half))
			columns[i] = append(columns[i], out)
		}
	}
	return columns
}
