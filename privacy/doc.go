// Package privacy is the contract between a visitor's browser and everybody
// else: what may be asked (plan), how an answer is split (share), checked and
// summed (vdaf), noised and accounted for (noise, ledger), sealed (seal) and
// framed (report). It imports no other room of the house.
//
// The folders wire, sha256, plan, share, ledger and report run in the module
// that visitors load: they import only small parts of the standard library.
// The folders vdaf, noise, seal and plan/planfile run on servers only, and so does
// pages, which checks the files that servers keep.
package privacy
