// Package finding answers what an analyst asks first, from releases: which segment is
// leaving and why, where the funnel leaks and for whom, whether a campaign paid, which hour
// reaches a segment, what personalization is worth. Each answer has its uncertainty, and says
// nothing by name that chance or noise could have named.
//
// Intervals of package interval are of one release: over several they are too narrow, since
// who comes again tends to do again what they did (docs/console.md). So what is named here is
// judged by how a number varies from one release to the next: each release of the range gives
// one value, with its own noise and its own visitors, and Student's t over these values
// knows noise, chance and the days' weather alike. Where several groups could be named, Holm's
// correction keeps the chance that any is named wrongly below 5 %.
//
// What every release moves alike (a holiday, the weather) is no finding: segments are held
// against all other segments of the same release, arms against their baseline of it.
//
// Money is the exception: of a campaign's increment the interval is the report's own.
//
// The package is pure and sees released numbers only.
package finding
