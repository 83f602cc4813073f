package scale

// Published is a measured time of steps that others have published.
type Published struct {
	Network     Network
	GPUs, Batch int     // examples of a mini-batch on each GPU
	Epoch       int     // examples of an epoch
	SGD, KFAC   float64 // seconds of an epoch
}

// Steps turns seconds of an epoch into those of a step.
func (r Published) step(epoch float64) float64 {
	return epoch * float64(r.GPUs*r.Batch) / float64(r.Epoch)
}

// PublishedRows are those of docs/results.md in kfac-pytorch at commit 04c75f5 ("t/epoch").
// The mini-batches are the defaults of its examples, and its batch scripts are for nodes of
// four V100 with InfiniBand.
func PublishedRows() []Published {
	cifar, imagenet := ResNet32(), ResNet50()
	return []Published{
		{cifar, 1, 128, 50_000, 27.5, 82},
		{cifar, 4, 128, 50_000, 8.5, 16},
		{imagenet, 16, 32, 1_281_167, 15 * 60, 30 * 60},
		{imagenet, 32, 32, 1_281_167, 8*60 + 10, 14*60 + 18},
		{imagenet, 64, 32, 1_281_167, 4*60 + 8, 7*60 + 17},
	}
}

// plans are SGD's and K-FAC's, with what kfac-pytorch did then: factors in every step,
// eigenvectors of all factors every ten steps, shared out among all and sent to all.
func (r Published) plans(m Machine) (sgd, kfac *Plan, err error) {
	n := r.GPUs * r.Batch
	if sgd, err = NewPlan(r.Network, SGD(n), m, r.GPUs, r.GPUs, false); err != nil {
		return nil, nil, err
	}
	s := Settings{
		Batch: n, Structure: Eigenvectors, FactorPeriod: 1, InversePeriod: 10, TrueTargets: true, WholeMatrices: true,
		FactorExamples: n, FactorRows: n * r.Network.Layers[0].Locations,
	}
	kfac, err = NewPlan(r.Network, s, m, r.GPUs, r.GPUs, false)
	return sgd, kfac, err
}

// V100 is a GPU of four to a node, with 100 Gb/s between nodes, in a ring over all GPUs. Rates
// are round numbers. The one of products was chosen with the published rows in view, and
// Eigen's is fitted to that of ResNet-50 on 16 GPUs.
func V100() Machine {
	return Machine{
		Name:    "V100, four to a node",
		Product: Rate{10e12, 64}, Invert: Rate{1e12, 2000}, Eigen: Rate{615e9, 2000}, Subspace: Rate{2e12, 2000}, Memory: 700e9,
		Link: Link{Alpha: 20e-6, Beta: 10e9},
	}
}
