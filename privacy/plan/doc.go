// Package plan is what a site measures and shows, as published: IDs, periods,
// segments, metrics and the Layout that says where each metric's cells lie.
//
// A plan is a sequence of bytes that the privacy officer signs. It is
// identified by their SHA-256 (Digest) and is never encoded again by whoever
// receives it. The package runs in the visitors' module, so it imports only
// small parts of the standard library; dunlin.yaml, signatures and messages for
// people are the business of plan/planfile, on servers.
//
// Decode trusts nothing: every bound, index and rule is checked, so that what
// it returns can be used without further checks. It does not check who signed
// the bytes; the host does before it hands them over.
//
// The bytes, in privacy/wire's terms (docs/formats.md draws them):
//
//	"DLPN" version=2, or 3 or 4 if the plan has anything of what stands last
//	site string, serial uvarint, issued varint, expires uvarint-after-issued
//	time zone string, cadence byte
//	first period: date varint, start varint; count; length of each in seconds uvarint
//	sigma^2 uvarint, min batch uvarint, chunk uvarint
//	leader, helper: key type byte, recipient string
//	verify-key commitment 32 bytes, consent byte, attribution window uvarint seconds
//	policy: holdout, explore, floor, recent uvarint in ten-thousandths, lift float
//	topics, events: lists of strings
//	attributes: name, type byte, and for a number min and max, for a choice its values
//	segments: name, rule blob (empty for the last)
//	funnel stages: name, trigger
//	campaigns: name, mode byte, arms, goals (name, trigger)
//	slots: name, variants (name, topic indices, cost), goal trigger, reward
//	metrics: name, kind byte, by byte, most, source index, goal index
//	version 3: names of networks, payments, pages, skills and channels; each campaign's
//	promotion, each slot's sticky byte; surveys, lists, messages, predictions
//	version 4: what version 3 has; dimensions: name, moment byte, within byte, bins
//
// A trigger is an event kind byte, followed by the event's index for Custom.
package plan
