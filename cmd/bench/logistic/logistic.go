// Package logistic is the central model that benchmarks compare with: what could
// be had if everyone's raw data lay in one place. It is plain L2-regularised
// logistic regression by Newton's method, on data that no part of Dunlin ever sees.
package logistic

import (
	"errors"
	"math"
)

// Model is a fitted one.
type Model struct {
	Intercept float64
	Weights   []float64
}

// ErrFit: the data cannot be fitted: no rows, rows of different lengths, numbers
// that are not finite, labels that are all the same, or a search that does not end.
var ErrFit = errors.New("logistic: the data cannot be fitted")

// Fit minimises c x sum of log losses + |weights|^2 / 2; the intercept is free.
//
// Shape:  rows of equal length, one label each.
// Source: the objective of scikit-learn's LogisticRegression with penalty l2.
func Fit(rows [][]float64, labels []bool, c float64) (Model, error) {
	if len(rows) == 0 || len(rows) != len(labels) || !(c > 0) {
		return Model{}, ErrFit
	}
	d := len(rows[0]) + 1
	w := make([]float64, d) // the intercept is first
	for range 100 {
		g := make([]float64, d)
		h := make([][]float64, d)
		for i := range h {
			h[i] = make([]float64, d)
		}
		x := make([]float64, d)
		x[0] = 1
		for r, row := range rows {
			if len(row) != d-1 {
				return Model{}, ErrFit
			}
			copy(x[1:], row)
			z := 0.0
			for i := range x {
				z += w[i] * x[i]
			}
			p := 1 / (1 + math.Exp(-z))
			e := p
			if labels[r] {
				e--
			}
			q := c * p * (1 - p)
			for i := range x {
				g[i] += c * e * x[i]
				for k := 0; k <= i; k++ {
					h[i][k] += q * x[i] * x[k]
				}
			}
		}
		for i := 1; i < d; i++ {
			g[i] += w[i]
			h[i][i]++
		}
		step, ok := solve(h, g)
		if !ok {
			return Model{}, ErrFit
		}
		most := 0.0
		for i := range w {
			w[i] -= step[i]
			most = math.Max(most, math.Abs(step[i]))
		}
		if most < 1e-9 {
			return Model{w[0], w[1:]}, nil
		}
	}
	return Model{}, ErrFit
}

// Probability of a row.
func (m *Model) Probability(row []float64) float64 {
	z := m.Intercept
	for i, v := range row {
		z += m.Weights[i] * v
	}
	return 1 / (1 + math.Exp(-z))
}

// solve solves h x = g for a symmetric positive definite h, of which the lower
// half is given, by Cholesky. It overwrites h.
func solve(h [][]float64, g []float64) ([]float64, bool) {
	n := len(g)
	for i := range n {
		for k := 0; k <= i; k++ {
			s := h[i][k]
			for j := range k {
				s -= h[i][j] * h[k][j]
			}
			if i > k {
				h[i][k] = s / h[k][k]
			} else if h[i][i] = math.Sqrt(s); !(h[i][i] > 0) {
				return nil, false
			}
		}
	}
	x := append([]float64(nil), g...)
	for i := range n {
		for k := range i {
			x[i] -= h[i][k] * x[k]
		}
		x[i] /= h[i][i]
	}
	for i := n - 1; i >= 0; i-- {
		for k := i + 1; k < n; k++ {
			x[i] -= h[k][i] * x[k]
		}
		x[i] /= h[i][i]
	}
	return x, true
}
