// Package live serves pages about training runs to a browser: [Listen] one page that
// follows a run, [Serve] one page with the runs of a directory side by side.
//
//	page, err := live.Listen("127.0.0.1:0")     // page.URL() is where it is
//	defer page.Close()
//	page.Update(live.Snapshot{Step: 1, Total: 100, Loss: 2.3, Examples: 512, Record: record})
//	page.Gallery(assessment)                    // images, once there are any
//	page.End(run, nil)                          // how it ended
//
// Update, Gallery and End keep what they are given under a lock and return; Update
// allocates nothing. JSON is made when a page asks for it, from at most a twentieth of the time.
//
// # What a page is sent
//
//	/            the page: HTML, styles and script in one file, with nothing from elsewhere
//	/data.json   of a run: where it is, its curves, its configuration
//	/gallery.json test examples, with at most MaxExamples of at most maxPixels values
//	/runs.json   of a directory: its runs, read anew
//	/files/PATH  of a directory: a file of a run
//
// A curve has at most [MaxPoints] points: of a longer history every 2ᵏ-th evaluation is
// sent, and the last, and the page says so. The losses of single steps are means over
// 2ᵏ steps in a row, at most [MaxPoints] of them, so that the memory for them is
// bounded.
//
// # Units
//
// Losses are means over examples. Seconds of a curve are those of training steps, without
// evaluations, as in a result's train_seconds; between two evaluations a step's second
// is interpolated. The remaining time is that of the clock, evaluations included.
// Phases are milliseconds per step.
//
// # Who may read
//
// An address without a host, such as :8080, or with one that is not loopback is reachable
// from other machines; Note says so. A request whose Host header is neither
// localhost, 127.0.0.1, ::1 nor the host of the address is refused (403), as a page of
// another site whose name has been pointed to this machine would send it. An
// address that stands for all of the machine's own takes any IP address and the machine's name.
// Only GET and HEAD are answered. Scripts and styles are those whose hashes the page's
// Content-Security-Policy names; all text of data is set as text. Files of a run are
// shown without scripts.
package live
