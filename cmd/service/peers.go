package service

import (
	"context"
	"io"
	"net/http"
	"time"
)

// Met is what a leader found at another service.
type Met struct {
	Role string // collector or helper
	URL  string
	// Apart is how far its clock is before this host's; behind where negative. The
	// answer's Date has whole seconds.
	Apart time.Duration
	Err   error // it does not answer, with what to do
}

// askWithin bounds how long a service may take to say that it is there.
const askWithin = 5 * time.Second

// Meet asks collector and helper, with the leader's identity, what they have to say.
func Meet(ctx context.Context, c *Config, now func() time.Time) []Met {
	all := []Met{{Role: "collector", URL: c.Leader.Collector.URL}, {Role: "helper", URL: c.Leader.Helper.URL}}
	for i := range all {
		connect := c.toCollector
		if all[i].Role == "helper" {
			connect = c.toHelper
		}
		client, err := connect(askWithin)
		if err != nil {
			all[i].Err = err
			continue
		}
		all[i].Apart, all[i].Err = apart(ctx, client, all[i].URL, now)
		client.CloseIdleConnections()
	}
	return all
}

// apart compares clocks by the Date of an answer, and the middle of the time that it
// took.
func apart(ctx context.Context, client *http.Client, url string, now func() time.Time) (time.Duration, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/v1/status", nil)
	if err != nil {
		return 0, err
	}
	asked := now()
	res, err := client.Do(req)
	if err != nil {
		return 0, explain(err)
	}
	answered := now()
	// Only the header is wanted; reading the rest lets the connection end well.
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 1<<20))
	if err := res.Body.Close(); err != nil {
		return 0, err
	}
	there, err := http.ParseTime(res.Header.Get("Date"))
	if err != nil {
		return 0, err
	}
	middle := asked.Add(answered.Sub(asked) / 2)
	return there.Add(time.Second / 2).Sub(middle).Truncate(time.Second), nil
}
