package plan

// Variable describes one variable for people and for the rule compiler.
type Variable struct {
	Name     string
	Index    int
	Integer  bool
	Unit     string
	Min, Max float64
	Unknown  string // when it is not observed; empty if it always is
	Source   string // the events that it is made from
	Meaning  string
	Texts    []string // what a rule compares it with; nil for a number, and for the plan's own lists
}

// Variables are the built-in variables, by index. The site's attributes follow
// from VarAttribute on, under their own names, the affinities of its topics from
// VarAffinity on, the abilities in its skills from VarAbility on. Those of Texts, and
// top_topic, payment and entry, which the plan's own lists name, stand in dunlin.yaml beside
// a text, in rule code beside its index.
var Variables = []Variable{
	{"visits", VarVisits, true, "visits", 0, maxCount, "", "every event", "visits so far, the running one included", nil},
	{"views", VarViews, true, "views", 0, maxCount, "", "view", "page views so far", nil},
	{"clicks", VarClicks, true, "clicks", 0, maxCount, "", "click", "clicks so far", nil},
	{"carts", VarCarts, true, "events", 0, maxCount, "", "cart", "additions to the cart so far", nil},
	{"orders", VarOrders, true, "orders", 0, maxCount, "", "order, history", "orders so far", nil},
	{"revenue", VarRevenue, false, "the site's currency", 0, maxMoney, "", "order, history", "sum of all order values", nil},
	{"average_order", VarAverageOrder, false, "the site's currency", 0, maxMoney, "before the first order", "order, history", "revenue by order", nil},
	{"last_order", VarLastOrder, false, "the site's currency", 0, maxMoney, "before the first order", "order, history", "value of the latest order", nil},
	{"days_since_first", VarDaysSinceFirst, true, "24-hour days", 0, maxDays, "before the first event", "every event", "since the first event ever", nil},
	{"days_since_visit", VarDaysSinceVisit, true, "24-hour days", 0, maxDays, "before the second visit", "every event", "from the start of the visit before to the start of the running one", nil},
	{"days_since_order", VarDaysSinceOrder, true, "24-hour days", 0, maxDays, "before the first order", "order, history", "since the latest order", nil},
	{"days_since_cart", VarDaysSinceCart, true, "24-hour days", 0, maxDays, "before the first cart event", "cart", "since the latest addition to the cart", nil},
	{"active_days", VarActiveDays, true, "UTC days", 0, 30, "", "every event", "of the latest 30 UTC days, those with an event, today included", nil},
	{"top_topic", VarTopTopic, true, "a topic", 0, MaxTopics - 1, "before the first event about a topic", "every event about a topic", "the topic with the largest affinity", nil},
	{"sessions_30", VarSessions30, false, "visits", 0, maxFaded, "", "every event", "visits, each halving in 30 days, the running one included", nil},
	{"hour", VarHour, true, "hours", 0, 23, "before the first arrive", "arrive", "hour of the visitor's own day", nil},
	{"weekday", VarWeekday, true, "days", 1, 7, "before the first arrive", "arrive", "day of the visitor's own week, Monday is 1", nil},
	{"device", VarDevice, true, "a text", 0, Devices - 1, "before the first arrive", "arrive", "class of the device", DeviceTexts},
	{"channel", VarChannel, true, "a text", 0, Channels - 1, "before the first arrive", "arrive", "how the visitor came, at the latest arrival", ChannelTexts},
	{"region", VarRegion, true, "a text", 0, Regions - 1, "before the first arrive", "arrive", "part of the world, by the time zone", RegionTexts},
	{"scenario", VarScenario, true, "a text", 0, 23, "before the first arrive", "arrive", "day, time of day (morning from 6, day 10, evening 18, night 23 o'clock) and device", ScenarioTexts},
	{"usual_hour", VarUsualHour, true, "hours", 0, 23, "before the first arrive", "every event", "hour of the own day with most of the hours of activity, each halving in 28 days", nil},
	{"pages", VarPages, true, "views", 0, maxCount, "", "view", "views of the running visit on this device", nil},
	{"depth", VarDepth, false, "views", 0, maxMean, "before the first event, or once it has faded", "view", "views of a visit, mean of a half-life of 30 days", nil},
	{"dwell", VarDwell, false, "minutes", 0, maxMean, "before the first event, or once it has faded", "dwell", "minutes in view of a visit, mean of a half-life of 30 days", nil},
	{"searches", VarSearches, true, "events", 0, maxCount, "", "search", "searches so far", nil},
	{"likes", VarLikes, true, "acts", 0, maxCount, "", "social", "likes so far", nil},
	{"shares", VarShares, true, "acts", 0, maxCount, "", "social", "shares so far", nil},
	{"comments", VarComments, true, "acts", 0, maxCount, "", "social", "comments so far", nil},
	{"follows", VarFollows, true, "acts", 0, maxCount, "", "social", "follows so far", nil},
	{"media", VarMedia, true, "events", 0, maxCount, "", "media", "films and recordings played to their end so far", nil},
	{"sentiment", VarSentiment, false, "", -1, 1, "before the first comment that was judged, or once it has faded", "social", "own comments, from -1 negative to 1 positive, mean of a half-life of 90 days", nil},
	{"lapse", VarLapse, false, "usual gaps", 0, maxDays, "while usual_gap is", "every event", "UTC days from the visit before to the running one, by the usual gap", nil},
	{"usual_gap", VarUsualGap, false, "UTC days", 1, 400, "before the third visit on a day of its own", "every event", "between visits of different days but the latest two, mean of a half-life of 180 days", nil},
	{"rfm_recency", VarRFMRecency, true, "a score", 1, 5, "before the first order", "order, history", "5: an order within 7 days, 4: 30, 3: 90, 2: 180, 1: longer ago", nil},
	{"rfm_frequency", VarRFMFrequency, true, "a score", 1, 5, "before the first order", "order, history", "by the number of orders: 1, 2, 3 to 5, 6 to 11, 12 and more", nil},
	{"rfm_money", VarRFMMoney, true, "a score", 1, 5, "before the first order", "order, history", "items of orders by price tier, halving in 180 days: below 3, 6, 12, 24, and above", nil},
	{"price_tier", VarPriceTier, true, "a text", 0, Tiers - 1, "before the first tier, or once it has faded", "view, cart, order, history", "usual third of the catalogue's prices, half-life 90 days; a cart is 4 views, an order 8", TierTexts},
	{"discount_share", VarDiscountShare, false, "", 0, 1, "before the first order, or once it has faded", "order, history", "orders with a discount by orders, of a half-life of 180 days", nil},
	{"refund_share", VarRefundShare, false, "", 0, 1, "before the first order, or once it has faded", "order, history, refund", "refunds by orders, of a half-life of 180 days", nil},
	{"items_per_order", VarItemsPerOrder, false, "items", 1, 1000, "before the first that told its items", "order, history", "items of an order, mean of a half-life of 180 days", nil},
	{"payment", VarPayment, true, "a kind of payment", 0, MaxPayments - 1, "before the first order that told it", "order, history", "the kind of most orders, each halving in 180 days", nil},
	{"refunds", VarRefunds, true, "events", 0, maxCount, "", "refund", "refunds so far", nil},
	{"csat", VarCSAT, false, "", 1, 5, "before the first answer, or once it has faded", "answer", "satisfaction of 1 to 5, mean of a half-life of 180 days", nil},
	{"nps", VarNPS, true, "", 0, 10, "before the first answer", "answer", "the latest recommendation of 0 to 10", nil},
	{"satisfaction", VarSatisfaction, false, "", 0, 1, "while csat, nps and sentiment are", "answer, social", "csat and nps from 0 to 1, and sentiment with half their weight, of those known", nil},
	{"surveys", VarSurveys, true, "answers", 0, maxCount, "", "answer", "surveys answered so far", nil},
	{"lapse_risk", VarLapseRisk, false, "", 0, 1, "where nothing was released and little is known", "released counts, own periods", "chance of staying away for longer than the plan's periods", nil},
	{"buy_chance", VarBuyChance, false, "", 0, 1, "where nothing was released and little is known", "released counts, own periods", "chance of an order in the period", nil},
	{"entry", VarEntry, true, "a group of pages", 0, MaxPages - 1, "if the latest arrival was on no page of a group", "arrive", "group of the page of the latest arrival", nil},
	{"periods_since_first", VarPeriods, true, "periods", 0, maxDays, "", "every event", "from the period of the first event ever to this one; in dimensions alone", nil},
	{"stage", VarStage, true, "a stage", 0, MaxStages - 1, "before a stage of the funnel is reached in the period", "every event", "the deepest stage of the funnel in the period so far; in dimensions alone", nil},
}
