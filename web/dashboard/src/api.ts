/**
 * What the console's API answers. Package web/console (Go) writes it from release
 * records alone; every number comes with what is known of it, and the dashboard
 * computes nothing but where to draw it.
 *
 * @module
 */

/** Why a number is not shown: under the noise, an interval wider than half of it, or not counted at all in the range. */
export type Hidden = "" | "noise" | "wide" | "empty";

/** A count, noised. All bounds are 95 %. */
export interface Count {
  value: number; // raw: may be negative
  low: number; // of the rate behind it (noise and chance)
  high: number | null; // null: without bound
  exact_low: number; // of what an exact tracker would have counted (noise alone)
  exact_high: number;
  hidden: Hidden;
}

/** A share, 0 to 1 (an uplift: above -1). */
export interface Rate {
  value: number;
  low: number;
  high: number | null; // null: without bound
  hidden: Hidden;
}

export interface Session {
  signed_in: boolean;
  name?: string;
  role?: "viewer" | "analyst" | "officer" | "admin" | "guest";
  password_set?: boolean; // false: only a one-time link signs in
  link?: boolean; // a link signed in: a password may be set without the one before
  demo: boolean; // data is invented
}

/** A site that the caller may see. */
export interface SiteRole {
  site: string; // empty where the console serves one site that has no name
  role: "viewer" | "analyst" | "officer" | "admin" | "guest";
}

/** Of GET sites. */
export interface SiteList {
  sites: SiteRole[];
}

/** RFC 9457. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
}

export interface Site {
  site: string;
  timezone: string;
  first: string; // dates of the first and last release, YYYY-MM-DD
  last: string;
  period: "day" | "week" | "4 weeks"; // of the latest plan
  label: string; // of invented data: what they are, seed and commit
}

export interface Plan {
  digest: string;
  serial: number;
  period: "day" | "week" | "4 weeks";
  cells: number;
  weight: number;
  sigma2: number;
  min_batch: number;
  consent: "ask" | "site" | "assumed";
  holdout: number; // share
  epsilon: { one: number; days30: number; year: number; delta: number };
  most_cells: number; // that a plan may have
  segments: number;
  segment_cells: number; // that a further segment would take
  uncrossed: Uncrossed[];
}

/** A panel that the plan asks of the whole site alone. */
export interface Uncrossed {
  kind: string; // funnel, revenue, or a slot's or a distribution's kind
  name: string;
  cells: number; // more, if asked by segment in place of by site; 0: cannot be
}

export interface Variant {
  name: string; // a variant's, or "holdout"
  exposed: Count;
  won: Count; // clicked or converted
  rate: Rate;
  uplift?: Rate | null; // against an assigned campaign's first arm; null of that arm, and elsewhere
}

export interface Slot {
  kind: "slot" | "list" | "campaign";
  name: string;
  of?: string; // of another than a campaign's first goal: the campaign
  from?: string; // date of its first release; earlier ones in the range had another goal or holdout
  goal: string; // "click", "order", an event's name
  goal_name?: string; // what a campaign calls it; empty: a slot's or list's
  variants: string[];
  all: Variant[]; // whole site
  segments: { name: string; variants: Variant[] }[];
  against: string; // the column that uplift is against: "holdout", or an assigned campaign's first arm; empty: none
  /** All others against that; null where there is none, or it is not counted. */
  uplift: { rate: Rate; treated: Rate; control: Rate } | null;
  /** Whether as many of those exposed are of the holdout as the plan has it; null without one. */
  ratio: { expected: number; observed: Rate; odd: boolean } | null;
  /** After how many periods such an uplift shows; null without an uplift, or never. */
  power: { uplift: number; periods: number | null } | null;
  /** The same, day by day in the range, cumulated from its start. */
  uplift_days: { date: string; rate: Rate }[];
}

/** One column of a distribution. */
export interface Bin {
  name: string;
  total: Count;
  share: Rate;
  /** Of whom came back, responded, or solved it: what `sorts.gain.…` says. Null: not measured. */
  gain: Rate | null;
}

/** A mean of answers. */
export interface Score {
  kind: "csat" | "nps"; // 1 to 5, or -100 to 100
  mean: Rate; // a mean and its bounds, no share
  rate: Rate | null; // of those asked, who answered; null: not measured
}

/** Those who came for the first time in one period. */
export interface Cohort {
  from: string; // date of the period
  size: Count;
  back: { rate: Rate | null }[]; // there one period later, two, …; null: not released
}

