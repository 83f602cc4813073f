package results

// Diagnostics are K-FAC's at one record: of the last step, but for Rho,
// PredictedChange and ActualChange, which are the last measured ones since the
// record before, and for UndoneSteps, which is a sum since then.
type Diagnostics struct {
	Loss            Number `json:"loss"`
	Damping         Number `json:"damping"`
	MinDamping      Number `json:"min_damping"`
	Gamma           Number `json:"gamma"`
	Alpha           Number `json:"alpha"`
	Mu              Number `json:"mu"`
	ClipFactor      Number `json:"clip_factor"`
	Rho             Number `json:"rho"`
	PredictedChange Number `json:"predicted_change"`
	ActualChange    Number `json:"actual_change"`
	GradNorm        Number `json:"grad_norm"`
	UpdateNorm      Number `json:"update_norm"`
	Cosine          Number `json:"cosine"`
	InverseAge      int    `json:"inverse_age"`
	FailedInverses  int    `json:"failed_inverses"`
	Condition       Number `json:"condition"`
	UndoneSteps     int    `json:"undone_steps"`
}

// Environment is where and with what a run was made.
type Environment struct {
	Version    string `json:"version"` // of gokfac
	Go         string `json:"go"`
	OS         string `json:"os"`
	Arch       string `json:"arch"`
	CPU        string `json:"cpu"` // empty: unknown
	Processors int    `json:"processors"`
	Kernels    string `json:"kernels"`
	Started    string `json:"started"`                // RFC 3339, UTC
	Beside     int    `json:"runs_at_once,omitempty"` // that made runs on these processors at the same time; 0: one
}
