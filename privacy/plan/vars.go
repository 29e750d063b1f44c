package plan

// Indices of the variables that a rule can name. Attribute i of the plan is
// VarAttribute+i, topic i's affinity VarAffinity+i. The numbers are part of the published plan's bytes: append,
// never renumber.
const (
	VarVisits = iota
	VarViews
	VarClicks
	VarCarts
	VarOrders
	VarRevenue
	VarAverageOrder
	VarLastOrder
	VarDaysSinceFirst
	VarDaysSinceVisit
	VarDaysSinceOrder
	VarDaysSinceCart
	VarActiveDays
	VarTopTopic // index of the topic with the largest affinity
	VarSessions30
	VarHour
	VarWeekday
	VarDevice   // index into DeviceTexts
	VarChannel  // index into ChannelTexts
	VarRegion   // index into RegionTexts
	VarScenario // index into ScenarioTexts
	VarUsualHour
	VarPages
	VarDepth
	VarDwell
	VarSearches
	VarLikes
	VarShares
	VarComments
	VarFollows
	VarMedia
	VarSentiment
	VarLapse
	VarUsualGap
	VarRFMRecency
	VarRFMFrequency
	VarRFMMoney
	VarPriceTier // index into TierTexts
	VarDiscountShare
	VarRefundShare
	VarItemsPerOrder
	VarPayment // index into Plan.Payments
	VarRefunds
	VarCSAT
	VarNPS
	VarSatisfaction
	VarSurveys
	VarLapseRisk
	VarBuyChance
	VarEntry // index into Plan.Pages
	VarPeriods
	VarStage // index into Plan.Stages
	numVars

	VarAttribute = 64
	// VarAffinity+i is the affinity of topic i, 0 to 1.
	VarAffinity = 128
	// VarAbility+i is the ability in skill i, in logits.
	VarAbility = 192
)

// Lengths of the lists of fixed texts. The texts themselves are none of the module's.
const (
	Channels = 11 // of ChannelTexts
	Devices  = 3
	Regions  = 11
	Tiers    = 3
	// Acts are the kinds of social acts: like, share, Comment, follow.
	Acts = 4
	// Sharing is the social act that goes to a network.
	Sharing = 1
	// Comment is the social act that has a sentiment: 1 negative, 2 neutral, 3 positive.
	Comment    = 2
	Sentiments = 3
)

// Texts that a rule compares with: of the variables channel, device, region,
// scenario and price_tier, by the number that an event or a variable has for them. Parts of
// the published plan's bytes: append, never reorder.
var (
	ChannelTexts = []string{"direct", "organic", "paid", "social", "email", "referral", "push", "sms", "wechat", "affiliate", "other"}
	DeviceTexts  = []string{"phone", "tablet", "desktop"}
	RegionTexts  = []string{"africa", "america_north", "america_south", "asia_central", "asia_east", "asia_south", "asia_southeast", "asia_west", "europe", "oceania", "other"}
	TierTexts    = []string{"low", "middle", "high"}
	// ActTexts are the social acts, by the number that an event has for each.
	ActTexts = []string{"like", "share", "comment", "follow"}
	// ScenarioTexts: day kind x 12 + time of day x 3 + device.
	// Written out, so that a program which has no use for them has not the texts either.
	ScenarioTexts = []string{
		"weekday-morning-phone", "weekday-morning-tablet", "weekday-morning-desktop",
		"weekday-day-phone", "weekday-day-tablet", "weekday-day-desktop",
		"weekday-evening-phone", "weekday-evening-tablet", "weekday-evening-desktop",
		"weekday-night-phone", "weekday-night-tablet", "weekday-night-desktop",
		"weekend-morning-phone", "weekend-morning-tablet", "weekend-morning-desktop",
		"weekend-day-phone", "weekend-day-tablet", "weekend-day-desktop",
		"weekend-evening-phone", "weekend-evening-tablet", "weekend-evening-desktop",
		"weekend-night-phone", "weekend-night-tablet", "weekend-night-desktop",
	}
)

// Extent is how many variables of the site's own a rule may name.
type Extent struct {
	Attributes, Topics, Skills int
	Payments, Pages            int
	LapseRisk, BuyChance       bool
	Period                     bool // and what is known of the period itself
	Stages                     int
}

// Extent returns what the rules of p may name; those of its predictions' bins may name
// no prediction.
func (p *Plan) Extent(bins bool) Extent {
	x := Extent{len(p.Attributes), len(p.Topics), len(p.Skills), len(p.Payments), len(p.Pages), false, false, false, 0}
	if !bins {
		_, x.LapseRisk = p.PredictionOf(LapseRisk)
		_, x.BuyChance = p.PredictionOf(BuyChance)
	}
	return x
}

// Has tells whether a rule may name a variable; without topics there is no largest
// affinity.
func (x *Extent) Has(index int) bool {
	switch {
	case index >= VarAbility:
		return index < VarAbility+x.Skills
	case index >= VarAffinity:
		return index < VarAffinity+x.Topics
	case index >= VarAttribute:
		return index < VarAttribute+x.Attributes
	}
	switch index {
	case VarTopTopic:
		return x.Topics > 0
	case VarPayment:
		return x.Payments > 0
	case VarEntry:
		return x.Pages > 0
	case VarLapseRisk:
		return x.LapseRisk
	case VarBuyChance:
		return x.BuyChance
	case VarPeriods:
		return x.Period
	case VarStage:
		return x.Stages > 0
	}
	return index >= 0 && index < numVars
}

// variableIsNew tells whether a variable is one that plans of format 2 had not.
func variableIsNew(index int) bool {
	return index > VarTopTopic && index < VarAttribute || index >= VarAbility
}

const (
	maxCount = 1<<32 - 1
	maxMoney = 1e12
	maxDays  = 36500
	maxFaded = 1 << 18 // a full sum of each of four devices
	maxMean  = 1 << 20 // a full sum by a sixteenth
)
