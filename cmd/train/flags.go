package main

import (
	"flag"
	"io"
	"strings"

	"github.com/gokfac/gokfac/internal/job"
)

// command is what the command line asks for: a run, or several, and what is shown
// of them.
type command struct {
	spec *job.Spec
	studyFlags
	keepFlags
	useFlags
	watchFlags
	outputFlags
	processFlags

	line      string      // that repeats the command
	arguments job.Choices // all flags, in order
	given     map[string]bool
	saved     *job.SavedConfig // that the command line names; nil: none
	asked     job.Choices      // settings that the command line has itself
	account   *account
	processes *processes // that carry the command out together; nil: this one by itself
}

// studyFlags are of several runs.
type studyFlags struct {
	compare, tune string // entries; empty: one run
	seeds         int
	tuned         string // files
	trials        int
	search        string
	bySeconds     bool
}

// keepFlags are of what is kept of a run, and of runs that were kept.
type keepFlags struct {
	out             string // directory
	resume          string // directory, or auto
	config          string // file
	checkpointEvery int
	newest          int
	tensorboard     bool
}

type outputFlags struct {
	progress               string
	json, list, version    bool
	cpuProfile, memProfile string
	completion             string // shell
}

// flagTable is the flag set with what -h needs to know about it.
type flagTable struct {
	set    *flag.FlagSet
	groups []flagGroup
}

type flagGroup struct {
	title string
	flags []flagDoc
}

type flagDoc struct{ name, argument, text string }

// group begins a section of the help.
func (t *flagTable) group(title string) { t.groups = append(t.groups, flagGroup{title: title}) }

// add defines a flag that takes an argument.
func (t *flagTable) add(v job.Value, name, argument, text string) {
	t.set.Var(flagValue{v, false}, name, "")
	t.describe(name, argument, text)
}

// toggle defines a flag that takes none.
func (t *flagTable) toggle(p *bool, name, text string) {
	t.set.BoolVar(p, name, *p, "")
	t.describe(name, "", text)
}

func (t *flagTable) word(p *string, name, argument, text string) {
	t.set.StringVar(p, name, *p, "")
	t.describe(name, argument, text)
}

func (t *flagTable) describe(name, argument, text string) {
	last := &t.groups[len(t.groups)-1]
	last.flags = append(last.flags, flagDoc{name, argument, text})
}

func (t *flagTable) names() []string {
	var names []string
	t.set.VisitAll(func(f *flag.Flag) { names = append(names, f.Name) })
	return names
}

// flagValue is a setting's value as package flag has it.
type flagValue struct {
	job.Value
	toggle bool
}

func (flagValue) String() string { return "" }

// IsBoolFlag tells package flag that the flag needs no argument.
func (v flagValue) IsBoolFlag() bool { return v.toggle }

// groupTitles are the sections of the settings' table in the help.
var groupTitles = map[job.Group]string{
	job.ModelGroup:    "Model",
	job.DataGroup:     "Data",
	job.TrainingGroup: "Training (0 or empty = the default; -list has the table; none = off)",
	job.RunGroup:      "Run",
	job.KFACGroup:     "K-FAC (0 or empty = the default; -list has the table; none = off)",
	job.MuonGroup:     "Muon (0 or empty = the default; -list has the table; none = off)",
	job.ShampooGroup:  "Shampoo (0 or empty = the default; -list has the table; none = off)",
	job.SOAPGroup:     "SOAP (0 or empty = the default; -list has the table; none = off)",
}

// newFlagTable defines the flags, which write to c.
func newFlagTable(c *command) *flagTable {
	*c = command{spec: job.NewSpec(), outputFlags: outputFlags{progress: "auto"}, processFlags: processFlags{distributed: byLauncher}}
	t := &flagTable{set: flag.NewFlagSet("train", flag.ContinueOnError)}
	t.set.SetOutput(io.Discard)
	t.set.Usage = func() {}
	var group job.Group
	for _, row := range job.Settings() {
		if row.Group != group {
			group = row.Group
			t.group(groupTitles[group])
		}
		t.set.Var(flagValue{row.Value(c.spec), row.Toggle()}, row.Name, "")
		t.describe(row.Name, row.Argument, inFlags(row.Text))
	}
	t.ofKeeping(&c.keepFlags)
	t.ofUse(&c.useFlags)
	t.ofStudies(&c.studyFlags)
	t.ofProcesses(&c.processFlags)
	t.ofOutput(&c.outputFlags)
	t.ofWatching(&c.watchFlags)
	return t
}

