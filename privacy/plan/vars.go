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
	numVars

	VarAttribute = 64
	// VarAffinity+i is the affinity of topic i, 0 to 1.
	VarAffinity = 128
)

// variableExists tells whether a plan with this many attributes and topics has a
// variable; without topics there is no largest affinity.
func variableExists(index, attributes, topics int) bool {
	switch {
	case index == VarTopTopic:
		return topics > 0
	case index >= VarAffinity:
		return index < VarAffinity+topics
	case index >= VarAttribute:
		return index < VarAttribute+attributes
	}
	return index >= 0 && index < numVars
}

// Variable describes one variable for people and for the rule compiler.
type Variable struct {
	Name     string
	Index    int
	Integer  bool
	Unit     string
	Min, Max float64
	Unknown  string // when it is not observed; empty if it always is
	Meaning  string
}

// Variables are the built-in variables, by index. The site's attributes follow
// from VarAttribute on, under their own names, and the affinities of its topics
// from VarAffinity on. top_topic is there only if the plan has topics; in
// dunlin.yaml it stands beside a topic's name, in rule code beside its index.
var Variables = []Variable{
	{"visits", VarVisits, true, "visits", 0, maxCount, "", "visits so far, the running one included"},
	{"views", VarViews, true, "views", 0, maxCount, "", "page views so far"},
	{"clicks", VarClicks, true, "clicks", 0, maxCount, "", "clicks so far"},
	{"carts", VarCarts, true, "events", 0, maxCount, "", "additions to the cart so far"},
	{"orders", VarOrders, true, "orders", 0, maxCount, "", "orders so far"},
	{"revenue", VarRevenue, false, "the site's currency", 0, maxMoney, "", "sum of all order values"},
	{"average_order", VarAverageOrder, false, "the site's currency", 0, maxMoney, "before the first order", "revenue by order"},
	{"last_order", VarLastOrder, false, "the site's currency", 0, maxMoney, "before the first order", "value of the latest order"},
	{"days_since_first", VarDaysSinceFirst, true, "24-hour days", 0, maxDays, "before the first event", "since the first event ever"},
	{"days_since_visit", VarDaysSinceVisit, true, "24-hour days", 0, maxDays, "before the second visit", "from the start of the visit before to the start of the running one"},
	{"days_since_order", VarDaysSinceOrder, true, "24-hour days", 0, maxDays, "before the first order", "since the latest order"},
	{"days_since_cart", VarDaysSinceCart, true, "24-hour days", 0, maxDays, "before the first cart event", "since the latest addition to the cart"},
	{"active_days", VarActiveDays, true, "UTC days", 0, 30, "", "of the latest 30 UTC days, those with an event, today included"},
	{"top_topic", VarTopTopic, true, "a topic", 0, MaxTopics - 1, "before the first event about a topic", "the topic with the largest affinity"},
}

const (
	maxCount = 1<<32 - 1
	maxMoney = 1e12
	maxDays  = 36500
)
