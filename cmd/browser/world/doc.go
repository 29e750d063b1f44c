// Package world is a whole Dunlin with a small site of its own for browsers: collector,
// leader and helper on loopback under a clock that runs with the wall's, and pages under
// a strict Content Security Policy that hold nothing but the script's tag.
//
// Tests and benchmarks stand between the pages and the collector: they see each request,
// may delay, refuse or spoil it (Gate), and close the period by moving the clock.
package world