/** How devices, or answers, were distributed. */
export interface Sort {
  kind: "dimension" | "topics" | "last" | "acts" | "shared" | "items" | "tried" | "answers" | "reached" | "state";
  variable: string; // what a dimension is of: a variable of rules, or "segment"; else empty
  name: string; // of the dimension, list, survey, message or prediction; acts by "topic", whose segments are topics; else empty
  from?: string; // date of its first release; earlier ones in the range had other bins
  of: "all" | "present"; // what shares are of
  all: Bin[];
  segments: { name: string; bins: Bin[]; score: Score | null; week?: Weekday[] }[];
  score: Score | null;
  cohorts: Cohort[] | null; // of a dimension by periods since the first
  week?: Weekday[]; // of a dimension of hours, where periods are days
}

/** The sums of all releases of one day of the week. */
export interface Weekday {
  day: number; // 1 Monday to 7 Sunday
  releases: number;
  bins: Count[]; // as in all
}

/** An amount in the site's currency. Bounds may be below 0. */
export interface Sum {
  value: number;
  low: number; // noise, chance and the grid's rounding
  high: number;
  exact_low: number; // noise alone
  exact_high: number;
  hidden: Hidden;
}

/** An amount for each device. */
export interface Mean {
  value: number;
  low: number;
  high: number | null; // null: without bound
  hidden: Hidden;
}

/** What orders came to: all, or those that a campaign, slot or list is credited with. */
export interface Revenue {
  name: string;
  kind: "site" | "campaign" | "slot" | "list";
  of: string; // its name; empty for the site
  from?: string; // date of its first release; earlier ones in the range were of something else
  top: number; // a device's value of a period above it counts as it
  total: Sum;
  per_head: Mean; // by devices present; of a campaign and the like by those exposed
  arms: { name: string; exposed: Count; total: Sum; per_head: Mean }[];
  segments: { name: string; total: Sum; per_head: Mean }[];
  days: { date: string; sum: Sum }[];
  increment: Sum | null; // beyond what the exposed would have spent as the baseline did
  against: string; // the baseline: "holdout", or an assigned campaign's first arm; empty: none
}

/** A number with its 95 % interval, by how it varies from release to release. */
export interface Estimate {
  value: number;
  low: number;
  high: number;
}

/** How a question is answered: something is named, nothing stands out, too few releases, or no plan counts it. */
export type State = "found" | "none" | "unknown" | "not asked";

/** Which segment comes back less than before, beyond all others. */
export interface Leaving {
  state: State;
  segment: string; // empty: none
  groups: { name: string; before: Estimate; after: Estimate; change: Estimate; named: boolean }[]; // shares; change beyond that of all others
  reasons: { answer: string; before: Estimate; after: Estimate; change: Estimate; named: boolean }[]; // of the one named
  reason: string; // the answer that is given more than before; empty: none
  survey: string; // whose answers they are; empty: none asks
}

/** Where most are lost beyond what the other segments lose there. */
export interface Leak {
  state: State;
  segment: string;
  from: string;
  to: string;
  steps: { segment: string; from: string; to: string; rate: Estimate; rest: Estimate; lost: Estimate; named: boolean }[];
}

/** Whether something that cost money paid. */
export interface Campaign {
  name: string;
  kind: string;
  against: string;
  from: string;
  to: string;
  state: State; // none: it may have paid or not; unknown: no cost, or no baseline
  paid: boolean;
  cost: number;
  margin: number;
  revenue: Sum;
  increment: Sum | null;
  roi: Estimate | null; // of all that is credited
  incremental: Estimate | null; // of the increment
  break_even: Estimate | null; // margin times the increment
}

/** In which hours most visits of each segment begin. */
export interface Hours {
  state: State;
  segments: { segment: string; state: State; band: string; share: Estimate; next: string; ahead: Estimate }[];
}

/** What personalization brings, place by place. */
export interface Worth {
  state: State;
  places: {
    kind: "slot" | "list" | "campaign";
    name: string;
    goal: string;
    against: string;
    treated: Estimate;
    control: Estimate;
    gain: Estimate; // difference of the shares
    extra: Estimate; // goals beyond the baseline
    named: boolean;
  }[];
}

/** How much a number differs: counts and amounts by release, as a share of what it was; shares in shares. */
export interface Change {
  value: number;
  low: number;
  high: number | null; // null: without bound
  before: number;
  hidden: Hidden;
}

