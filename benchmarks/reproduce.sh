#!/usr/bin/env bash
# Makes what docs/benchmarks.md reports, into benchmarks/results: about two hours on two processors, on which nothing
# else should run. Runs that are there already are kept, so it goes on where it was. MNIST must be at hand or downloadable.
#
#	benchmarks/reproduce.sh            compare, with the tuned settings that are committed
#	benchmarks/reproduce.sh tune       search the settings anew before
set -euo pipefail
cd "$(dirname "$0")/.."
results=benchmarks/results

train() {
	printf '\n== cmd/train'
	printf ' %q' "$@"
	printf '\n'
	go run ./cmd/train "$@"
}

if [ "${1:-}" = tune ]; then
	train -tune 'kfac:kfac-mode=fixed:lr=0.1..0.6:momentum=0.8/0.9:kfac-damping=0.2..1:schedule=linear/cosine/exponential:kfac-polyak=none/0.95:kfac-factor-update-steps=4/10:kfac-inv-update-steps=20:epochs=2/3,kfac:lr=1..1.4:kfac-polyak=0.9/0.95:kfac-factor-update-steps=4/10:kfac-inv-update-steps=10/20:kfac-product-update-steps=5:kfac-gamma-update-steps=-1:epochs=3,adam:lr=2e-3..6e-3:schedule=linear/cosine:max-steps=260/300/350/420/500,sgd:lr=0.1..0.6:momentum=0.9/0.95:schedule=linear/cosine:max-steps=260/300/350/420/500' -trials 12 -seeds 2 -by-seconds -dataset mnist -batch-size 512 -eval-every 5 -target test_accuracy=0.975,0.98,0.983 -out $results/mlp-512/tune
	train -tune 'kfac:kfac-mode=fixed:lr=0.2..1:momentum=0.8/0.9:kfac-damping=0.03..0.5:schedule=linear/cosine/exponential:kfac-polyak=none/0.9:kfac-factor-update-steps=4:kfac-inv-update-steps=10/20:epochs=3/4/5,kfac:lr=1..1.4:kfac-polyak=0.8/0.9:kfac-factor-update-steps=4/10:kfac-factor-fraction=0.25/1:kfac-product-fraction=0.25/1:kfac-inv-update-steps=10/20:kfac-product-update-steps=5:kfac-gamma-update-steps=-1:epochs=6,adam:lr=3e-3..2e-2:schedule=linear/cosine:epochs=10/14/18,sgd:lr=0.2..2:momentum=0.9/0.95:schedule=linear/cosine:epochs=10/14/18' -trials 8 -by-seconds -dataset mnist -batch-size 4096 -eval-every 2 -target test_accuracy=0.975,0.98 -out $results/mlp-4096/tune
	train -tune 'kfac:lr=1..1.3:kfac-polyak=0.9/0.95:kfac-factor-update-steps=4/10:kfac-product-update-steps=1/5:epochs=2,adam:lr=5e-4..4e-3:schedule=linear/cosine:epochs=2/3,sgd:lr=0.03..0.3:momentum=0.9:schedule=linear/cosine:epochs=2/3' -trials 6 -by-seconds -dataset mnist -batch-size 128 -eval-every 20 -target test_accuracy=0.975,0.98 -out $results/mlp-128/tune
	train -tune 'kfac:kfac-polyak=none/0.5:kfac-damping=found/0.003/0.01/0.03:lr=0.8..1.1:kfac-product-fraction=0.125/0.25:kfac-factor-update-steps=4/10:kfac-inv-update-steps=20:kfac-gamma-update-steps=-1' -trials 7 -by-seconds -model autoencoder -dataset mnist -batch-size 1000 -epochs 10 -eval-every 2 -target reconstruction_error=20,10 -out $results/autoencoder/tune-kfac
	train -tune 'adam:lr=5e-4..5e-3:schedule=constant/linear/cosine,sgd:lr=3e-3..3e-2:momentum=0.9/0.95/0.99:schedule=constant/linear/cosine' -trials 7 -model autoencoder -dataset mnist -batch-size 1000 -epochs 10 -eval-every 20 -target reconstruction_error=20,10 -out $results/autoencoder/tune
