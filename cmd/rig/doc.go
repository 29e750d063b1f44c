// Package rig sets up a whole Dunlin on loopback for a demonstration or a
// benchmark: keys, pairing, a signed plan, collector, leader and helper, and
// devices in the built module that send real reports over HTTP. All of it is the
// product's own; what the rig adds is a clock that it steps, so that a period of
// a day closes when its reports are in.
//
// A period after the other: Begin or Move puts the clocks into it, Upload has fresh
// devices live in it, or Send posts the reports of devices that the caller keeps,
// native or in the module; Release closes it, and Priors fetches what devices then
// choose by. One goroutine drives a Rig.
//
// The services run in this process (Local) or each in a process of its own
// (Spawn), which re-executes the program with a hidden verb and speaks with it
// by lines: commands on its standard input, JSON objects on its standard output.
//
//	clock UNIX   the service's time from now on     {"ok":true}
//	start        open the role and say where it listens; the leader hands out its plans
//	                                                {"ok":true,"at":{…}}
//	files BYTES  no file grows beyond so many bytes from now on; 0 for any size
//	                                                {"ok":true}
//	step         do what is due (leader)            {"done":N,"total":N} … {"ok":true,"batches":[…]}
//	…                                               {"error":"why","batches":[…]}
//
// A service ends when its standard input does, and Processes.Kill ends one wherever
// it is: started again it works on in the same folders, at the same addresses where
// Options.At gives them. Noise always comes from the system.
package rig
