package rig

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// reply is one answer of a collector; without a status none comes.
type reply struct {
	status int
	after  string
}

var errNobody = errors.New("nobody listens")

// scripted answers with one reply after the other, the last one again and again, and
// keeps the bodies.
type scripted struct {
	replies []reply
	bodies  [][]byte
}

func (s *scripted) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	next := s.replies[min(len(s.bodies), len(s.replies)-1)]
	s.bodies = append(s.bodies, body)
	if next.status == 0 {
		return nil, errNobody
	}
	h := http.Header{"Date": {"Mon, 01 Jun 2026 12:00:00 GMT"}}
	if next.after != "" {
		h.Set("Retry-After", next.after)
	}
	return &http.Response{StatusCode: next.status, Status: http.StatusText(next.status), Header: h, Body: io.NopCloser(bytes.NewReader(nil)), Request: r}, nil
}

// A report waits as long as the collector asks, and half as long again where the dice
// say so, and its bytes stay the same.
func TestBackoff(t *testing.T) {
	const s, jitter = time.Second, .5
	for name, c := range map[string]struct {
		replies []reply
		waits   []time.Duration
		err     string
	}{
		"taken at once":       {replies: []reply{{status: 202}}},
		"told in seconds":     {replies: []reply{{429, "8"}, {503, "4"}, {507, "120"}, {202, ""}}, waits: []time.Duration{10 * s, 5 * s, 150 * s}},
		"told by a date":      {replies: []reply{{503, "Mon, 01 Jun 2026 12:00:40 GMT"}, {202, ""}}, waits: []time.Duration{50 * s}},
		"a date that is over": {replies: []reply{{503, "Mon, 01 Jun 2026 11:00:00 GMT"}, {202, ""}}, waits: []time.Duration{s / 80}},
		"told nothing":        {replies: []reply{{503, ""}, {503, "soon"}, {429, "-1"}, {202, ""}}, waits: []time.Duration{s / 16, s / 8, s / 4}},
		"nobody for a while":  {replies: []reply{{}, {}, {}, {202, ""}}, waits: []time.Duration{s / 16, s / 8, s / 4}},
		"nobody any more":     {replies: []reply{{}}, waits: []time.Duration{s / 16, s / 8, s / 4, s / 2, s}, err: "nobody listens"},
		"busy for ever": {replies: []reply{{503, "4"}}, waits: []time.Duration{5 * s, 5 * s, 5 * s, 5 * s, 5 * s, 5 * s, 5 * s, 5 * s, 5 * s},
			err: "the collector was busy at each try"},
		"an hour":  {replies: []reply{{503, "3600"}}, err: "takes no reports before 3600 have passed"},
		"for good": {replies: []reply{{503, "4"}, {410, ""}}, waits: []time.Duration{5 * s}, err: "the collector refused a report: Gone"},
	} {
		t.Run(name, func(t *testing.T) {
			answers := &scripted{replies: c.replies}
			var waits []time.Duration
			to := sender{to: "http://collector/v1/reports", client: &http.Client{Transport: answers}, jitter: func() float64 { return jitter },
				pause: func(_ context.Context, d time.Duration) error { waits = append(waits, d); return nil }}
			err := to.send(t.Context(), []byte("sealed"))
			if c.err == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, c.err)
			}
			require.Equal(t, c.waits, waits)
			require.Len(t, answers.bodies, len(waits)+1)
			for _, b := range answers.bodies {
				require.Equal(t, "sealed", string(b))
			}
		})
	}
}

// Of ten thousand senders that are told the same second, no second sees more than a
// share of them when they come back.
func TestBackoffSpreads(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 2))
	const senders, asked = 10_000, time.Minute
	in := map[time.Duration]int{}
	for range senders {
		wait := waitFor(0, asked, dice.Float64())
		require.GreaterOrEqual(t, wait, asked)
		require.Less(t, wait, asked*3/2)
		in[wait.Truncate(time.Second)]++
	}
	require.Len(t, in, 30)
	for second, n := range in {
		// A thirtieth each, and six standard deviations of the draw more.
		require.Less(t, n, senders/30+110, second)
	}
	require.Equal(t, lastWait, waitFor(1000, untold, 0))
}
