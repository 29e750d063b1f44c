// Package panel turns release records into what a dashboard shows: counts, shares and
// uplifts of a range of days, each with its intervals and with whether it may be shown.
//
// A range may join several plans of a site, as far as they name things alike: segments,
// stages, slots and variants are joined by their names, in the order of the range's latest
// plan. What only an earlier plan names comes after; what a plan would make incomparable is
// left out (see joint). Each release brings the noise of its own plan.
//
// Sums are of raw noised cells, suppressed ones too: a sum of survivors would be biased.
// What is hidden is decided at the end, from the noisy value alone (PRIVACY.md section 6,
// Display). The field names of the JSON are the console's API.
//
// Intervals of the rate behind a number take each day's devices for others than those of
// the days before. Over one release that is so; over several they are too narrow by what
// no sum shows (docs/console.md, "What the numbers are").
//
// Audience, funnel, and what the device picks (slots, lists, chosen campaigns) have panels of
// their own; dimensions, topics, items, messages, surveys and predictions one of one form
// (Sort). Moves between topics have none: they are read cell by cell (package metric), and
// devices go by them (package optimise).
//
// The package sees released numbers only and is pure.
package panel
