// Package curvature is linear algebra on curvature matrices that nobody writes out: a
// network's Fisher, Gauss–Newton or Hessian matrix is known by its products with vectors.
package curvature
