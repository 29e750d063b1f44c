package collector_test

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"net/http/httptest"
	"os"
	"time"

	"github.com/dunlin-analytics/dunlin/collector"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
	"github.com/dunlin-analytics/dunlin/privacy/report"
)

func Example() {
	dir, _ := os.MkdirTemp("", "collector")
	defer os.RemoveAll(dir)
	c, err := collector.Open(collector.Options{
		Dir: dir,
		Verify: func(signed []byte) ([]byte, error) {
			return planfile.Verify(signed, officer.Public().(ed25519.PublicKey))
		},
		Clock: func() time.Time { return start.Add(time.Hour) },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()

	// The leader publishes what the officer signed.
	p := testPlan("shop.example", 1, firstDate, 7)
	b, _ := plan.Encode(p)
	digest := plan.DigestOf(b)
	w := httptest.NewRecorder()
	c.Inner().ServeHTTP(w, httptest.NewRequest("PUT", "/v1/plans/"+digest.String(), bytes.NewReader(planfile.Sign(b, officer))))
	fmt.Println("plan:", w.Code)

	// A device uploads its report.
	r := report.Report{Leader: []byte("sealed"), Helper: []byte("sealed")}
	r.Plan, r.Period, r.Revision = digest, firstDate, 1
	b, _ = r.Append(nil)
	upload := httptest.NewRequest("POST", "/v1/reports", bytes.NewReader(b))
	upload.Header.Set("Content-Type", "application/octet-stream")
	w = httptest.NewRecorder()
	c.Public().ServeHTTP(w, upload)
	fmt.Println("report:", w.Code, c.Counts()["reports.accepted"])
	// Output:
	// plan: 201
	// report: 202 1
}
