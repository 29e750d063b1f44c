// Package optimise turns release records into priors: what everyone's noised sums
// say of every variant, for each segment, in the form that a device chooses by
// (package edge/choose). It reads releases and plans and nothing else; what it
// computes is post-processing and spends no budget (PRIVACY.md section 3, rule 9).
//
// # The model
//
// A place (a slot or a chosen campaign) has segments s and variants v. Of each
// pair the releases give noised exposures N and conversions K, and of each variant
// the totals over all segments, released as metrics of their own where the plan
// asks for them (by: site): the anchors, whose noise is that of one cell and not
// of one a segment. The rate of a pair is
//
//	p(s,v) = g r(s) (1 + a(v)) (1 + d(s,v))
//
// the global rate g, the segment's level r, the variant's effect a and what the
// segment likes better or worse than others do, d. The effects are relative,
// have mean 0 and unknown spreads, and are fitted one after the other: the spread
// by the method of moments, the effect by its posterior mean given that spread.
// So each is shrunk by its own noise: that of privacy, whose variance is known,
// and that of sampling. A cell that the noise drowns adds nothing, and its pair
// falls back to the variant, a variant to the global rate. A strength is that of
// the shrunk rate's mean square error, where the spread is as large as it may well
// be: sums that cannot tell variants apart do not say that they are the same.
//
// Unsure rates are stated too surely where each segment is shown little else than
// what it likes: variants, segments and tastes are fitted by turns, each as if the
// others were known.
//
// No step divides by a noised cell. E = K - m N, with m the rate expected so far,
// has mean 0 under m, and noise var(N) m^2 + var(K); dividing by a small noisy N is
// how a naive posterior collapses.
//
// Where devices choose by interests, the exposures of a variant are no sample of all
// visitors. What that can do to a comparison is allowed for by Selection: effects of its
// size are shrunk, and strengths bounded, however many exposures there are.
//
// # Other shares
//
// The same model, with other names, gives all else that a device is told of (choose.Kind):
//
//	kind        exposures N                         conversions K           s
//	items       present, or a segment's audience    took the item up        segments
//	topics      present, or a segment's audience    viewed the topic        segments
//	next        all moves from the topic before     moves to the topic      topics before
//	leave       viewed the topic                    viewed it last          one
//	predicted   began a period in the bin           came out in it          one
//	difficulty  tried the item                      right at the first try  one
//	response    shown the message by the channel    answered                segments
//
// So a row of moves falls back to how popular their ends are, and a bin to the rate of
// all. Of moves a row's rates come to one, and none leads to where it began; lapse risk is
// what is left of those who came back.
//
// Who comes back counts in the period of it, for the bin of the period before. The ratio
// is that of a share as long as about as many visitors come each period; a plan's first
// periods, in which nobody can have come back yet, are left out.
//
// # Over time
//
// Releases are summed with weights that halve every HalfLife days, so that what
// visitors liked last season fades. Each brings the variance of its own sigma;
// those older than twenty half-lives are left out.
// Releases of earlier plans count by the names of place, variant and segment.
package optimise
