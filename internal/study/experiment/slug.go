package experiment

import (
	"fmt"
	"hash/fnv"
	"strings"
)

// A slug is of at most longestSlug bytes. With a seed, which has up to 20, and
// what else is in the name of a file, that stays below 140: file systems take
// 255, and those that encrypt names 143.
const longestSlug = 100

// Slug is a label as part of a file's name. The end of a long one gives way to a
// digest of it.
func Slug(label string) string {
	slug := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '=', r == '-', r == '+':
			return r
		}
		return '-'
	}, label)
	if len(slug) <= longestSlug {
		return slug
	}
	h := fnv.New64a()
	h.Write([]byte(label))
	return fmt.Sprintf("%s-%016x", slug[:longestSlug-17], h.Sum64())
}
