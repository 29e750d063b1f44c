package plan

// Bounds of what a plan may hold. They keep a device's state within 16 KB and a
// report within one request, whatever a plan asks.
const (
	MaxCells      = 1024 // cells of a measurement, PRIVACY.md section 1
	MaxWeight     = 64   // most ones of a measurement, `present` counted
	MaxPeriods    = 800  // a little over two years of days
	MaxName       = 64   // bytes of any name
	MaxText       = 256  // bytes of a site, time zone or recipient
	MaxPlan       = 64 << 10
	MaxTopics     = 64
	MaxEvents     = 64
	MaxAttributes = 32
	MaxValues     = 64 // of a choice attribute
	MaxSegments   = 64
	MaxStages     = 16
	MaxCampaigns  = 16
	MaxSlots      = 16
	MaxArms       = 63 // of a campaign, and variants of a slot; with the holdout's column 64
	MaxGoals      = 8  // of a campaign
	MaxMetrics    = 64
	MaxMost       = 8 // ones of one metric

	MaxNetworks    = 16
	MaxPayments    = 16
	MaxPages       = 32 // groups of entry pages
	MaxSkills      = 16
	MaxChannels    = 8
	MaxSurveys     = 16
	MaxAnswers     = 16 // that a survey names
	MaxLists       = 8
	MaxItems       = 64 // of a list that are measured by name
	MaxListSize    = 24 // items that a list shows
	MaxMessages    = 8
	MaxShowings    = 8  // that a message's cap may count
	MaxPredictions = 2  // one of each kind
	MaxBins        = 64 // of a prediction, or of a dimension
	MaxDimensions  = 16
	MaxRevenues    = 8
	MaxColumns     = 64                // of a metric, for one segment
	MaxActTopics   = MaxColumns / Acts // that a metric of social acts may be apart by
	MaxGrid        = 16                // points of a revenue
	MaxPoint       = 1e9               // minor units
	MaxGroups      = 8                 // of campaigns that exclude each other
	// MaxInputShare bounds the leader's input share in bytes, so that every
	// report of every plan fits package report's bounds: only an absurd chunk
	// length reaches it (1,024 cells need 17 KB).
	MaxInputShare = 40<<10 - 512
	// MinBatchFloor is the smallest min batch that any plan may ask for
	// (PRIVACY.md section 3, rule 5).
	MinBatchFloor = 100
	// MaxSigma2 bounds the noise: beyond it no number would be readable, and
	// the sampler's integers would overflow.
	MaxSigma2 = 1 << 24
	// MaxAttribution is the longest attribution window in seconds.
	MaxAttribution = 28 * Day
)

// Plan is what a site measures and shows. Decode returns only plans that obey
// every bound above, with all indices in range.
type Plan struct {
	Site     string // the site's domain
	Serial   uint64 // grows with each new plan of a site
	Issued   Time
	Expires  Time // after this nothing is measured under the plan
	TimeZone string
	Cadence  Cadence
	Periods  []Period // ascending, without gaps

	Sigma2   uint64 // variance parameter of the noise that each aggregator adds
	MinBatch uint32
	Chunk    uint16 // Prio3's chunk length

	Leader, Helper Recipient
	VerifyKey      Commitment

	Consent     Consent
	Attribution uint32 // seconds that an exposure may be credited for
	Policy      Policy // how the device picks variants and arms

	Topics     []string
	Events     []string // names of the site's own events
	Attributes []Attribute
	Segments   []Segment // first match wins; the last has no rule
	Stages     []Stage   // of the funnel
	Campaigns  []Campaign
	Slots      []Slot
	Metrics    []Metric

	// What format 3 has beside; a plan that names none of it is one of format 2.

	Networks    []string // social ones
	Payments    []string // kinds of payment
	Pages       []string // groups of entry pages
	Skills      []string // of a site that teaches
	Channels    []string // by which a message may reach the visitor
	Surveys     []Survey
	Lists       []List
	Messages    []Message
	Predictions []Prediction
	Dimensions  []Dimension // what devices are sorted by, beside segments
	Revenues    []Revenue   // what orders are summed by
}

// KeyType says how a recipient's input shares are sealed.
type KeyType byte

// X25519 is age's native recipient. 2 is kept for age's post-quantum hybrid,
// which this version does not accept.
const X25519 KeyType = 1

// Recipient is an age recipient as its own string form gives it (age1…).
type Recipient struct {
	Type KeyType
	Key  string
}

// Consent is how the site obtains it; there is no default.
type Consent byte

