// Package browser drives a real Chromium through pages that carry the script: for the
// product's tests and for `dunlin bench browser`.
//
// A Chromium is one process with its own empty profile; a Visitor is one browser context
// in it (cookies, storage and cache of its own), a Tab one page of that visitor. The mark
// of automation is off, for the script does not report from automated browsers.
//
// A Link is a slow line in front of a server: latency and bandwidth at the socket, so
// that it also holds for Workers and for requests that outlive their page, which the
// browser's own throttling lets pass.
package browser
