// Package fence has memory for tests of kernels in assembly: slices that end, or
// begin, where a page begins that no one may touch. A kernel that strays beyond its
// slice by one element dies. Only Linux has it.
//
//	x = fence.Slice(t, x, true)
package fence
