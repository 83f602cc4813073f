package datasets

import (
	"encoding/binary"
	"flag"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/gobolditalic"
	"golang.org/x/image/font/gofont/goitalic"
	"golang.org/x/image/font/gofont/gomedium"
	"golang.org/x/image/font/gofont/gomediumitalic"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/gomonobold"
	"golang.org/x/image/font/gofont/gomonobolditalic"
	"golang.org/x/image/font/gofont/gomonoitalic"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

var update = flag.Bool("update", false, "write glyphs.bin from the Go fonts")

// TestGlyphs holds the embedded outlines against the fonts that they are of.
func TestGlyphs(t *testing.T) {
	files := [faces][]byte{
		goregular.TTF, gomedium.TTF, gobold.TTF, goitalic.TTF, gomediumitalic.TTF, gobolditalic.TTF,
		gomono.TTF, gomonobold.TTF, gomonoitalic.TTF, gomonobolditalic.TTF,
	}
	var want []byte
	for _, file := range files {
		want = appendTypeface(t, want, file)
	}
	if *update {
		require.NoError(t, os.WriteFile("glyphs.bin", want, 0o644))
	}
	assert.True(t, string(want) == glyphs, "glyphs.bin is not of the Go fonts: go test ./datasets -run TestGlyphs -update")
}

func appendTypeface(t *testing.T, b, file []byte) []byte {
	f, err := sfnt.Parse(file)
	require.NoError(t, err)
	// The Go fonts strike their zero through, to tell it from the letter. Nobody writes it so: the letter it is.
	characters := [numerals]rune{'O', '1', '2', '3', '4', '5', '6', '7', '8', '9'}
	points := map[sfnt.SegmentOp]int{sfnt.SegmentOpMoveTo: 1, sfnt.SegmentOpLineTo: 1, sfnt.SegmentOpQuadTo: 2}
	kinds := map[sfnt.SegmentOp]int{sfnt.SegmentOpMoveTo: penMove, sfnt.SegmentOpLineTo: penLine, sfnt.SegmentOpQuadTo: penCurve}
	var buf sfnt.Buffer
	for _, c := range characters {
		index, err := f.GlyphIndex(&buf, c)
		require.NoError(t, err)
		segments, err := f.LoadGlyph(&buf, index, fixed.I(256), nil)
		require.NoError(t, err)
		b = appendNumber(t, b, len(segments))
		for _, s := range segments {
			require.Contains(t, kinds, s.Op)
			b = appendNumber(t, b, kinds[s.Op])
			for _, p := range s.Args[:points[s.Op]] {
				b = appendNumber(t, appendNumber(t, b, int(p.X)), int(p.Y))
			}
		}
	}
	return b
}

func appendNumber(t *testing.T, b []byte, v int) []byte {
	require.Equal(t, v, int(int16(v)))
	return binary.LittleEndian.AppendUint16(b, uint16(v))
}
