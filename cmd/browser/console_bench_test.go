package browser_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"io"
	"math"
	mrand "math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/cmd/service"
	"github.com/dunlin-analytics/dunlin/plans"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
	"github.com/dunlin-analytics/dunlin/web"
	"github.com/dunlin-analytics/dunlin/web/console"
)

// twoYears is a console over two years of daily releases of plans/standard.yaml (512 cells),
// on disk, with the built dashboard; and a link that signs in.
func twoYears(b *testing.B) (at string, p *plan.Plan, invite func() string) {
	b.Helper()
	yaml := bytes.Replace(plans.Standard, []byte("ends: 2027-11-21"), []byte("ends: 2028-11-21"), 1)
	f, problems := planfile.Parse("standard.yaml", yaml)
	require.Empty(b, problems)
	p, err := f.Plan(planfile.BuildInput{
		Leader: plan.Recipient{Type: plan.X25519, Key: "age1leader"}, Helper: plan.Recipient{Type: plan.X25519, Key: "age1helper"}, Issued: f.Periods[0].Start,
	})
	require.NoError(b, err)
	require.Len(b, p.Periods, 730)
	published, err := plan.Encode(p)
	require.NoError(b, err)
	digest := plan.DigestOf(published)
	_, key, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(b, err)
	store, err := release.Open(filepath.Join(b.TempDir(), "releases.db"))
	require.NoError(b, err)
	require.NoError(b, store.PutPlan(digest, planfile.Sign(published, key)))
	layout := plan.LayoutOf(p)
	draw := mrand.New(mrand.NewPCG(1, 1))
	for i := range p.Periods {
		cells := make([]int64, layout.Cells)
		for c := range cells {
			cells[c] = int64(2000 + 500*math.Sin(float64(i)/20) + 30*draw.NormFloat64())
		}
		require.NoError(b, store.Put(release.Signed{Record: release.Record{
			Plan: digest, Period: p.Periods[i], Weight: layout.Weight, Sigma2: p.Sigma2, Cells: cells,
		}}))
	}
	dashboard, err := web.Dashboard()
	require.NoError(b, err)
	helm, err := service.OpenHelm(b.TempDir())
	require.NoError(b, err)
	c, err := console.Open(console.Options{Dir: b.TempDir(), Releases: store, Helm: helm, Dashboard: dashboard, Clock: time.Now, Random: rand.Reader})
	require.NoError(b, err)
	server := httptest.NewServer(c.Handler())
	b.Cleanup(func() { server.Close(); require.NoError(b, c.Close()) })
	return server.URL, p, func() string {
		token, err := c.Invite("ann", console.Viewer)
		require.NoError(b, err)
		return token
	}
}

func quantile(of []time.Duration, q float64) float64 {
	slices.Sort(of)
	return float64(of[min(len(of)-1, int(q*float64(len(of))))].Microseconds()) / 1000
}

// What an analyst asks of two years: reports of all of it and of 30 days, the five
// questions, a comparison. Target: 50 ms in 95 of 100.
func BenchmarkQueriesOfTwoYears(b *testing.B) {
	at, p, invite := twoYears(b)
	jar, err := cookiejar.New(nil)
	require.NoError(b, err)
	client := &http.Client{Jar: jar}
	res, err := client.Post(at+"/api/v1/session", "application/json", bytes.NewReader([]byte(fmt.Sprintf(`{"token":%q}`, invite()))))
	require.NoError(b, err)
	require.Equal(b, http.StatusOK, res.StatusCode)
	require.NoError(b, res.Body.Close())
	day := func(i int) string { return p.Periods[i].Date.String() }
	for name, path := range map[string]string{
		"report of two years":     "report?from=" + day(0) + "&to=" + day(729),
		"report of 30 days":       "report?from=" + day(700) + "&to=" + day(729),
		"questions of 30 days":    "answers?from=" + day(700) + "&to=" + day(729),
		"loop of 30 days":         "loop?from=" + day(700) + "&to=" + day(729),
		"comparison of 30 days":   "changes?compare=previous&from=" + day(700) + "&to=" + day(729),
		"comparison of 12 months": "changes?compare=year&from=" + day(366) + "&to=" + day(729),
	} {
		b.Run(name, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				began := time.Now()
				res, err := client.Get(at + "/api/v1/" + path)
				require.NoError(b, err)
				_, err = io.Copy(io.Discard, res.Body)
				require.NoError(b, err)
				require.NoError(b, res.Body.Close())
				require.Equal(b, http.StatusOK, res.StatusCode)
				took = append(took, time.Since(began))
			}
			b.ReportMetric(quantile(took, .5), "ms-median")
			b.ReportMetric(quantile(took, .95), "ms-p95")
		})
	}
}

// From the address to the drawn first view, of the last 30 days and of all, by a visitor
// whose cache is empty. Target: under a second.
func BenchmarkFirstViewOfTwoYears(b *testing.B) {
	c := chromium(b)
	at, _, invite := twoYears(b)
	for name, query := range map[string]string{"30 days": "", "two years": "?dates=all"} {
		b.Run(name, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				b.StopTimer()
				v, err := c.Visitor()
				require.NoError(b, err)
				tab, err := v.Tab()
				require.NoError(b, err)
				require.NoError(b, tab.Go(at+"/#/sign-in/"+invite()))
				require.NoError(b, tab.Until(`document.querySelector(".tile")`))
				require.NoError(b, tab.Go("about:blank"))
				b.StartTimer()
				began := time.Now()
				require.NoError(b, tab.Begin(at+"/#/overview"+query))
				require.NoError(b, tab.Until(`document.querySelectorAll(".chart svg").length > 2`))
				took = append(took, time.Since(began))
				b.StopTimer()
				require.NoError(b, v.Close())
				b.StartTimer()
			}
			b.ReportMetric(quantile(took, .5), "ms-median")
		})
	}
}
