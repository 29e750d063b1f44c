package service

import (
	"crypto/ed25519"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/optimise"
	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/plans"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
	"github.com/stretchr/testify/require"
)

// signedPlan is a changed plans/shop.yaml, built and signed.
func signedPlan(t *testing.T, yaml []byte, pairs ...string) (p *plan.Plan, published, signed []byte) {
	t.Helper()
	text := string(yaml)
	for i := 0; i < len(pairs); i += 2 {
		require.Contains(t, text, pairs[i])
		text = strings.ReplaceAll(text, pairs[i], pairs[i+1])
	}
	f, problems := planfile.Parse("shop.yaml", []byte(text))
	require.NoError(t, problems.Err())
	p, err := f.Plan(planfile.BuildInput{
		Leader: plan.Recipient{Type: plan.X25519, Key: "one"}, Helper: plan.Recipient{Type: plan.X25519, Key: "other"},
		Issued: f.Periods[0].Start,
	})
	require.NoError(t, err)
	published, err = plan.Encode(p)
	require.NoError(t, err)
	return p, published, planfile.Sign(published, ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)))
}

// released is a period in which everybody of one variant clicks more than the rest.
func released(p *plan.Plan, published []byte, day int, favourite string) release.Signed {
	l := plan.LayoutOf(p)
	r := release.Record{Plan: plan.DigestOf(published), Period: p.Periods[day], Weight: l.Weight, Sigma2: p.Sigma2, Cells: make([]int64, l.Cells)}
	for _, s := range l.Spans {
		for segment := range s.Segments {
			for column := range s.Columns {
				n := int64(2000) * int64(len(p.Segments)/s.Segments)
				if s.Metric >= 0 && p.Metrics[s.Metric].Kind == plan.SlotClicked {
					n /= 50
					if column < len(p.Slots[0].Variants) && p.Slots[0].Variants[column].Name == favourite {
						n *= 4
					}
				}
				r.Cells[s.Cell(segment, column)] = n
			}
		}
	}
	return release.Signed{Record: r}
}

func newStore(t *testing.T) *release.Store {
	t.Helper()
	s, err := release.Open(filepath.Join(t.TempDir(), ReleasesFile))
	require.NoError(t, err)
	return s
}

// favourite is the variant with the largest rate in all segments.
func favourite(t *testing.T, p *plan.Plan, published, priors []byte) string {
	t.Helper()
	got, err := choose.Decode(priors)
	require.NoError(t, err)
	require.NoError(t, got.Fits(p, plan.DigestOf(published)))
	best := -1
	for _, row := range got.Places[0].Rates {
		for i := range row {
			if best < 0 || row[i].Mean > row[best].Mean {
				best = i
			}
		}
	}
	return p.Slots[0].Variants[best].Name
}

// The leader's one store holds two plans of the site and one of another: the priors
// are of the site's releases alone, whichever of its plans they are of.
func TestFitIsOfOneSite(t *testing.T) {
	first, firstBytes, firstSigned := signedPlan(t, plans.Shop)
	next, nextBytes, nextSigned := signedPlan(t, plans.Shop, "serial: 1", "serial: 2", "kids: [kids]", "kids: [kids]\n      winter: [shoes]")
	other, otherBytes, otherSigned := signedPlan(t, plans.Shop, "demo-shop.example", "other-shop.example")
	s := newStore(t)
	for _, x := range []struct {
		published, signed []byte
	}{{firstBytes, firstSigned}, {nextBytes, nextSigned}, {otherBytes, otherSigned}} {
		require.NoError(t, s.PutPlan(plan.DigestOf(x.published), x.signed))
	}
	all := []release.Signed{
		released(first, firstBytes, 0, "shoes"), released(first, firstBytes, 1, "shoes"),
		released(next, nextBytes, 2, "shoes"),
		released(other, otherBytes, 0, "watches"), released(other, otherBytes, 2, "watches"), released(other, otherBytes, 3, "watches"),
	}
	for _, r := range all {
		require.NoError(t, s.Put(r))
	}
	direct := func(target *plan.Plan, published []byte, of ...release.Signed) []byte {
		var releases []optimise.Release
		for _, r := range of {
			p := map[plan.Digest]*plan.Plan{plan.DigestOf(firstBytes): first, plan.DigestOf(nextBytes): next, plan.DigestOf(otherBytes): other}[r.Plan]
			one, err := optimise.Of(p, r.Plan, r.Record)
			require.NoError(t, err)
			releases = append(releases, one)
		}
		priors, err := optimise.Fit(target, plan.DigestOf(published), releases)
		require.NoError(t, err)
		b, err := choose.Encode(priors)
		require.NoError(t, err)
		return b
	}
	for _, c := range []struct {
		p         *plan.Plan
		published []byte
		of        []release.Signed
		favourite string
	}{
		{next, nextBytes, all[:3], "shoes"},
		{first, firstBytes, all[:3], "shoes"},
		{other, otherBytes, all[3:], "watches"},
	} {
		got, err := fitReleases(t.Context(), s, c.published)
		require.NoError(t, err)
		require.Equal(t, direct(c.p, c.published, c.of...), got)
		require.Equal(t, c.favourite, favourite(t, c.p, c.published, got))
		again, err := fitReleases(t.Context(), s, c.published)
		require.NoError(t, err)
		require.Equal(t, got, again)
	}
	// A plan without a release of its own goes by the site's earlier ones.
	last, lastBytes, lastSigned := signedPlan(t, plans.Shop, "serial: 1", "serial: 3")
	require.NoError(t, s.PutPlan(plan.DigestOf(lastBytes), lastSigned))
	got, err := fitReleases(t.Context(), s, lastBytes)
	require.NoError(t, err)
	require.Equal(t, direct(last, lastBytes, all[:3]...), got)
}

