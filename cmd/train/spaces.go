package main

import (
	"github.com/gokfac/gokfac/internal/experiment"
	"github.com/gokfac/gokfac/kfac"
)

// spaceFor is what -tune searches where an entry says nothing of it: for each
// optimizer about as many choices, around what is known to work. They are
// written as entries are, for them to be repeated and changed on a command line.
func spaceFor(optimizer, model string, mode kfac.Mode) experiment.Space {
	text := map[string]string{
		"sgd":      "sgd:lr=0.01..1:momentum=0.9/0.95:schedule=constant/linear/cosine/exponential",
		"adam":     "adam:lr=3e-4..1e-2:schedule=constant/linear/cosine/exponential",
		"adaptive": "kfac:lr=0.7..1.7:kfac-polyak=none/0.9/0.95:schedule=constant/linear",
		"fixed":    "kfac:lr=0.1..1.2:momentum=0.8/0.9:kfac-damping=0.1..2:schedule=linear/cosine/exponential:kfac-polyak=none/0.9",
	}
	name := optimizer
	if optimizer == "kfac" {
		name = string(mode)
	}
	entry := text[name]
	switch {
	case model == "autoencoder" && name == "sgd":
		entry = "sgd:lr=1e-3..0.1:momentum=0.9/0.95/0.99:schedule=constant/linear/cosine"
	case model == "autoencoder" && name == "fixed":
		entry = "kfac:lr=0.3..1.5:momentum=0.9:kfac-damping=0.1..2:kfac-kl-clip=0.05..1:schedule=constant/linear"
	case model == "regression" && name == "fixed":
		entry = "kfac:lr=0.3..1.5:momentum=0.9:kfac-damping=0.01..0.3:kfac-kl-clip=1e-3..0.1:schedule=linear/cosine"
	case model == "mlp":
		entry += ":epochs=2/3/5"
	}
	entries, err := experiment.ParseEntries(entry)
	if err != nil {
		panic(err) // a test reads every one of them
	}
	return entries[0].Space
}
