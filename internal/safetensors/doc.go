// Package safetensors reads and writes tensors in the format of that name, which PyTorch, JAX and numpy read through a
// library of theirs (https://huggingface.co/docs/safetensors):
//
//	8 bytes   n, little-endian
//	n bytes   a JSON object: for each tensor's name its dtype, its shape and where its data begin and end, counted
//	          from the byte after the object; "__metadata__" has an object of strings. Spaces fill up to a multiple of 8
//	rest      the tensors' elements, little-endian and row-major, one tensor after the other without a gap
//
// [Write] makes the same bytes of the same arguments. [Open] reads nothing but the object, of at most [MaxHeader]
// bytes, and takes nothing in it on trust: whatever the bytes are, it returns a file whose tensors lie within it, each
// byte in one of them, or an error of one line. Elements are read into memory that the caller has.
//
// A file that Write has made has a checksum of itself in its metadata ([ChecksumKey]). [File.Verify] compares it. Files
// of other writers have none.
package safetensors

// MaxHeader is the most bytes that a header may have: some 100,000 tensors.
const MaxHeader = 16 << 20

// metadataKey is the name in the header that is not a tensor's.
const metadataKey = "__metadata__"
