// Package collector is the upload endpoint: devices post sealed reports to it,
// and the leader pulls a period's reports from it once the period has closed.
// (In DAP "collector" means the party that receives aggregate results; here it
// is DAP's upload resource only.)
//
// It trusts the clock and the disk it is given, and the officer's signature on
// a plan (Options.Verify). It cannot open what it keeps: no key, share or age
// code is linked in (TestCannotOpenReports). It logs no address, no request and no
// report ID, and keeps no address but in memory for at most a minute, if it is asked
// to bound what comes from one (PerAddress); it counts, by reason.
//
// Public serves visitors, by names that the site may choose (Paths):
//
//	GET  /dunlin.js             the loader, for an hour; ?v= names its version, the first 8
//	                            digits of its SHA-256, and another version is refused
//	GET  /dunlin-push.js        the service worker's script, for an hour
//	GET  /NAME-HASH.js          the scripts that it loads, for good
//	POST /v1/reports            one report  ->  202 when it is on disk
//	POST /v1/reports/dry-run    the same answer after the same checks and under the same
//	                            limits, and nothing is kept: for dunlin verify
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
//	DELETE /v1/batches/{digest}/{date}   its reports go for good
//	GET  /v1/status             counts, damaged files, queue, batches and disk, for operators
//
// A page of a partition is frames, u32 big endian length | report, ascending by
// ID; the header Dunlin-More says whether reports are left. Errors are RFC 9457
// problem documents of type urn:dunlin:problem:REASON.
//
// Both are plain handlers. Whoever serves them sets http.Server's timeouts, as
// a slow body holds a buffer until it is whole, and its ErrorLog, as net/http
// writes addresses there (of failed TLS handshakes, for one).
//
// # Ends
//
// A batch is deleted when the leader says so, once it was released, found short or
// abandoned, and at the latest Options.Keep after its period, by Sweep. From then on
// whatever is asked of it is answered batch-deleted; it never comes back as an empty
// one. A sweep goes by the clock: one that runs ahead by weeks makes every batch an
// old one, so the machine's clock must be kept. Deleting removes files and does not
// overwrite what the disk keeps of them: that is sealed, and cannot be opened once a
// plan's identities are destroyed.
//
// A period without reports is closed empty. One whose file is gone is not: its reports
// had been acknowledged, so it is answered batch-lost, takes no more, and must be
// abandoned. So is each period that had begun when the folder was restored: a backup
// holds plans, priors, pointers and marks of deleted batches, and no report, so what
// devices sent before is lost with the disk. To take what they send after it would
// make a period that looks whole and lacks its morning. Periods that begin later are
// whole. Who starts with an empty folder instead of restoring one has no such
// protection: a plan put again is then a new one (201, not 200).
//
// # Pressure
//
// A report is refused, with Retry-After, when its network address or its site has sent
// enough (429), when too much memory is held by reports that arrive or too many wait
// for the disk (503), and when the disk has too little left (507). Those refused one
// after the other are told different times. Nothing that was refused is acknowledged,
// and nothing that was acknowledged is dropped for it.
//
// # Priors
//
// Priors are opaque bytes, the same for everyone: what is in them the devices
// judge. Of each plan's priors the current and the previous ones are kept, as a
// device that has just read the older name may still be fetching them; the ones
// before are removed when a plan's pointer changes, and so is whatever no pointer
// names and was not published since the collector started. A pointer or a priors
// file that is damaged is told to the log and to /v1/status, and plans are served
// without the header until the leader has published priors again.
//
// # Files
//
// On disk, below Options.Dir: plans/<digest>.plan and priors/<sha256>, as
// published; plans/<digest>.priors, which names the plan's current priors and the
// ones before, each SHA-256 in hexadecimal on a line of its own; spool/ and batches/,
// the reports and the marks of package spool; and, in a folder that was restored,
// restored, which says when (RFC 3339), or restoring if that has not ended. Each file
// appears only when it is whole and on disk.
package collector