/** A range held against another. */
export interface Changes {
  before: { from: string; to: string; releases: number; missing: string[] };
  state: State; // unknown: too few releases in one of the two
  present: Change;
  series: { date: string; count: Count }[]; // devices present in the other range
  audience: { name: string; change: Change }[];
  funnel: { name: string; change: Change }[]; // of those at the first stage, who came to each
  places: { name: string; change: Change }[]; // who reached the goal
  revenues: { name: string; change: Change }[];
}

/** The five questions. */
export interface Answers {
  range: { from: string; to: string; releases: number; missing: string[] };
  before: { from: string; to: string; releases: number; missing: string[] }; // what leaving is held against
  leaving: Leaving;
  leak: Leak;
  campaigns: Campaign[];
  hours: Hours;
  worth: Worth;
  factors: Factors;
}

/** What goes with reaching a goal or coming back: groups against all others, the largest differences first. */
export interface Factors {
  state: State;
  list: {
    outcome: string; // reached, won, came back
    of: string; // the stage, the place, or the dimension
    group: string;
    rate: Estimate;
    rest: number;
    diff: Estimate;
    named: boolean;
  }[];
}

/** What is taken for a rate, as that at which a variant reaches the goal. */
export interface Belief {
  mean: number;
  low: number;
  high: number;
  devices: number; // how many it is worth
}

/** What devices are told of a place. */
export interface Told {
  kind: string; // slot or campaign
  name: string;
  variants: string[]; // the default first
  segments: {
    name: string; // empty: the site as one
    variants: {
      name: string;
      before: Belief | null; // null: nothing was told
      now: Belief | null;
      share_before: Belief; // of devices that choose and know nothing of their visitor yet
      share: Belief;
      stopped: boolean;
    }[];
  }[];
}

/** What somebody, or a guard rail, told the optimiser. */
export interface Order {
  id: number;
  at: string;
  site: string;
  by: string; // empty: a guard rail
  action: string; // stop, resume, roll back, go on, watch, unwatch
  kind: string;
  name: string;
  variant: string; // empty: all but the default
  until: string;
  why: { metric: string; against: string; from: string; to: string; value: number; low: number; high: number } | null;
}

/** Something that must not fall. */
export interface Rail {
  kind: string; // empty: of the whole site
  name: string;
  variant: string; // empty: all but the default
  metric: string; // goal, revenue, satisfaction
  survey: string;
  against: string; // holdout, or before
  from: string;
  to: string;
  diff: Estimate;
  state: State; // found: it fell
  margin: number; // how far below the holdout a variant may be because of whom it is shown to
}

/** What to spend next on what cost money last. */
export interface Proposal {
  name: string;
  kind: string;
  verdict: string; // raise, cut, keep
  incremental: Estimate; // return of the last cost
  was: number;
  amount: number;
  from: string;
  to: string;
  gain: Estimate | null; // null: nothing changes
  currency: string;
  margin: string; // per cent
}

/** The loop: what the optimiser tells devices, what watches over it, what it was told. */
export interface Loop {
  range: { from: string; to: string; releases: number; missing: string[] };
  before: string; // by whose releases what is told now is held against
  since: string; // date of the first release
  steerable: boolean;
  told: Told[];
  back: Order | null; // it reads no later releases
  unwatched: { kind: string; name: string }[];
  rails: Rail[];
  orders: Order[]; // the newest first
  worth: { kind: string; name: string; goal: string; since: string; rate: Rate; days: { date: string; rate: Rate }[] }[];
  budget: Proposal[];
}

export interface Report {
  plan: Plan; // the latest in the range
  plans: number; // how many the range joins
  mixed_noise: boolean; // sigma squared differs within the range
  range: { from: string; to: string; releases: number; missing: string[] };
  grain: "" | "week" | "month"; // of all series over time: each release, or the sums of a week or month
  present: { total: Count; days: { date: string; count: Count }[] };
  audience: { name: string; total: Count; share: Rate; days: Count[] }[] | null; // by segment; days as in present
  funnel: {
    from?: string; // date of its first release; earlier ones in the range had other stages
    stages: string[];
    all: { reached: Count; of_first: Rate; of_previous: Rate }[]; // by stage, at least that deep
    segments: { name: string; stages: { reached: Count; of_first: Rate; of_previous: Rate }[] }[];
  } | null;
  slots: Slot[]; // lists and campaigns too
  sorts: Sort[];
  revenues: Revenue[];
}
