package layers

func convolutionKinds() []Kind {
	return []Kind{NewKind("conv2d", describeConv2D, conv2DSettings.build)}
}

type conv2DSettings struct {
	Name     string `json:"name"`
	Filters  int    `json:"filters"`
	Kernel   [2]int `json:"kernel"`
	Stride   [2]int `json:"stride"`
	Padding  [2]int `json:"padding"`
	Dilation [2]int `json:"dilation"`
	NoBias   bool   `json:"no_bias,omitempty"`
}

func describeConv2D(c *Conv2D) conv2DSettings {
	return conv2DSettings{c.Name, c.Filters, c.Kernel, orOnes(c.Stride), c.Padding, orOnes(c.Dilation), c.NoBias}
}

func (s conv2DSettings) build() (*Conv2D, error) {
	return &Conv2D{Name: s.Name, Filters: s.Filters, Kernel: s.Kernel, Stride: s.Stride, Padding: s.Padding,
		Dilation: s.Dilation, NoBias: s.NoBias}, nil
}
