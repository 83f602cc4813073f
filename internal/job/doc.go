// Package job is one training run as a value: what is asked for, its defaults, its
// data, model and optimizer, what is recorded of it and how it ended. It knows no
// flags and no terminal.
//
// # The life of a run
//
//	s, err := job.Parse(job.Choices{{Name: "opt", Value: "adam"}}) // what is asked for
//	d, why, err := s.Open(ctx, nil)                                // its data
//	err = s.Resolve(d.Train.Len())                                 // its defaults: all that is in force
//	err = s.CheckMemory(ctx, d)                                    // whether it can be made
//	r, err := job.New(s, d)                                        // model, optimizer, schedule, evaluations
//	err = r.Fit(ctx, show)                                         // nil, an ending (IsEnding), or a failure
//	record := r.Record()                                           // as it is printed and kept
//
// A [Spec] can be made by hand as well: its zeros are the defaults.
//
// # Tables
//
// A setting ([Settings]), a model ([Models]), an optimizer ([Optimizers]) and each
// word that can be chosen is a row of a table. Flags, their help, the list of
// defaults, the configuration in a result, what a search chooses from, and what
// applies to what follow from the rows. The default numbers of an optimizer for a
// model are in the model's row, or else the optimizer's fallback.
//
//   - Another model is a function that returns its row, in a file of its own, and its
//     name in tables.go.
//   - Another optimizer is a function that returns its row, in a file of its own, and
//     its name in tables.go. Settings of its own are a list of rows in Settings.
//   - Another setting is a field of Spec and a row; one of K-FAC is a field of
//     kfac.Config, a row of its table of numbers, and a row in kfacSettings.
//
// # Messages
//
// An error of what was asked for is a [*SettingError]. Messages name a setting as
// ⟨name⟩ (see [Word]), for whoever shows them to write it as its users do: a command
// line writes -name.
package job