func TestFitOfNothing(t *testing.T) {
	_, published, _ := signedPlan(t, plans.Shop)
	s := newStore(t)
	got, err := fitReleases(t.Context(), s, published)
	require.NoError(t, err)
	require.Nil(t, got, "no release")

	p, published, signed := signedPlan(t, plans.Shop)
	require.NoError(t, s.PutPlan(plan.DigestOf(published), signed))
	drowned := released(p, published, 0, "")
	clear(drowned.Cells)
	require.NoError(t, s.Put(drowned))
	got, err = fitReleases(t.Context(), s, published)
	require.NoError(t, err)
	require.Nil(t, got, "noise alone")

	small, published, signed := signedPlan(t, plans.Hillstrom)
	require.Empty(t, small.Slots)
	require.NoError(t, s.PutPlan(plan.DigestOf(published), signed))
	require.NoError(t, s.Put(released(small, published, 0, "")))
	got, err = fitReleases(t.Context(), s, published)
	require.NoError(t, err)
	require.Nil(t, got, "nothing to pick")
}

// What the store should hold and does not is an error that names the plan or day.
func TestFitOfADamagedStore(t *testing.T) {
	target, published, signed := signedPlan(t, plans.Shop)
	old, oldBytes, oldSigned := signedPlan(t, plans.Shop, "serial: 1", "serial: 2")
	digest := plan.DigestOf(oldBytes)
	for name, c := range map[string]struct {
		stored []byte // under the old plan's digest
		want   error
		says   string
	}{
		"no plan":        {nil, release.ErrNotFound, digest.String()},
		"no signed file": {[]byte("x"), planfile.ErrSigned, digest.String()},
		"another plan":   {signed, nil, "other bytes are stored under its digest"},
		"no plan inside": {planfile.Sign([]byte("no plan"), ed25519.NewKeyFromSeed(make([]byte, 32))), nil, "other bytes are stored under its digest"},
		"the right plan": {oldSigned, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStore(t)
			require.NoError(t, s.PutPlan(plan.DigestOf(published), signed))
			require.NoError(t, s.Put(released(target, published, 0, "bags")))
			if c.stored != nil {
				require.NoError(t, s.PutPlan(digest, c.stored))
			}
			require.NoError(t, s.Put(released(old, oldBytes, 1, "bags")))
			got, err := fitReleases(t.Context(), s, published)
			if c.says == "" {
				require.NoError(t, err)
				require.NotEmpty(t, got)
				return
			}
			require.ErrorContains(t, err, c.says)
			require.Nil(t, got)
			if c.want != nil {
				require.ErrorIs(t, err, c.want)
			}
		})
	}

	// A release whose weight or noise is not the plan's is none of it.
	s := newStore(t)
	require.NoError(t, s.PutPlan(plan.DigestOf(published), signed))
	wrong := released(target, published, 4, "bags")
	wrong.Sigma2++
	require.NoError(t, s.Put(wrong))
	_, err := fitReleases(t.Context(), s, published)
	require.ErrorIs(t, err, optimise.ErrPlan)
	require.ErrorContains(t, err, "the release of "+target.Periods[4].Date.String())

	_, err = fitReleases(t.Context(), s, []byte("no plan"))
	require.ErrorIs(t, err, plan.ErrMagic)
}
