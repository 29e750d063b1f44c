// Package doctor looks at the roles of a services file from outside and says, line by
// line, how each does and what to do about it: what every batch waits for and until
// when, keys, clocks, disks, plans, backups, damaged files.
//
// A service that runs is asked through its operator's socket; of one that does not the
// package reads what can be read without its process. It changes nothing, sees exact
// counts (so its lines are for operators alone) and reads key files only as far as to
// tell whether they lie in the clear.
package doctor
