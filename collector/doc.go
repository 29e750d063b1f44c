// Package collector is the upload endpoint: devices post sealed reports to it,
// and the leader pulls a period's reports from it once the period has closed.
// (In DAP "collector" means the party that receives aggregate results; here it
// is DAP's upload resource only.)
//
// It trusts the clock and the disk it is given, and the officer's signature on
// a plan (Options.Verify). It cannot open what it keeps: no key, share or age
// code is linked in (TestCannotOpenReports). It keeps and logs no address, no
// request and no report ID; it counts, by reason.
//
// Public serves visitors, by names that the site may choose (Paths):
//
//	GET  /dunlin.js             the loader, for an hour; ?v= names its version, the first 8
//	                            digits of its SHA-256, and another version is refused
//	GET  /NAME-HASH.js          the scripts that it loads, for good
//	POST /v1/reports            one report  ->  202 when it is on disk
//	GET  /v1/plan               the signed plan in force; ?site= where there are several;
//	                            the header Dunlin-Priors names the plan's current priors,
//	                            if it has some and their file is sound
//	GET  /v1/plans/{digest}     a signed plan
//	GET  /v1/priors/{sha256}    bytes by their SHA-256
//	GET  /v1/module/{sha256}.wasm
//	GET  /healthz               wherever the rest is
//
// Scripts and module go out under brotli or gzip where the client takes it. There
// is no CORS header, no cookie and no ETag: pages of the site's own origin are
// served, and no request says what a visitor has. A script's answer carries a
// Content-Security-Policy, and a Worker runs under its own: the one that holds a
// visitor's profile can reach this origin and no other.
//
// Inner serves the leader, and must stand behind mutual TLS (cmd wires it):
//
//	PUT  /v1/plans/{digest}, PUT /v1/priors/{sha256}
//	PUT  /v1/plans/{digest}/priors   the body, 64 hexadecimal digits, is the SHA-256 of
//	                                 stored priors: they are the plan's current ones
//	GET  /v1/plans/{digest}/priors   that SHA-256 again, as devices are told it
//	POST /v1/batches/{digest}/{date}/close
//	GET  /v1/batches/{digest}/{date}/partitions/{0..255}?after=ID&limit=N
//	GET  /v1/batches/{digest}/{date}/reports/{id}
//	GET  /v1/status             counts and damaged files, for operators
//
// A page of a partition is frames, u32 big endian length | report, ascending by
// ID; the header Dunlin-More says whether reports are left. Errors are RFC 9457
// problem documents of type urn:dunlin:problem:REASON.
//
// Both are plain handlers. Whoever serves them sets http.Server's timeouts, as
// a slow body holds a buffer until it is whole, and its ErrorLog, as net/http
// writes addresses there (of failed TLS handshakes, for one).
//
// Priors are opaque bytes, the same for everyone: what is in them the devices
// judge. Of each plan's priors the current and the previous ones are kept, as a
// device that has just read the older name may still be fetching them; the ones
// before are removed when a plan's pointer changes, and so is whatever no pointer
// names and was not published since the collector started. A pointer or a priors
// file that is damaged is told to the log and to /v1/status, and plans are served
// without the header until the leader has published priors again.
//
// On disk, below Options.Dir: plans/<digest>.plan and priors/<sha256>, as
// published; plans/<digest>.priors, which names the plan's current priors and the
// ones before, each SHA-256 in hexadecimal on a line of its own; and spool/
// (package spool). Each file appears only when it is whole and on disk.
package collector
