package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/gokfac/gokfac/internal/job"
)

// printConfig writes the configuration as flags, a group to a paragraph,
// without what is off, for a terminal of so many columns; 0 for none.
func printConfig(w io.Writer, list []job.InForce, columns int) {
	const indent = 10
	width := 98
	if columns > 0 {
		width = min(width, columns-1)
	}
	group, column := "", 0
	for _, item := range list {
		text := argument(item)
		if text == "" {
			continue
		}
		switch {
		case string(item.Group) != group:
			if group != "" {
				fmt.Fprintln(w)
			}
			group, column = string(item.Group), indent
			fmt.Fprintf(w, "%-*s", indent, group)
		case column+2+utf8.RuneCountInString(text) > width:
			column = max(min(indent, width-utf8.RuneCountInString(text)), 0)
			fmt.Fprintf(w, "\n%*s", column, "")
		default:
			fmt.Fprint(w, "  ")
			column += 2
		}
		fmt.Fprint(w, text)
		column += utf8.RuneCountInString(text)
	}
	fmt.Fprintln(w)
}

func argument(item job.InForce) string {
	value := fmt.Sprint(item.Value)
	switch v := item.Value.(type) {
	case bool:
		if item.Name == "download" || !v { // where the data came from has been said
			return ""
		}
		return "-" + item.Name
	case []int:
		value = strings.Trim(strings.ReplaceAll(value, " ", ","), "[]")
	case string:
		if v == "" {
			return ""
		}
	case int, float64:
		if value == "0" {
			return ""
		}
	}
	return "-" + item.Name + " " + value
}
