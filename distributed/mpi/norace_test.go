//go:build !race && !nompi && (linux || (darwin && mpi)) && (amd64 || arm64)

package mpi

const raceDetector = false