// The three modes: Dunlin asks, the site tells, or the site declares that it
// needs none.
const (
	ConsentAsk     Consent = 1
	ConsentSite    Consent = 2
	ConsentAssumed Consent = 3
)

// AttributeType is the type of a site-declared attribute.
type AttributeType byte

// Attribute types. A rule sees a Flag as 0 or 1, a Choice as its value's index.
const (
	Flag   AttributeType = 1
	Number AttributeType = 2
	Choice AttributeType = 3
)

// Attribute is a fact that the site may hand to the device, which keeps it.
type Attribute struct {
	Name     string
	Type     AttributeType
	Min, Max float64  // Number: values outside are clamped
	Values   []string // Choice
}

// Segment is a named group with the compiled rule that decides membership.
type Segment struct {
	Name string
	Rule Rule // empty for the last: everyone else
}

// EventKind is what a page can tell the device.
type EventKind byte

// The kinds of events. Exposure and Assign name a slot's variant or a
// campaign's arm; Declare sets a site-declared attribute; Custom is one of
// Plan.Events.
const (
	View     EventKind = 1
	Click    EventKind = 2
	Cart     EventKind = 3
	Order    EventKind = 4
	Custom   EventKind = 5
	Exposure EventKind = 6
	Assign   EventKind = 7
	Declare  EventKind = 8
	Dwell    EventKind = 9 // seconds that a page was visible

	Search    EventKind = 10
	Social    EventKind = 11 // like, share, comment, follow
	Media     EventKind = 12 // a quarter of a film or recording was played
	Refund    EventKind = 13
	Answer    EventKind = 14 // of a survey
	Asked     EventKind = 15 // a survey was shown
	Attempt   EventKind = 16 // at an exercise
	Arrive    EventKind = 17 // how a visit began: channel, device, region, entry page, own time
	History   EventKind = 18 // an order of before, as a signed-in page knows it
	Listed    EventKind = 19 // items of a list were seen
	Picked    EventKind = 20 // an item of a list was clicked
	Reached   EventKind = 21 // a message was shown by a channel
	Responded EventKind = 22 // the visitor reacted to it
)

// Trigger is the event that reaches a funnel stage or a goal: View, Click, Cart, Order,
// Search, Social, Refund, Answer, Attempt, Media, or Custom with the event's index.
type Trigger struct {
	Kind  EventKind
	Event uint8 // index into Plan.Events, for Custom
}

// Stage is one step of the funnel.
type Stage struct {
	Name string
	On   Trigger
}

// Mode says who picks a campaign's arm.
type Mode byte

// Assigned: the site gives the arm (an experiment it runs, a mailing it sent).
// Chosen: the device picks it.
const (
	Assigned Mode = 1
	Chosen   Mode = 2
)

// Campaign is a named set of arms with goals.
type Campaign struct {
	Name  string
	Mode  Mode
	Arms  []string
	Goals []Goal

	Promotion Promotion // of a chosen one
}

// Goal is a named trigger.
type Goal struct {
	Name string
	On   Trigger
}

// Slot is a place on the page with variants; the first is the default.
type Slot struct {
	Name     string
	Variants []Variant
	Goal     Trigger
	Reward   float64 // what reaching the goal is worth, in any unit; above 0, at most 1e6
	Sticky   Sticky
}

// Variant is one content of a slot.
type Variant struct {
	Name   string
	Topics []uint8 // indices into Plan.Topics, ascending
	Cost   float64 // of showing it once a period, in the unit of the slot's reward; 0 to 1e6
}

// Share is a part of a whole in ten-thousandths.
type Share uint16

// Whole is the Share of everything.
const Whole Share = 10_000

// Policy is how the device picks a slot's variant, or a chosen campaign's arm.
type Policy struct {
	// Holdout is the share of devices that are never personalized: they get the
	// default and are counted in a column of their own. At most half.
	Holdout Share
	// Explore is the share of decisions that are made uniformly. At most half.
	Explore Share
	// Floor is the least probability of each variant. Times the number of
	// variants of any slot at most half.
	Floor Share
	// Lift is how many times, less 1, the odds of a slot's goal are those without
	// interest where all of a visitor's interest lies in the variant's topics. 0 to
	// MaxLift; 0 leaves interests out of it.
	Lift float64
	// Recent is the share that the latest pages have in that interest; the rest is
	// lasting affinity.
	Recent Share
}

// HoldoutColumn is the name of the column in which devices of the holdout are
// counted, after the variants or arms. No variant or arm may have it.
const HoldoutColumn = "holdout"
