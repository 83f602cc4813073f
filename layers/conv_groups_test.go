package layers_test

import (
	"fmt"
	"testing"

	"github.com/gokfac/gokfac/layers"
)

// conv2D is the case of a Conv2D; same leaves before and after to the definition of Same.
func (m images) conv2D(same, noBias bool) bilinearCase {
	if same {
		for i, in := range []int{m.h, m.w} {
			out := (in + m.stride[i] - 1) / m.stride[i]
			total := max(0, (out-1)*m.stride[i]+m.dilation[i]*(m.kernel[i]-1)+1-in)
			m.before[i], m.after[i] = total/2, (total+1)/2
		}
	}
	outH, outW := m.convolved()
	c := bilinearCase{
		name: fmt.Sprintf("%+v same %v", m, same),
		layer: func() layers.Layer {
			l := &layers.Conv2D{Filters: m.filters, Kernel: m.kernel, Stride: m.stride, Dilation: m.dilation, Groups: m.groups, Same: same, NoBias: noBias}
			if !same {
				l.Padding = m.before
			}
			return l
		},
		in: []int{m.n, m.h, m.w, m.c}, out: []int{m.n, outH, outW, m.filters},
		weight:  []int{m.kernel[0] * m.kernel[1] * m.c, m.filters / m.groups},
		filters: m.filters, noBias: noBias, groups: m.groups,
	}
	c.terms = m.convolutionTerms
	return c
}

// settings are combinations of strides, paddings and dilations that differ between the
// directions.
func settings() (list []images) {
	for _, k := range [][2]int{{1, 1}, {3, 3}, {2, 3}} {
		for _, s := range [][2]int{{1, 1}, {2, 1}, {2, 2}, {3, 2}} {
			for _, d := range [][2]int{{1, 1}, {1, 2}} {
				list = append(list, images{h: 6, w: 7, kernel: k, stride: s, dilation: d})
			}
		}
	}
	return list
}

// groupCases have groups, depthwise ones with one and with several filters for a channel,
// and paddings of both kinds.
func groupCases() (cases []bilinearCase) {
	sizes := []images{
		{n: 1, c: 4, filters: 4, groups: 2}, {n: 2, c: 3, filters: 3, groups: 3}, {n: 2, c: 3, filters: 6, groups: 3},
		{n: 3, c: 6, filters: 3, groups: 3}, {n: 2, c: 2, filters: 3, groups: 1}, {n: 2, c: 17, filters: 17, groups: 17},
	}
	for i, s := range settings() {
		for j, m := range sizes {
			m.h, m.w, m.kernel, m.stride, m.dilation = s.h, s.w, s.kernel, s.stride, s.dilation
			same := (i+j)%3 == 0
			if (i+j)%3 == 1 {
				m.before = [2]int{1, 2}
				m.after = m.before
			}
			cases = append(cases, m.conv2D(same, j%2 == 1))
		}
	}
	// A stride beyond the image, with windows that see nothing but padding.
	for _, m := range []images{
		{n: 3, h: 3, w: 1, c: 2, filters: 6, groups: 2, stride: [2]int{3, 3}}, {n: 2, h: 1, w: 2, c: 3, filters: 3, groups: 3, stride: [2]int{9, 4}},
	} {
		m.kernel, m.dilation, m.before, m.after = [2]int{2, 1}, [2]int{2, 2}, [2]int{2, 2}, [2]int{2, 2}
		cases = append(cases, m.conv2D(false, false))
	}
	one := [2]int{1, 1}
	large := func(m images) images {
		m.n, m.h, m.w, m.stride, m.dilation = 5, 12, 13, one, one
		return m
	}
	return append(cases, // large enough for several tiles and sums
		large(images{c: 8, filters: 8, groups: 8, kernel: [2]int{3, 3}}).conv2D(true, false),
		large(images{c: 8, filters: 16, groups: 2, kernel: [2]int{5, 4}}).conv2D(true, false),
		large(images{c: 16, filters: 20, groups: 1, kernel: [2]int{3, 3}}).conv2D(false, false),
		large(images{c: 1, filters: 7, groups: 1, kernel: [2]int{3, 3}}).conv2D(true, false),
		large(images{c: 2, filters: 130, groups: 1, kernel: [2]int{9, 9}}).conv2D(false, false),
	)
}

