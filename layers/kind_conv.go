package layers

func convolutionKinds() []Kind {
	return []Kind{
		NewKind("conv2d", describeConv2D, conv2DSettings.build),
		NewKind("conv1d", describeConv1D, conv1DSettings.build),
		NewKind("conv-transpose2d", describeConvTranspose2D, convTranspose2DSettings.build),
	}
}

type conv2DSettings struct {
	Name     string `json:"name"`
	Filters  int    `json:"filters"`
	Kernel   [2]int `json:"kernel"`
	Stride   [2]int `json:"stride"`
	Padding  [2]int `json:"padding"`
	Dilation [2]int `json:"dilation"`
	Same     bool   `json:"same,omitempty"`
	Groups   int    `json:"groups,omitempty"`
	NoBias   bool   `json:"no_bias,omitempty"`
}

func describeConv2D(c *Conv2D) conv2DSettings {
	return conv2DSettings{c.Name, c.Filters, c.Kernel, orOnes(c.Stride), c.Padding, orOnes(c.Dilation), c.Same, c.Groups, c.NoBias}
}

func (s conv2DSettings) build() (*Conv2D, error) {
	return &Conv2D{Name: s.Name, Filters: s.Filters, Kernel: s.Kernel, Stride: s.Stride, Padding: s.Padding,
		Dilation: s.Dilation, Same: s.Same, Groups: s.Groups, NoBias: s.NoBias}, nil
}

type conv1DSettings struct {
	Name     string `json:"name"`
	Filters  int    `json:"filters"`
	Kernel   int    `json:"kernel"`
	Stride   int    `json:"stride"`
	Padding  int    `json:"padding"`
	Dilation int    `json:"dilation"`
	Same     bool   `json:"same,omitempty"`
	Groups   int    `json:"groups,omitempty"`
	NoBias   bool   `json:"no_bias,omitempty"`
}

func describeConv1D(c *Conv1D) conv1DSettings {
	return conv1DSettings{c.Name, c.Filters, c.Kernel, c.Stride, c.Padding, c.Dilation, c.Same, c.Groups, c.NoBias}
}

func (s conv1DSettings) build() (*Conv1D, error) {
	return &Conv1D{Name: s.Name, Filters: s.Filters, Kernel: s.Kernel, Stride: s.Stride, Padding: s.Padding,
		Dilation: s.Dilation, Same: s.Same, Groups: s.Groups, NoBias: s.NoBias}, nil
}

type convTranspose2DSettings struct {
	Name          string `json:"name"`
	Filters       int    `json:"filters"`
	Kernel        [2]int `json:"kernel"`
	Stride        [2]int `json:"stride"`
	Padding       [2]int `json:"padding"`
	OutputPadding [2]int `json:"output_padding"`
	Dilation      [2]int `json:"dilation"`
	NoBias        bool   `json:"no_bias,omitempty"`
}

func describeConvTranspose2D(c *ConvTranspose2D) convTranspose2DSettings {
	return convTranspose2DSettings{c.Name, c.Filters, c.Kernel, c.Stride, c.Padding, c.OutputPadding, c.Dilation, c.NoBias}
}

func (s convTranspose2DSettings) build() (*ConvTranspose2D, error) {
	return &ConvTranspose2D{Name: s.Name, Filters: s.Filters, Kernel: s.Kernel, Stride: s.Stride, Padding: s.Padding,
		OutputPadding: s.OutputPadding, Dilation: s.Dilation, NoBias: s.NoBias}, nil
}
