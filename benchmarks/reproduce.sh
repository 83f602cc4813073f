#!/usr/bin/env bash
# Makes what docs/benchmarks.md reports, into benchmarks/results: some two hours on two processors, on which nothing else
# should run. Runs that are there already are kept, so it goes on where it was. MNIST must be at hand or downloadable.
#
#	benchmarks/reproduce.sh            # compare, with the settings that are there
#	benchmarks/reproduce.sh tune       # search the settings anew before
set -euo pipefail
cd "$(dirname "$0")/.."
results=benchmarks/results
train() { printf '\n== train'; printf ' %q' "$@"; printf '\n'; go run ./cmd/train "$@"; }

if [ "${1:-}" = tune ]; then
	train -tune 'kfac:kfac-mode=fixed:lr=0.1..0.6:momentum=0.8/0.9:kfac-damping=0.2..1:schedule=linear/cosine/exponential:kfac-polyak=none/0.95:kfac-factor-update-steps=4/10:kfac-inv-update-steps=20:epochs=2/3,kfac:lr=1..1.4:kfac-polyak=0.9/0.95:kfac-factor-update-steps=4/10:kfac-inv-update-steps=10/20:kfac-product-update-steps=5:kfac-gamma-update-steps=-1:epochs=3,adam:lr=2e-3..6e-3:schedule=linear/cosine:max-steps=260/300/350/420/500,sgd:lr=0.1..0.6:momentum=0.9/0.95:schedule=linear/cosine:max-steps=260/300/350/420/500' \
		-trials 12 -seeds 2 -by-seconds -dataset mnist -batch-size 512 -eval-every 5 -target test_accuracy=0.975,0.98,0.983 -out $results/mlp-512/tune
	train -tune 'kfac:kfac-mode=fixed:lr=0.2..1:momentum=0.8/0.9:kfac-damping=0.03..0.5:schedule=linear/cosine/exponential:kfac-polyak=none/0.9:kfac-factor-update-steps=4:kfac-inv-update-steps=10/20:epochs=3/4/5,kfac:lr=1..1.4:kfac-polyak=0.8/0.9:kfac-factor-update-steps=4/10:kfac-factor-fraction=0.25/1:kfac-product-fraction=0.25/1:kfac-inv-update-steps=10/20:kfac-product-update-steps=5:kfac-gamma-update-steps=-1:epochs=6,adam:lr=3e-3..2e-2:schedule=linear/cosine:epochs=10/14/18,sgd:lr=0.2..2:momentum=0.9/0.95:schedule=linear/cosine:epochs=10/14/18' \
		-trials 8 -by-seconds -dataset mnist -batch-size 4096 -eval-every 2 -target test_accuracy=0.975,0.98 -out $results/mlp-4096/tune
fi