func TestConv2DGroups(t *testing.T) {
	for _, c := range groupCases() {
		t.Run(c.name, func(t *testing.T) { c.check(t) })
	}
}

// Second derivatives, for ungrouped and grouped maps.
func TestConv2DSecondDerivatives(t *testing.T) {
	for i, c := range groupCases() {
		if i%7 == 0 {
			t.Run(c.name, func(t *testing.T) { c.checkSecond(t) })
		}
	}
}

func TestConv1D(t *testing.T) {
	for i, m := range []images{
		{n: 2, w: 9, c: 3, filters: 4, groups: 1, kernel: [2]int{1, 3}, stride: [2]int{1, 1}, dilation: [2]int{1, 1}},
		{n: 1, w: 9, c: 4, filters: 6, groups: 2, kernel: [2]int{1, 4}, stride: [2]int{1, 2}, dilation: [2]int{1, 1}, before: [2]int{0, 2}, after: [2]int{0, 2}},
		{n: 3, w: 11, c: 3, filters: 3, groups: 3, kernel: [2]int{1, 2}, stride: [2]int{1, 1}, dilation: [2]int{1, 3}},
		{n: 3, w: 11, c: 1, filters: 2, groups: 1, kernel: [2]int{1, 5}, stride: [2]int{1, 2}, dilation: [2]int{1, 2}, before: [2]int{0, 1}, after: [2]int{0, 1}},
		{n: 2, w: 10, c: 2, filters: 3, groups: 1, kernel: [2]int{1, 4}, stride: [2]int{1, 3}, dilation: [2]int{1, 1}}, // same
		{n: 2, w: 10, c: 2, filters: 3, groups: 1, kernel: [2]int{1, 10}, stride: [2]int{1, 1}, dilation: [2]int{1, 1}},
		{n: 2, w: 10, c: 2, filters: 3, groups: 1, kernel: [2]int{1, 1}, stride: [2]int{1, 1}, dilation: [2]int{1, 1}},
	} {
		m.h = 1
		same := i == 4
		c := m.conv2D(same, i%3 == 2)
		c.layer = func() layers.Layer {
			return &layers.Conv1D{Filters: m.filters, Kernel: m.kernel[1], Stride: m.stride[1], Padding: m.before[1], Same: same,
				Dilation: m.dilation[1], Groups: m.groups, NoBias: c.noBias}
		}
		c.in, c.out = []int{m.n, m.w, m.c}, append([]int{m.n}, c.out[2:]...)
		t.Run(c.name, func(t *testing.T) { c.check(t) })
		if m.c == 1 {
			c.in = c.in[:2]
			t.Run(c.name+" without channels", func(t *testing.T) { c.check(t) })
		}
	}
}

func TestConvTranspose2D(t *testing.T) {
	for i, s := range settings() {
		m := s
		m.h, m.w, m.n, m.c, m.filters = 3, 4, 1+i%3, 1+i%4, 1+i%5
		if i%2 == 1 {
			m.before = [2]int{0, m.dilation[1] * (m.kernel[1] - 1) / 2}
		}
		if i%3 == 1 {
			for a := range 2 {
				m.outputPadding[a] = max(m.stride[a], m.dilation[a]) - 1
			}
		}
		outH, outW := m.transposed()
		noBias := i%4 == 2
		c := bilinearCase{
			name: fmt.Sprintf("%+v", m),
			layer: func() layers.Layer {
				return &layers.ConvTranspose2D{Filters: m.filters, Kernel: m.kernel, Stride: m.stride, Padding: m.before,
					OutputPadding: m.outputPadding, Dilation: m.dilation, NoBias: noBias}
			},
			in: []int{m.n, m.h, m.w, m.c}, out: []int{m.n, outH, outW, m.filters},
			weight:  []int{m.c, m.kernel[0] * m.kernel[1] * m.filters},
			filters: m.filters, noBias: noBias, terms: m.transposedTerms,
		}
		t.Run(c.name, func(t *testing.T) { c.check(t) })
	}
}
