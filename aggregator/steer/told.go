package steer

// Told is what devices are told of a place, now and as it was.
type Told struct {
	Place
	Variants []string      `json:"variants"` // the default first
	Segments []ToldSegment `json:"segments"`
}

// ToldSegment is one segment's part. Its name is empty where the site is told as one.
type ToldSegment struct {
	Name     string        `json:"name"`
	Variants []ToldVariant `json:"variants"`
}

// ToldVariant is one variant's part.
type ToldVariant struct {
	Name   string  `json:"name"`
	Before *Belief `json:"before"` // null: nothing was told
	Now    *Belief `json:"now"`
	// ShareBefore and Share are how many devices are shown it, of those that choose and know
	// nothing of their visitor yet.
	ShareBefore Belief `json:"share_before"`
	Share       Belief `json:"share"`
	Stopped     bool   `json:"stopped"`
}

// Belief is what is taken for a rate, as that at which a variant reaches the goal, with its
// 95 % bounds, and how many devices that is worth.
type Belief struct {
	Mean    float64 `json:"mean"`
	Low     float64 `json:"low"`
	High    float64 `json:"high"`
	Devices uint32  `json:"devices"`
}