fi

train -compare 'kfac,kfac:kfac-mode=fixed,adam,sgd' -tuned $results/mlp-512/tune/tune.json -dataset mnist -batch-size 512 -eval-every 3 -target test_accuracy=0.98 -out $results/mlp-512/98.0
train -compare kfac:lr=0.9,adam,sgd -tuned $results/autoencoder/tune-kfac/tune.json,$results/autoencoder/tune/tune.json -model autoencoder -dataset mnist -eval-every 10 -target reconstruction_error=20,10 -out $results/autoencoder/error-10
train -compare kfac:batch-size=128/512/4096,adam:batch-size=128/512/4096,sgd:batch-size=128/512/4096 -tuned $results/mlp-128/tune/tune.json,$results/mlp-512/tune/tune.json,$results/mlp-4096/tune/tune.json -dataset mnist -eval-every 3 -target test_accuracy=0.98 -out $results/batch-sizes
train -compare kfac,adam,sgd -tuned $results/mlp-512/tune/tune.json -dataset mnist -batch-size 512 -eval-every 3 -target test_accuracy=0.983 -out $results/mlp-512/98.3
train -compare kfac,adam,sgd -dataset digits -eval-every 5 -target test_accuracy=0.98,0.99 -out $results/digits
train -compare kfac,adam:max-steps=4000,sgd:max-steps=4000 -model regression -eval-every 10 -target test_loss=0.05 -out $results/regression
train -compare kfac,adam,sgd -tuned $results/mlp-512/tune/tune.json -dataset mnist -batch-size 512 -eval-every 3 -target test_accuracy=0.975 -out $results/mlp-512/97.5
train -compare 'kfac,adam:lr=0.00091:schedule=constant' -model autoencoder -dataset mnist -epochs 10 -seeds 1 -out $results/autoencoder/by-epoch
train -compare kfac,adam,sgd -dataset mnist -eval-every 3 -target test_accuracy=0.98 -out $results/mlp-512/defaults

# Networks of images and sequences, at the defaults.
images=$results/images
train -compare kfac,adam -seeds 3 -model convnet -dataset mnist -eval-every 117 -target test_accuracy=0.99 -out $images/convnet
train -compare kfac,adam -seeds 1 -model convnet -dataset shapes -epochs 3 -out $images/shapes
train -compare kfac,adam -seeds 1 -model rnn -dataset mnist -max-steps 936 -eval-every 234 -out $images/rnn
train -compare kfac,adam -seeds 1 -model resnet -dataset mnist -max-steps 468 -eval-every 117 -out $images/resnet

# K-FAC at its defaults against the tuned baselines, in seconds.
seconds=$results/seconds
train -compare kfac,adam:lr=0.0027:schedule=cosine:max-steps=420,sgd:lr=0.2:schedule=cosine:max-steps=500 -dataset mnist -eval-every 3 -target test_accuracy=0.98 -out $seconds/512
train -compare kfac,adam,sgd:lr=0.2:schedule=cosine:max-steps=500 -dataset mnist -eval-every 3 -target test_accuracy=0.983 -out $seconds/983
train -compare kfac,adam:lr=0.0028:schedule=linear:epochs=2,sgd:lr=0.086:schedule=cosine:epochs=2 -dataset mnist -batch-size 128 -eval-every 6 -target test_accuracy=0.98 -out $seconds/128
train -compare kfac,adam:lr=0.0049:schedule=cosine:epochs=14 -dataset mnist -batch-size 4096 -eval-every 3 -target test_accuracy=0.98 -out $seconds/4096
train -compare kfac,adam,sgd -dataset digits -eval-every 3 -target test_accuracy=0.99 -out $seconds/digits
train -compare kfac,adam:lr=0.00091:schedule=constant:epochs=10 -model autoencoder -dataset mnist -eval-every 10 -target reconstruction_error=10 -out $seconds/ae
