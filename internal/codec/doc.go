// Package codec turns a list of named values, the state of a model or of an
// optimizer, into bytes and back.
//
// One list of fields serves both directions, so that nothing can be saved and
// not restored:
//
//	func (o *Optimizer) fields() []codec.Field {
//		return []codec.Field{{"steps", &o.steps}, {"velocity W", o.velocity}}
//	}
//	data, err := codec.Encode("optimizer", 1, o.fields())
//	…
//	err = codec.Decode(data, "optimizer", 1, o.fields())
//
// A state is restored only into fields with the same names, order, types and
// shapes. Only strings, byte slices, states nested in them, and Rows may change their
// length. Decode checks all of this, and a checksum, before it writes anything.
// A state within a state is a field of type *[]byte that holds the bytes of
// another Encode. To restore both or neither, decode the inner state before the
// outer one is adopted.
//
// # Format
//
// Little endian throughout; text is a uint16 length and as many bytes:
//
//	magic     8 bytes
//	size      uint64, of the whole, checksum included
//	kind      text
//	version   uint32
//	count     uint32, of fields
//	fields    name text, type uint8, rank uint8, rank × uint64 shape,
//	          uint64 size of the value, value
//	checksum  uint32, CRC-32C of all before it
//
// Floats are their IEEE bits: −0 and the payload of a NaN survive.
package codec
