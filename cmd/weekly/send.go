package weekly

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/panel"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Message is the body of a webhook.
type Message struct {
	Type      string    `json:"type"`      // dunlin.weekly
	Timestamp time.Time `json:"timestamp"` // of this attempt's report
	Data      Data      `json:"data"`
}

// Data is a report with its text.
type Data struct {
	*Report
	Language Language `json:"language"`
	Text     string   `json:"text"`
}

// Sender sends the reports that are due.
type Sender struct {
	Config *Config
	State  string // path of the file that says what was sent
	Clock  func() time.Time
	Wait   func(context.Context, time.Duration) error // between attempts
	Said   io.Writer                                  // a line for each week sent
}

// attempts is how often a webhook is tried in one run; a later run tries again.
const attempts = 4

// timeout is one attempt's.
const timeout = 20 * time.Second

// errFinal: trying again brings the same answer.
var errFinal = errors.New("not tried again now")

// Latest is the Monday of the last week that is over.
//
// Errors: panel.ErrNone without a release.
func Latest(all []panel.Release, now time.Time) (plan.Date, error) {
	if len(all) == 0 {
		return 0, panel.ErrNone
	}
	d, err := today(now, all[len(all)-1].Plan.TimeZone)
	return monday(d) - days, err
}

// Due says whether a week that is over is to be sent: all of it is there, or its grace is
// over. A week without any release is never due.
func (c *Config) Due(all []panel.Release, from plan.Date, now time.Time) (bool, error) {
	gone := len(missing(all, from))
	if gone == 0 || gone == days {
		return gone == 0, nil
	}
	at, err := time.LoadLocation(all[len(all)-1].Plan.TimeZone)
	if err != nil {
		return false, fmt.Errorf("weekly: the plan's time zone: %w", err)
	}
	day := time.Unix(int64(from+days)*86_400, 0).UTC()
	end := time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, at)
	return !now.Before(end.Add(c.grace())), nil
}

// Run sends every target the weeks that are due, oldest first: those after the last that it
// was sent, to a new target the latest. A week is noted once its target has taken it; between
// the two a crash has it sent again under the same webhook-id.
func (s *Sender) Run(ctx context.Context, all []panel.Release) error {
	unlock, err := s.lock()
	if err != nil {
		return err
	}
	defer unlock()
	sent, err := s.read()
	if err != nil {
		return err
	}
	latest, err := Latest(all, s.Clock())
	if err != nil {
		return err
	}
	var failed []error
	for i := range s.Config.Webhooks {
		w := &s.Config.Webhooks[i]
		week := latest
		if last, ok := sent[w.id()]; ok {
			d, err := plan.ParseDate(last)
			if err != nil {
				return fmt.Errorf("weekly: %s: %w", s.State, err)
			}
			week = d + days
		}
		for ; week <= latest; week += days {
			if len(missing(all, week)) == days && week < latest {
				continue // nothing of it was released: there is nothing to tell
			}
			due, err := s.Config.Due(all, week, s.Clock())
			if err != nil {
				return err
			}
			if !due {
				break
			}
			if err := s.send(ctx, all, week, w); err != nil {
				failed = append(failed, err)
				break
			}
			sent[w.id()] = week.String()
			if err := s.write(sent); err != nil {
				return err
			}
		}
	}
	return errors.Join(failed...)
}

// Again sends one week to every target, whatever was sent, and notes nothing.
func (s *Sender) Again(ctx context.Context, all []panel.Release, week plan.Date) error {
	var failed []error
	for i := range s.Config.Webhooks {
		failed = append(failed, s.send(ctx, all, week, &s.Config.Webhooks[i]))
	}
	return errors.Join(failed...)
}

