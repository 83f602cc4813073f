package job

import (
	"runtime"
	"runtime/debug"
	"time"

	"github.com/klauspost/cpuid/v2"

	"github.com/gokfac/gokfac/internal/isa"
	"github.com/gokfac/gokfac/internal/results"
)

// Environment is where this program runs.
func Environment(started time.Time) *results.Environment {
	return &results.Environment{
		Version: Version(), Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH, CPU: cpuid.CPU.BrandName,
		Processors: runtime.NumCPU(), Kernels: isa.Products().String(), Started: started.UTC().Format(time.RFC3339),
	}
}

// Version is that of the module, and the commit of a build in its checkout.
func Version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(unknown)"
}
