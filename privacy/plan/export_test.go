package plan

// EncodeUnchecked is encode, for tests that feed Decode plans that Encode refuses.
var EncodeUnchecked = encode
