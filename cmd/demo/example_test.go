package demo_test

import (
	"fmt"

	"github.com/dunlin-analytics/dunlin/cmd/demo"
)

// The 90 days are signed release records like any others.
func ExampleBuilt() {
	h, err := demo.Built()
	if err != nil {
		panic(err)
	}
	first := h.Releases[0]
	fmt.Println(h.Plan.Site, h.Label.First, h.Label.Last)
	fmt.Println(len(h.Releases), "releases of", len(first.Cells), "cells, each of variance", first.Variance())
	fmt.Println("signed by both:", first.Verify(h.Label.Leader, h.Label.Helper) == nil)
	// Output:
	// demo-shop.example 2026-08-24 2026-11-21
	// 90 releases of 203 cells, each of variance 740
	// signed by both: true
}
