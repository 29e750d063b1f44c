// Package simulate lets the visitors of cmd/population live with devices: each has
// one, natively (package edge) or in the built module, keeps its state from day to
// day, asks it what to show, answers as the population's truth says, and reports.
//
// Loop closes the whole circle in one process, without shares and services: the
// measurements are summed in the clear and noised as two aggregators would. It is
// how choosing is judged over many days and seeds. Run does the same through running
// services: sealed reports over HTTP, both aggregators, releases, the optimiser's
// priors back from the collector.
//
// What a simulation knows and no site does, the truth, is computed from the
// population's rates, not from what happened.
package simulate
