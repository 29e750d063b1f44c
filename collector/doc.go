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
// Public serves visitors:
//
//	POST /v1/reports            one report  ->  202 when it is on disk
//	GET  /v1/plan               the signed plan in force; ?site= where there are several
//	GET  /v1/plans/{digest}     a signed plan
//	GET  /v1/priors/{sha256}    bytes by their SHA-256
//	GET  /v1/module/{sha256}.wasm
//	GET  /healthz
//
// Inner serves the leader, and must stand behind mutual TLS (cmd wires it):
//
//	PUT  /v1/plans/{digest}, PUT /v1/priors/{sha256}
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
// On disk, below Options.Dir: plans/<digest>.plan and priors/<sha256>, as
// published, and spool/ (package spool).
package collector
