// Package blockform writes the forms of Fisher blocks in words, for package kfac, which has the
// blocks, and for the summary of a model, which is made without them.
package blockform

import (
	"fmt"
	"slices"
	"strings"
)

// MostWhole is the greatest order of a whole Fisher block of factors and summands.
const MostWhole = 512

// Diagonal is a diagonal block.
const Diagonal = "diagonal"

// Factors is A ⊗ G with factors of these orders.
func Factors(in, out int) string { return fmt.Sprintf("A ⊗ G, %d×%d ⊗ %d×%d", in, in, out, out) }

// Table is A ⊗ G of a table, whose A is diagonal.
func Table(rows, out int) string {
	return fmt.Sprintf("A ⊗ G, diagonal %d ⊗ %d×%d", rows, out, out)
}

// Over adds the setting of weight sharing where there are several locations.
func Over(form, sharing string, locations int) string {
	if locations <= 1 {
		return form
	}
	return fmt.Sprintf("%s, %s over %d locations", form, sharing, locations)
}

// Grouped is the form of a map in so many groups, each of the form given.
func Grouped(groups int, form string) string {
	if groups <= 1 {
		return form
	}
	return fmt.Sprintf("%d groups: %s", groups, form)
}

// Whole is a whole block.
func Whole(order int) string { return fmt.Sprintf("full, %d×%d", order, order) }

// Own is the block of factors and summands, or of one of them, of so many features.
func Own(features int, both bool) string {
	order := features
	if both {
		order *= 2
	}
	switch {
	case order <= MostWhole:
		return Whole(order)
	case both:
		return Pairs(features)
	}
	return Diagonal
}

// Pairs is a block for each factor and its summand.
func Pairs(features int) string { return fmt.Sprintf("2×2 for each of %d features", features) }

// Eigenbasis is EKFAC's block of factors that are given in words.
func Eigenbasis(factors string) string { return "diagonal in the eigenbasis of " + factors }

// Registered is a block that is not built in.
func Registered(kind string) string { return fmt.Sprintf("registered for kind %q", kind) }

// Joined lists the forms, each once, without empty ones.
func Joined(forms []string) string {
	var list []string
	for _, f := range forms {
		if f != "" && !slices.Contains(list, f) {
			list = append(list, f)
		}
	}
	return strings.Join(list, "; ")
}
