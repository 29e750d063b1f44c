// Package verify looks at a page as a browser would and says of each thing that must be
// right for it to be measured whether it is, and what to do where it is not: for
// `dunlin verify`.
//
//	Run     the page, its tag and policy, what the collector serves below the tag's
//	        folder, the plan, the clocks, an invented visit's report, a real browser
//	Report  the Checks in the order in which they were made: ok, warning or wrong
//
// The invented visit is one page view on a device made here, natively, under the site's
// own published plan. Its report is sealed to the plan's aggregators as any is, and posted
// to the collector's dry-run address, which applies the checks of real reports and keeps
// nothing; the aggregators never hear of it.
//
// The browser, where there is one, has a profile of its own that is removed at the end. It
// gives both consents, makes a report as a visitor's does, and what it would send to the
// collector goes to the dry-run address instead; the reports' own address is barred to it.
// Everything else on the page runs as for any visitor, the site's other scripts too.
//
// It trusts nobody's answer: bodies are bounded, digests and signatures checked against
// what the page pins, and what servers say is shown as one line. It needs no key and no
// file of the site's.
package verify
