// Package abi is the boundary between the device module and whoever hosts it:
// operations, message layouts and error codes, defined once for the module
// (package wasm), the Go host (wasm/device) and, by this page, the browser's
// Worker. It runs on both sides and decides nothing: rules are package edge's.
//
// The module exports two functions and its memory:
//
//	buffer() u32             where the one in/out buffer lies, BufferSize bytes
//	call(op u32, n u32) i32  runs op on the n bytes at the buffer's start;
//	                         answers the length of the answer, which replaces
//	                         them, or a negative Code (then there is no answer)
//
// Memory may grow in any call, which detaches a browser's views: make them anew
// after each. A trap, or the code Panicked, means that the instance is spoilt:
// drop it, start another and load the last stored state.
//
// What an answer or a message held is overwritten with zeroes at the next call,
// at the latest: between two calls the buffer holds the last answer and zeroes.
// A host that does not call again soon calls Clear once it has copied an answer.
//
// Integers are big endian; u8, u32, i64, f64 have that many bits; a blob is a
// LEB128 length and its bytes (package wire). Times are Unix seconds. Bytes left
// over are ErrMessage.
//
//	op          message                             answer
//	 1 Plan     published plan bytes (the host has  -
//	            verified the officer's signature)
//	 2 Load     i64 now, state to the end (empty    u8: edge.Loaded
//	            for a new device)
//	 3 Track    i64 now, event's bytes              -
//	 4 Save     -                                   state
//	 5 Measure  i64 now                             one byte a cell, 0 or 1;
//	                                                none if there is nothing
//	 6 Report   i64 now, i64 collector's time       140 bytes head of the report
//	                                                u8 key type, blob leader's recipient
//	                                                blob leader's plaintext
//	                                                u8 key type, blob helper's recipient
//	                                                blob helper's plaintext
//	                                                state to the end
//	 7 Frame    140 bytes head as Report gave it    finished report
//	            blob leader's sealed share
//	            blob helper's sealed share
//	 8 Forget   i64 now                             state: what must be kept
//	 9 Info     -                                   see Info
//	10 Clear    -                                   -
//	11 Reset    -                                   -
//	12 Priors   published bytes of priors           -
//	13 Choose   i64 now, u8 kind of place           the decision, below
//	            (0 slot, 1 campaign), u8 index
//	14 Again    as Report                           as Report
//	15 Catalogue  u8 list, bytes of package         -
//	            edge/recommend
//	16 Recommend  i64 now, u8 list, topics of the   u8 count; each: u16 item of the catalogue,
//	            page uvarint, u64 item at hand      u8 reason, u8 topic + 1 or 0, f64 score and
//	                                                its five parts
//	17 Reach    i64 now, u8 message                 u8 refused (0 no, 1 not for the visitor,
//	                                                2 capped), u8 channel of the plan, u8 why
//	                                                (1 own answers, 2 everyone's, 3 order, 4
//	                                                holdout), u8 bits (1 by habit, 2 quiet now),
//	                                                i64 when
//	18 Facts    i64 now                             as edge.Device.AppendFacts
//	19 Erase    i64 now, u8 variable                state
//	20 Budget   i64 now                             u64 nano-rho: today, 30 dates, a year, both
//	                                                caps; u32 reports of the 30 dates
//	21 Export   i64 now                             as edge.Device.Export
//	22 Import   i64 now, what Export answered on    state
//	            another device
//	23 Surveys  i64 now, u8: 1 the visitor turns    those that may be asked, u8 each
//	            to leave, else 0
//
// The answer of Report holds the new state so that no host can forget it: the
// state must be durable before the report leaves, or a restart could charge the
// ledger's period again. Frame accepts only the head of the last Report, once,
// and only since then has no Plan, Load, Forget or Clear come.
//
// Again makes a report in place of the last one, under its revision: for a host that
// knows that the last one has not left and will not.
//
// Clear drops the report that waits for Frame and overwrites the buffer; plan and
// device stay. Reset drops plan and device too: the instance is as it was when
// new. (A plan in force counts as seen by every device that is loaded under it, so
// an instance that goes over to a plan with a lower serial needs a Reset.)
//
// Priors are in force until other ones are, or another plan, or Reset; for whichever
// device is loaded, and so are catalogues. Load, Priors, Track, Choose, Recommend, Reach
// and Export change the state: the host must store it, or a page that comes back may see
// another variant in the same visit.
//
// A decision is what the place shows and why; once seen it stands for the rest of the
// visit:
//
//	u8 kind of place  u8 index  u8 column shown  u8 reason (1 sampled, 2 explored,
//	3 holdout, 4 not for the visitor, 5 capped, 6 resting, 7 another of its group)
//	bool: made earlier in the visit  u8 segment  u64 version of the priors, 0 if there
//	were none for the place  u8 number of columns, then for each
//	  u32 strength of the prior, and 2^31 if the arm is for others  f64 its mean
//	  f64 own trials  f64 own successes  f64 match with the interests, 0 to 1
//	  f64 posterior mean  f64 its strength  f64 rate drawn, 0 if none was  f64 value
//
// It says much about the visitor (that is what it is for) and nothing about the seed
// that the draws come from. It is the visitor's: a host shows it to nobody else.
//
// An event's bytes are package edge's: AppendEvent and DecodeEvent.
package abi
