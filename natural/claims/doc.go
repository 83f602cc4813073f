// Package claims has no code of its own. Its tests are what textbooks and papers claim
// about natural gradients of networks and about K-FAC, each as a statement that a
// computer can check.
package claims
