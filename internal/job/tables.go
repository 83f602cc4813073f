package job

import (
	"slices"
	"sync"
)

// tables are made once, at the first use, and never change.
type tables struct {
	once, more sync.Once // rows; rows whose texts name other tables' rows
	models     []Model
	optimizers []Optimizer
	settings   []Setting
	byName     map[string]Setting
}

var theTables tables

// madeTables has the rows of each table. A new model or optimizer is a row here.
func madeTables() *tables {
	t := &theTables
	t.once.Do(func() {
		t.models = []Model{mlpRow(), autoencoderRow(), regressionRow(), convnetRow(), resnetRow(), rnnRow()}
		t.optimizers = []Optimizer{kfacRow(), adamRow(), sgdRow(), muonRow(), shampooRow(), soapRow()}
	})
	return t
}

// settingRows has the table of settings, whose texts list models and optimizers.
func settingRows() *tables {
	t := madeTables()
	t.more.Do(func() {
		t.settings = slices.Concat(modelSettings(), dataSettings(), trainingSettings(), runSettings(), kfacSettings(),
			muonSettings(), shampooSettings(), soapSettings())
		t.byName = map[string]Setting{}
		for _, row := range t.settings {
			t.byName[row.Name] = row
		}
	})
	return t
}
