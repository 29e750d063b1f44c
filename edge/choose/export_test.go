package choose

// StreamAt returns the stream of a state.
func StreamAt(state uint64) Stream { return Stream{state} }
