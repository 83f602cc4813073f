// Package peer has what other libraries' training has in common with ours: a network, an optimizer's rule, parameters to start
// from; and holds their steps against ours.
package peer
