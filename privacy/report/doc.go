// Package report is the fixed byte layout of what a device sends: the report
// itself, which anybody may see, and the two plaintexts that are sealed inside
// it, one for each aggregator. It runs in the module and on servers, trusts no
// byte it parses, and seals nothing (privacy/seal does).
//
// A report; all integers are big endian:
//
//	  0   4  "DLR1"
//	  4  32  plan digest
//	 36   4  period: its date, days since 1970-01-01
//	 40  16  report ID, random per device and period
//	 56   4  revision, from 1
//	 60  16  VDAF nonce, fresh per revision
//	 76  64  VDAF public share
//	140   2  length l of the leader's sealed share
//	142   l  the leader's sealed share, an age file
//	  .   2  length h of the helper's sealed share
//	  .   h  the helper's sealed share, an age file
//
// A plaintext binds an input share to its report, because age has no associated
// data; its length depends on the plan and the role alone:
//
//	  0   1  version, 1
//	  1   1  role: 0 leader, 1 helper
//	  2  32  plan digest
//	 34   4  period
//	 38  16  report ID
//	 54   4  revision
//	 58  16  nonce
//	 74  32  SHA-256 of the public share
//	106   .  input share
package report