func (s *Sender) send(ctx context.Context, all []panel.Release, week plan.Date, w *Webhook) error {
	r, err := Of(all, week, s.Config.Language, s.Config.Address)
	if err != nil {
		return err
	}
	body, err := json.Marshal(Message{"dunlin.weekly", s.Clock().UTC(), Data{r, s.Config.Language, r.Text(s.Config.Language)}})
	if err != nil {
		return err
	}
	for n := 1; ; n++ {
		err = w.post(ctx, s.Clock(), messageID(r.Site, week, w), body)
		if err == nil {
			fmt.Fprintf(s.Said, "the week from %s is sent to %s\n", week, w.host)
			return nil
		}
		err = fmt.Errorf("weekly: the week from %s to %s: %w", week, w.host, err)
		if n == attempts || errors.Is(err, errFinal) || ctx.Err() != nil {
			return err
		}
		if wait := s.Wait(ctx, time.Second<<(2*n)); wait != nil {
			return errors.Join(err, wait)
		}
	}
}

// id names a target in the state file without its address, which may hold a secret.
func (w *Webhook) id() string {
	sum := sha256.Sum256([]byte(w.URL))
	return hex.EncodeToString(sum[:16])
}

// messageID is the same of every delivery of a week to a target.
func messageID(site string, week plan.Date, w *Webhook) string {
	sum := sha256.Sum256([]byte(site + "\x00" + week.String() + "\x00" + w.URL))
	return "dunlin_" + hex.EncodeToString(sum[:16])
}

// post delivers once, signed as Standard Webhooks has it. Redirects are not followed.
func (w *Webhook) post(ctx context.Context, now time.Time, id string, body []byte) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL, bytes.NewReader(body))
	if err != nil {
		return errFinal
	}
	at := strconv.FormatInt(now.Unix(), 10)
	mac := hmac.New(sha256.New, w.key)
	mac.Write([]byte(id + "." + at + "."))
	mac.Write(body)
	q.Header.Set("Content-Type", "application/json")
	q.Header.Set("webhook-id", id)
	q.Header.Set("webhook-timestamp", at)
	q.Header.Set("webhook-signature", "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(q)
	var failed *url.Error
	if errors.As(err, &failed) {
		return failed.Err // without the address, whose path may be a secret
	}
	if err != nil {
		return err
	}
	defer res.Body.Close()
	switch code := res.StatusCode; {
	case code >= 200 && code < 300:
		return nil
	case code >= 300 && code < 400:
		return fmt.Errorf("it answers %d, and redirects are not followed: give the address that it leads to: %w", code, errFinal)
	case code >= 400 && code < 500 && code != http.StatusRequestTimeout && code != http.StatusTooManyRequests:
		return fmt.Errorf("it answers %d: look at its address and secret: %w", code, errFinal)
	default:
		return fmt.Errorf("it answers %d", code)
	}
}

// lock keeps two runs from sending one week both.
func (s *Sender) lock() (func(), error) {
	f, err := os.OpenFile(s.State+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("weekly: %w: name a file in a folder that may be written with --state", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("weekly: another run has %s: wait until it has ended", s.State), f.Close())
	}
	return func() { _ = f.Close() }, nil
}

// read returns the last Monday sent, by target.
func (s *Sender) read() (map[string]string, error) {
	b, err := os.ReadFile(s.State)
	if errors.Is(err, os.ErrNotExist) {
		return map[string]string{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("weekly: %w", err)
	}
	out := map[string]string{}
	if err := json.Unmarshal(b, &out); err != nil || out == nil {
		return nil, fmt.Errorf("weekly: %s is damaged: remove it, and the latest week is sent once more", s.State)
	}
	return out, nil
}

func (s *Sender) write(sent map[string]string) error {
	b, err := json.Marshal(sent)
	if err != nil {
		return err
	}
	next := s.State + ".next"
	f, err := os.OpenFile(next, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("weekly: %w", err)
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("weekly: %w", err)
	}
	if err := os.Rename(next, s.State); err != nil {
		return fmt.Errorf("weekly: %w", err)
	}
	d, err := os.Open(filepath.Dir(s.State))
	if err != nil {
		return fmt.Errorf("weekly: %w", err)
	}
	return errors.Join(d.Sync(), d.Close())
}
