package rig

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
)

// maxFetched bounds what Priors reads of one answer.
const maxFetched = 1 << 20

// Priors fetches the plan in force and its current priors from the collector, as
// the host of a device does: it checks the officer's signature on the plan, which
// must be the rig's, and that the priors are the bytes that were named. ok is
// false if the plan has none. What is in them the device judges.
func (r *Rig) Priors(ctx context.Context) (priors []byte, sum string, ok bool, err error) {
	client := &http.Client{Timeout: time.Minute, Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	url := "http://" + r.At().Public
	head, signed, err := fetch(ctx, client, url+"/v1/plan")
	if err != nil {
		return nil, "", false, fmt.Errorf("fetch the plan in force: %w", err)
	}
	published, err := planfile.Verify(signed, r.officer)
	if err != nil {
		return nil, "", false, fmt.Errorf("fetch the plan in force: %w", err)
	}
	if !bytes.Equal(published, r.Published) {
		return nil, "", false, errors.New("fetch the plan in force: it is another one than the rig's")
	}
	sum = head.Get("Dunlin-Priors")
	if sum == "" {
		return nil, "", false, nil
	}
	want, err := plan.ParseDigest(sum)
	if err != nil {
		return nil, "", false, fmt.Errorf("the header Dunlin-Priors: %w", err)
	}
	if _, priors, err = fetch(ctx, client, url+"/v1/priors/"+want.String()); err != nil {
		return nil, "", false, fmt.Errorf("fetch the plan's priors: %w", err)
	}
	if got := plan.Digest(sha256.Sum256(priors)); got != want {
		return nil, "", false, fmt.Errorf("fetch the plan's priors: their SHA-256 is %s and not %s", got, want)
	}
	return priors, sum, true, nil
}

// fetch gets a small body, without anything that tells one visitor from another.
func fetch(ctx context.Context, client *http.Client, url string) (http.Header, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, nil, err
	}
	res, err := client.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxFetched+1))
	switch {
	case err != nil:
		return nil, nil, err
	case res.StatusCode != http.StatusOK:
		return nil, nil, fmt.Errorf("the collector answered %s: %.500s", res.Status, body)
	case len(body) > maxFetched:
		return nil, nil, fmt.Errorf("the collector answered with more than %d bytes", maxFetched)
	}
	return res.Header, body, nil
}
