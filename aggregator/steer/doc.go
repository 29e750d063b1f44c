// Package steer keeps what analysts, and guard rails in their place, tell the loop: which
// variants no device shows any more, and up to which release the optimiser reads. The
// console writes it, the leader reads it at each step and lets priors say it (package
// optimise), the same bytes for every device: nobody is told anything of their own.
//
// Orders are a log. What holds is what it comes to (StateOf): nothing is changed or taken
// back but by another order, so that whoever asks sees who stopped what, when and why.
//
// It reads no release and holds nothing that a share could be in.
package steer