const (
	maxSeeds  = 1000
	maxTrials = 10_000
	maxEvery  = 1_000_000_000
	maxNewest = 1000
)

func (t *flagTable) ofStudies(s *studyFlags) {
	t.group("Several runs")
	t.word(&s.compare, "compare", "kfac,adam,sgd", "train each on the same data and seeds; an entry may have flags of its own, and alternatives: "+
		"sgd:lr=0.1/0.2:momentum=0.95")
	t.word(&s.tune, "tune", "kfac,adam,sgd", "search settings of each, with the same number of trials; an entry may say what is "+
		"searched: adam:lr=1e-4..1e-2:schedule=linear/cosine")
	t.add(job.Count(&s.seeds, maxSeeds), "seeds", "N", "runs of each entry or trial, from -seed on (-compare: 5 from seed 1; -tune: 1 from seed 101)")
	t.word(&s.tuned, "tuned", "FILE", "-compare: settings that -tune found (tune.json; several separated by commas)")
	t.add(job.Count(&s.trials, maxTrials), "trials", "N", "-tune: settings tried for each entry (default 20; grid: all)")
	t.add(job.OneOf(&s.search, searches()), "search", strings.Join(job.Names(searches()), "|"), "-tune: how settings are chosen (default random)")
	t.toggle(&s.bySeconds, "by-seconds", "-tune: the best is the fastest, not the one with the fewest steps")
}

// nothing is the word for a directory that is not made.
const nothing = "none"

func (t *flagTable) ofKeeping(k *keepFlags) {
	t.group("What is kept")
	t.word(&k.out, "out", "DIR|none", "where the run is kept: configuration, logs, model, checkpoints, report (default: a new one, runs/MODEL-DATASET-OPT-NNN); "+
		"-compare and -tune: where runs are kept, and looked for (default: a name made of the task)")
	t.word(&k.resume, "resume", "DIR|auto", "go on with the run that is kept there, to the bit; auto: with the newest in runs/")
	t.add(job.Count(&k.checkpointEvery, maxEvery), "checkpoint-every", "N", "steps between two checkpoints (default: at evaluations, half a minute apart, and at the end)")
	t.add(job.Count(&k.newest, maxNewest), "keep", "N", "newest checkpoints that are left, beside the best (default 2)")
	t.toggle(&k.tensorboard, "tensorboard", "write event files of TensorBoard there as well: scalars, histograms of weights, activations and gradients")
	t.word(&k.config, "config", "FILE", "take all settings from a config.json or a result; flags beside it win")
}

func (t *flagTable) ofOutput(o *outputFlags) {
	t.group("Output")
	t.add(job.OneOf(&o.progress, progressModes()), "progress", strings.Join(job.Names(progressModes()), "|"), "on stderr (default auto: bar on a terminal, else plain)")
	t.toggle(&o.json, "json", "print the result as one JSON object")
	t.toggle(&o.list, "list", "print what can be chosen")
	t.toggle(&o.version, "version", "print the version")
	t.add(job.OneOf(&o.completion, shells()), "completion", strings.Join(job.Names(shells()), "|"), "print the script that completes flags in a shell")
	t.word(&o.cpuProfile, "cpuprofile", "FILE", "write a CPU profile")
	t.word(&o.memProfile, "memprofile", "FILE", "write a memory profile at the end")
}

func searches() []job.Entry {
	return []job.Entry{{Name: "random", What: "the default settings first, then some drawn at random"}, {Name: "grid", What: "every combination of the values given"}}
}

func progressModes() []job.Entry {
	return []job.Entry{
		{Name: "auto", What: "bar on a terminal, else plain"},
		{Name: "bar", What: "a progress bar, and a line for each evaluation"},
		{Name: "plain", What: "a line for each evaluation"},
		{Name: "none", What: "the data set, and errors"},
	}
}
