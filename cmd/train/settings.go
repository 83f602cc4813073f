package main

import (
	"cmp"

	"github.com/gokfac/gokfac/datasets"
	"github.com/gokfac/gokfac/internal/experiment"
	"github.com/gokfac/gokfac/internal/results"
	"github.com/gokfac/gokfac/kfac"
	"github.com/gokfac/gokfac/trainer"
)

// settings is what the command line asks for and, once resolve has filled in
// the defaults for its zeros, what is in force.
type settings struct {
	opt, model  string
	hidden      []int
	act, init   string
	dropout     float64
	dataset     string
	dataDir     string
	download    bool
	columns     datasets.ReadOptions // of a table; its Task is the model's
	validation  float64              // part of the training data; 0: none
	patience    int                  // evaluations; 0: endless
	epochs      int                  // 0 once resolved: as many as maxSteps takes
	maxSteps    int
	batch       int
	lr          float64
	momentum    float64 // trainer.None, here and of the other numbers that can be none, until resolve makes that 0
	weightDecay float64
	l2          float64
	schedule    string
	warmup      int
	clip        float64
	target      *trainer.Target // nil: none
	goals       []results.Goal  // what -target names, the hardest last
	evalEvery   int
	seed        uint64
	workers     int
	dtype       string
	kfac        kfac.Config
	progress    string

	json, dryRun, list, version bool
	cpuProfile, memProfile      string

	account   *account // nil: of a run among several
	study              // what -compare and -tune ask for
	command   string   // that repeats this run
	label     string   // of the run in a comparison
	arguments experiment.Settings
	given     map[string]bool // the flags on the command line
}

// study is what is said of several runs.
type study struct {
	compare, tune string // entries; empty: one run
	seeds         int
	out           string // directory
	tuned         string // files
	trials        int
	search        string
	bySeconds     bool
}

// resolve fills in the defaults for a training set of so many examples, and
// refuses what does not go with it.
func (s *settings) resolve(examples int) error {
	s.kfac.Mode = cmp.Or(s.kfac.Mode, defaultMode)
	d := defaultsFor(s.opt, s.model, s.kfac.Mode)
	if s.batch > examples {
		return usagef("-batch-size %d: larger than the %d training examples", s.batch, examples)
	}
	s.batch = cmp.Or(s.batch, d.batchFor(examples))
	if s.maxSteps == 0 {
		s.epochs = cmp.Or(s.epochs, d.epochsFor(examples/s.batch))
	}
	if len(s.hidden) == 0 {
		s.hidden = hiddenOf(s.model)
	}
	s.act = cmp.Or(s.act, activationOf(s.model))
	s.init = cmp.Or(s.init, initOf(s.model, s.act, len(s.hidden)))
	s.schedule = cmp.Or(s.schedule, d.schedule)
	s.lr = cmp.Or(s.lr, d.rateFor(s.batch))
	s.momentum = unlessNone(s.momentum, d.momentum)
	s.weightDecay = unlessNone(s.weightDecay, d.weightDecay)
	s.l2 = unlessNone(s.l2, d.l2)
	s.clip = unlessNone(s.clip, d.clip)
	total := s.total(examples / s.batch) // short batches are dropped
	if s.warmup > 0 && s.warmup >= total {
		return usagef("-warmup-steps %d: the whole run has %d steps", s.warmup, total)
	}
	s.warmup = cmp.Or(s.warmup, min(d.warmup, total/10))
	if err := s.checkShrink(); err != nil {
		return err
	}
	return s.resolveKFAC(d.kfac)
}

// unlessNone is v, its default for 0, and 0 for none.
func unlessNone(v, def float64) float64 {
	if v = cmp.Or(v, def); v == trainer.None {
		return 0
	}
	return v
}

func (s *settings) resolveKFAC(d kfac.Config) error {
	if s.opt != "kfac" {
		return nil
	}
	c := &s.kfac
	// A zero is none by now, where package kfac may have a default of its own.
	c.LearningRate, c.WeightDecay, c.Momentum = s.lr, cmp.Or(s.weightDecay, kfac.None), cmp.Or(s.momentum, kfac.None)
	c.Structure = cmp.Or(c.Structure, d.Structure)
	c.Polyak = cmp.Or(c.Polyak, d.Polyak)
	c.GammaUpdateSteps = cmp.Or(c.GammaUpdateSteps, d.GammaUpdateSteps)
	c.ProductUpdateSteps = cmp.Or(c.ProductUpdateSteps, d.ProductUpdateSteps)
	c.FactorFraction = cmp.Or(c.FactorFraction, d.FactorFraction)
	c.ProductFraction = cmp.Or(c.ProductFraction, d.ProductFraction)
	// The table's floor was tuned with the table's damping. Another damping has package kfac's floor.
	if c.Damping == 0 {
		c.Damping, c.MinDamping = d.Damping, cmp.Or(c.MinDamping, d.MinDamping)
	}
	c.Damping = max(c.Damping, 0) // found
	c.MaxDamping = d.MaxDamping
	c.DampingUpdateSteps = cmp.Or(c.DampingUpdateSteps, d.DampingUpdateSteps)
	c.FactorDecay = cmp.Or(c.FactorDecay, d.FactorDecay)
	c.FactorUpdateSteps = cmp.Or(c.FactorUpdateSteps, d.FactorUpdateSteps)
	c.InverseUpdateSteps = cmp.Or(c.InverseUpdateSteps, d.InverseUpdateSteps)
	c.KLClip = cmp.Or(c.KLClip, d.KLClip)
	c.Estimator = cmp.Or(c.Estimator, d.Estimator)
	c.NoiseScale = cmp.Or(c.NoiseScale, d.NoiseScale)
	o, err := kfac.New(*c)
	if err != nil {
		return usagef("%v%s", err, s.kfacGiven())
	}
	*c = o.Config()
	return nil
}

// total is the number of steps in the run, but for a dry run's one.
func (s *settings) total(perEpoch int) int {
	steps := s.epochs * perEpoch
	if steps == 0 || s.maxSteps > 0 && s.maxSteps < steps {
		return s.maxSteps
	}
	return steps
}
