// Package service wires the rooms into Dunlin's three services: it reads a
// services file, opens stores and keys, and puts collector, leader and helper
// behind their listeners. No rule of aggregation or privacy lives here.
//
// Beside each role it opens the operator's socket in the role's data folder (package
// operator): status, metrics, and a backup that holds what PRIVACY.md section 3, rule
// 10 lets it hold.
//
// With the roles of one file in one process (`serve --role all`) the same
// handlers and clients talk over loopback, TLS and all.
package service
