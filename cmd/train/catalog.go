package main

// entry is one thing that can be chosen.
type entry struct{ name, what string }

func optimizers() []entry {
	return []entry{
		{"kfac", "natural gradient with Kronecker-factored curvature (Martens & Grosse 2015)"},
		{"adam", "Adam; with -weight-decay, AdamW"},
		{"sgd", "stochastic gradient descent with momentum"},
	}
}

func models() []entry {
	return []entry{
		{"mlp", "classifier: in-512-512-classes, ReLU, softmax cross-entropy, standardised inputs"},
		{"autoencoder", "in-1000-500-250-30 and back, tanh; Bernoulli loss of pixels, else squared error"},
		{"regression", "in-64-64-outputs, tanh, squared error: for data with values as targets"},
	}
}

func datasetNames() []entry {
	return []entry{
		{"auto", "MNIST if it can be had, else digits; for -model regression ill-conditioned"},
		{"mnist", "handwritten digits: 60000 training and 10000 test images of 28×28"},
		{"fashion-mnist", "clothes, in the same sizes"},
		{"digits", "built in: digits rendered from fonts, 28×28, no download"},
		{"ill-conditioned", "built in: regression on 64 inputs whose covariance has condition number 1e6"},
	}
}

func activations() []entry {
	return []entry{{"relu", "max(x, 0)"}, {"tanh", "hyperbolic tangent"}, {"sigmoid", "1/(1+exp(-x))"}}
}

func initialisers() []entry {
	return []entry{
		{"he", "normal, variance 2/in: for relu"},
		{"glorot", "uniform, variance 2/(in+out)"},
		{"lecun", "normal, variance 1/in: for tanh and sigmoid"},
		{"torch", "uniform, variance 1/(3·in): PyTorch's for linear layers"},
		{"sparse", "15 inputs per unit from N(0, 1) (Martens 2010)"},
		{"orthogonal", "orthonormal rows or columns, times √2 for relu"},
	}
}

func schedules() []entry {
	return []entry{
		{"constant", "the learning rate stays"},
		{"linear", "falls to 0 along a line"},
		{"cosine", "falls to 0 along half a cosine wave"},
		{"exponential", "falls to a hundredth, by the same factor each step"},
		{"step", "a tenth after each third of the run"},
	}
}

func kfacModes() []entry {
	return []entry{
		{"adaptive", "each step from the exact quadratic model: no learning rate or momentum to tune"},
		{"fixed", "learning rate, momentum and a norm clip, as SGD has them: cheaper steps"},
	}
}

func structures() []entry {
	return []entry{
		{"block-diagonal", "K-FAC: a Kronecker product for each layer"},
		{"block-tridiagonal", "K-FAC that couples each layer with the next"},
		{"ekfac", "K-FAC with the Fisher's own diagonal in its eigenbasis"},
		{"diagonal", "the diagonal of the Fisher"},
		{"full", "all of it, for networks of a few thousand parameters"},
	}
}

func estimators() []entry {
	return []entry{
		{"mc", "one target per example, drawn from the model: unbiased"},
		{"ggn", "random signs through the factor of the Gauss-Newton matrix: unbiased"},
		{"exact", "the whole Fisher, at one backward pass per output unit"},
		{"empirical", "the data's own targets: cheap, and not the Fisher"},
	}
}

func searches() []entry {
	return []entry{{"random", "the default settings first, then some drawn at random"}, {"grid", "every combination of the values given"}}
}

func progressModes() []entry {
	return []entry{
		{"auto", "bar on a terminal, else plain"},
		{"bar", "a progress bar, and a line for each evaluation"},
		{"plain", "a line for each evaluation"},
		{"none", "the data set, and errors"},
	}
}

func dtypes() []entry { return []entry{{"float32", ""}, {"float64", ""}} }

func namesOf(entries []entry) []string {
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.name
	}
	return names
}
