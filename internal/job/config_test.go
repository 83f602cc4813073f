package job

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestConfigRunsAgain: what a configuration says is in force again, for every model,
// optimizer, mode and structure, and for settings off their defaults.
func TestConfigRunsAgain(t *testing.T) {
	base := []Choices{
		nil, {{"epochs", "3"}}, {{"max-steps", "17"}, {"batch-size", "32"}}, {{"weight-decay", "0.01"}, {"l2", "1e-05"}},
		{{"warmup-steps", "7"}, {"schedule", "linear"}, {"lr", "0.1"}}, {{"clip-grad", "none"}, {"seed", "18446744073709551615"}},
		{{"validation", "0.1"}, {"patience", "3"}, {"eval-every", "5"}, {"dtype", "float64"}, {"workers", "1"}},
		{{"hidden", "32,16"}, {"act", "sigmoid"}, {"init", "orthogonal"}, {"groups", "*.bias:l2=none; dense1.*:rate=0.5"}},
		{{"seed", "0"}, {"download", "false"}}, {{"augment", "flip,crop=2,mixup=0.25"}},
	}
	var tried int
	for _, model := range Models() {
		for _, o := range Optimizers() {
			for _, v := range o.Variants {
				for _, more := range base {
					choices := append(Choices{{"model", model.Name}, {"opt", o.Name}}, more...)
					if o.Name == "kfac" {
						choices = append(choices, Choice{"kfac-mode", v.Name})
					}
					s, err := Parse(choices)
					if err != nil {
						continue // does not apply
					}
					s.Workers = max(s.Workers, 2)
					require.NoError(t, s.Resolve(5000))
					text, err := json.Marshal(&Config{Version: 1, Config: configOf(s)})
					require.NoError(t, err)
					saved, err := ReadConfig(text)
					require.NoError(t, err)
					again, err := Parse(saved.Choices)
					require.NoError(t, err, "%s\n%s", choices, text)
					require.NoError(t, again.Resolve(5000), "%s", choices)
					assert.Equal(t, configOf(s), configOf(again), "%s", choices)
					tried++
				}
			}
		}
	}
	assert.Greater(t, tried, 80)
}

func TestReadConfigRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                               "not a configuration",
		"[]":                             "not a configuration",
		`{"version":2,"config":{"a":1}}`: "version 2",
		`{"version":1}`:                  `no member "config"`,
		`{"config":{"optt":"adam"}}`:     `unknown setting "optt" (did you mean opt?)`,
		`{"config":{"opt":{}}}`:          "setting opt: want a number",
		`{"config":{"lr":1,"lr":2}}`:     "twice",
	} {
		_, err := ReadConfig([]byte(text))
		assert.ErrorContains(t, err, want, text)
	}
	saved, err := ReadConfig([]byte(`{"config":{"opt":"sgd","lr":1e-3,"momentum":0,"hidden":[3,4],"kfac_damping":null,"epochs":0,"download":false}}`))
	require.NoError(t, err)
	assert.Equal(t, Choices{{"opt", "sgd"}, {"lr", "1e-3"}, {"momentum", "none"}, {"hidden", "3,4"}, {"download", "false"}}, saved.Choices)
}

// TestConfigOfAnotherOptimizer: its settings are not the other's.
func TestConfigOfAnotherOptimizer(t *testing.T) {
	saved := Choices{{"model", "mlp"}, {"hidden", "9"}, {"dataset", "digits"}, {"opt", "kfac"}, {"kfac-mode", "adaptive"}, {"lr", "1.2"}, {"seed", "3"}}
	assert.Equal(t, Choices{{"model", "mlp"}, {"hidden", "9"}, {"dataset", "digits"}, {"opt", "kfac"}, {"seed", "3"}}, saved.Without(Choices{{"opt", "adam"}}))
	assert.Equal(t, Choices{{"model", "mlp"}, {"dataset", "digits"}, {"opt", "kfac"}, {"seed", "3"}}, saved.Without(Choices{{"model", "autoencoder"}}))
	assert.Equal(t, saved, saved.Without(Choices{{"lr", "2"}, {"opt", "kfac"}}))
}

// FuzzConfig: no bytes panic, and what is read is asked for without a panic, too.
func FuzzConfig(f *testing.F) {
	f.Add([]byte(`{"version":1,"config":{"opt":"adam","lr":0.001,"hidden":[3],"download":true}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		saved, err := ReadConfig(text)
		if err != nil {
			assert.NotContains(t, err.Error(), "\n")
			return
		}
		if s, err := Parse(saved.Choices); err == nil {
			_ = s.Resolve(100)
		}
	})
}
