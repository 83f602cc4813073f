// Package layertest checks a layer.
package layertest
