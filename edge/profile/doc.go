// Package profile is what a device knows about its visitor: behaviour, social acts,
// spending, interest in the plan's topics, abilities, satisfaction, and the attributes
// (age band, gender, region, occupation, ...) that the visitor or the site declared. It
// never leaves the device; the only things that are ever computed from it for others are
// the index of a segment and of a prediction's bin (plan.Rule reads it through View).
//
// The package keeps exactly the definitions of docs/plan.md. An activity is taken
// in by Touch (visit, first and last time, active day, hour of the week) before the
// period's segment is decided, and by what follows for its kind afterwards: Count (a
// counter), Interested (the topics that it was about), and Arrive, Socialize, Searched,
// Watched, Saw, Bought, Refunded, Rated, Asked, Attempted. Declare and Remember are no
// activities. A counter or a sum that is full stays full.
//
// # Means and sums that fade
//
// Half-lives are those of package decay: integers alone, order does not matter. A clock
// stands at the last activity's Unix time modulo the half-life. Everything below is of
// the visitor, that is of all devices whose profiles were joined, but for what is said
// to be the running visit's. A mean is unknown while less than 1/16 of an observation is
// left in it.
//
//	sessions_30         visits, 30 days, the running one included
//	depth, dwell        views, and minutes visible (at most 30 an event), by visits, 30 days
//	pages               views of the running visit
//	usual_gap           mean of the gaps in UTC days between visits that began on different
//	                    days, at most 400 each, 180 days; the gap that ends with the running
//	                    visit is not in it: it will be when the next one opens
//	lapse               that gap by usual_gap
//	hour, weekday, device, channel, region, scenario, entry
//	                    the latest Arrival's; morning begins at 6, day at 10, evening at 18,
//	                    night at 23, the weekend with Saturday's first hour
//	usual_hour          of the hour of the day with the most weight over the week; an hour
//	                    with an activity counts once, 28 days
//	sentiment           (positive - negative) by judged comments, 90 days
//	csat                mean of answers, 180 days;  nps  the last answer
//	satisfaction        mean of (csat-1)/4 with weight 2, nps/10 with 2, (sentiment+1)/2 with 1,
//	                    of those that are known
//	rfm_recency         5 if the latest order was at most 7 days ago, 4: 30, 3: 90, 2: 180, else 1
//	rfm_frequency       orders: 1 of 1, 2 of 2, 3 of 3 to 5, 4 of 6 to 11, 5 of 12 and more
//	rfm_money           points, 180 days: below 3, 6, 12, 24, and above. An order gives its
//	                    items (at most 20; 1 if not told) x 1 low, 2 middle or not told, 3 high:
//	                    a measure that needs no currency
//	price_tier          mean tier of items, 90 days, view 1, cart 4, order 8: below 5/3 low,
//	                    below 7/3 middle, else high
//	discount_share, refund_share, items_per_order   by orders (that told their items), 180 days
//	payment             the kind of most weight, 180 days
//	ability             Elo, see Attempted
//
// # Orders
//
// `orders`, `revenue` and what is made of them count each order once, whether it was seen
// or handed over as history (Remember). The latest 24 are known one by one, by their time
// and digits of their value; one of the same value within an hour is the same. What is
// older than those is not taken in any more, what is later than the last activity not
// yet. Refunds take nothing from orders, revenue
// or interests.
//
// # Interests
//
// Every topic has five sums, one for each half-life:
//
//	 7 days   view 1, dwell 1 a minute
//	14 days   click 2, search 2, picked from a list 2, medium 1 for each quarter told, attempt 1
//	21 days   cart 4
//	30 days   social act 3
//	60 days   order 8, of the history too, faded by its age
//
// One dwell event counts for five minutes at most. An event about several topics
// counts for each of them in full. A topic's strength is the sum of its five; its
// affinity is its strength by the strength of all topics and 1; the top topic is the
// strongest. Beside them stands what the latest events were about: each event with a
// topic, but a dwell, a medium or one of the history, halves it for all topics and adds 1
// to its own. Time does not change it; choices weigh it against affinity
// (plan.Policy.Recent), and take interest that is not on record for the usual one
// (UsualMatch). A topic all of whose sums have faded to zero is forgotten. While the clock
// is set back nothing fades.
//
// # A clock that is set back
//
// An activity earlier than the one before it says that the clock was wrong then
// or is wrong now; nobody can tell which. Every instant on record that is later
// than now becomes now, and active days in what is now the future are forgotten.
// So no age is ever negative, a clock that was a year ahead for an hour heals at
// the next activity, and a clock set back by a minute changes next to nothing. A
// clock set forward looks like an absence of that length.
//
// # Another device
//
// AppendCarry writes the profile for another device of the visitor's, Join takes it in. What
// each device counted stands in a cell of its own, under a random tag; of two copies of a
// cell the larger numbers are the later ones; all cells are added up when they are read.
// Orders are those that one device knows with its history, or those that all devices saw,
// whichever are more: where each was handed a history and then saw orders of its own, the
// fewer of these are missing. Interests, hours and kinds of payment are faded to the same instant
// and the larger is taken; instants are the earliest first, the latest last ones, and the
// two latest visits; abilities those of more attempts; attributes those declared last. So
// whatever is joined how often, in which order and by way of which device, the same is
// known: nothing is counted twice. The running visit (pages, Arrival, topic before) stays
// as it is. A profile keeps the cells of three other devices, those with the lowest tags.
//
// # Erasing one fact
//
// Erase erases what a variable rests on, of all devices, and with it the others that rest
// on that:
//
//	visits, days_since_first, days_since_visit, sessions_30, depth, dwell, lapse, usual_gap:
//	  the running visit becomes the first
//	views, pages (and sessions_30, depth and dwell begin anew);  carts, days_since_cart
//	orders, revenue, average_order, last_order, days_since_order, rfm_*, discount_share,
//	  items_per_order, refund_share: a history handed over again does not bring them back
//	refunds, refund_share;  hour, weekday, device, channel, region, scenario, entry
//	satisfaction: csat, nps, sentiment;  top_topic: all affinities
//	alone: clicks, active_days, usual_hour, searches, likes, shares, comments, follows, media,
//	  sentiment, csat, nps, price_tier, payment, surveys, an affinity, an ability, an attribute
//
// # Bytes
//
// In privacy/wire's terms; ages are in seconds and counted back from the last
// activity, so that no encoded profile can hold an instant out of order:
//
//	seen bool; if it is:
//	  last activity uvarint, Unix seconds; age of the visit's start; from the start of the
//	    visit before to this one's (0 if there was none); from the first activity to that
//	  active days                    uvarint, bit i: i UTC days before the last activity's
//	  views of the running visit     uvarint
//	  topic before                   bool, key u64
//	  arrival                        bool; channel, device, region a byte each, page group's
//	                                 key u64 or 0, minutes east of UTC + 840 uvarint
//	  hours                          bool; 21 bytes, a bit for each hour of the week from
//	                                 Monday's first (lowest bit first), and a byte above 0 for
//	                                 each bit set: sixteenths, half-life 28 days
//	  cell: counters uvarint each, at most 2^32-1: visits, views, clicks, carts, orders,
//	      searches, likes, shares, comments, follows, media, refunds, answers; revenue
//	    sums uvarint each, below 2^28: visits, views, minutes; positive, negative, judged,
//	      tiers, their weights; gaps, their number, csat, its number, orders, coupons, items,
//	      orders that told them, refunds, points
//	  joined                         bool; own tag u64 (0: none yet), others uvarint, at most 3,
//	                                 ascending: tag u64 above 0, cell
//	  if the carts of all cells > 0: age of the latest cart event   uvarint
//	  spending                       bool; orders known (no fewer than all cells'), their
//	                                 revenue (no less, if they are as many), age of the latest, its
//	                                 value, instant up to which all is settled (0: none),
//	                                 number of orders (at most 24), the latest first: seconds
//	                                 before the one before it, value mod 16,381; uvarint each
//	  NPS                            byte, 0 or answer + 1; if above 0 its age uvarint
//	  facts uvarint, at most 48, ascending by kind and key: kind byte, key u64, and
//	    1 payment: sum uvarint       2 skill: attempts (at most 65,535), (ability + 8) x 4,096
//	    3 survey: when asked, Unix seconds, and how often, at most 255
//	  topics of interest             uvarint, at most 64, ascending by key: key u64, sums of
//	    half-lives 7, 14, 21, 30, 60 days  uvarint each, below 2^28, one at least above 0;
//	    recent uvarint, below 2^13
//	attributes: count uvarint, then ascending by key
//	  key u64, type byte, value: flag byte | number f64 | choice u64, the key of its value's name;
//	  when declared uvarint, Unix seconds
//
// Names are kept as their Key, not their index, so that they survive a plan that lists
// them in another order. The bytes are at most 4,453, of which 466 are other devices' cells.
package profile
