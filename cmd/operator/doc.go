// Package operator is how whoever runs a service looks into it and copies what may
// be copied: a Unix socket in the service's data folder, which the folder's owner
// alone may open.
//
//	GET  /status    a Status, as JSON
//	GET  /metrics   the same for Prometheus, with requests and the Go runtime
//	POST /backup    a tar archive of the role (package service says of what)
//
// What is said here is exact: counts before any noise (PRIVACY.md section 3, rule
// 6). It is for operators alone, so the socket has mode 0600, /metrics is served
// over TCP on loopback addresses only, and neither names a visitor's address, a
// report's ID or a share: the package never sees one.
package operator
