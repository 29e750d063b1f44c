//go:build linux

package deploy_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"time"

	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/privacy/peer"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
	"github.com/dunlin-analytics/dunlin/privacy/seal"
	"github.com/dunlin-analytics/dunlin/wasm/device"
	"github.com/dunlin-analytics/dunlin/wasm/module"
)

// upload URL PLAN N: N devices in the built module look at a page and report.
func upload(out io.Writer, args []string) error {
	published, err := os.ReadFile(args[1])
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	ctx := context.Background()
	inside, err := module.Bytes()
	if err != nil {
		return err
	}
	engine, err := device.Open(ctx, inside, device.Options{})
	if err != nil {
		return err
	}
	defer engine.Close(ctx)
	d, err := engine.Instance(ctx)
	if err != nil {
		return err
	}
	if err := d.UsePlan(ctx, published); err != nil {
		return err
	}
	now := plan.Time(time.Now().Unix())
	for range n {
		if _, err := d.Load(ctx, now, nil); err != nil {
			return err
		}
		if err := d.Track(ctx, now, edge.Event{Kind: plan.View}); err != nil {
			return err
		}
		body, _, err := d.SealedReport(ctx, now, now, func(_ report.Role, to plan.Recipient, plain []byte) ([]byte, error) {
			r, err := seal.ParseRecipient(to)
			if err != nil {
				return nil, err
			}
			return r.Seal(nil, plain)
		})
		if err != nil {
			return err
		}
		res, err := http.Post(args[0]+"/v1/reports", "application/octet-stream", bytes.NewReader(body))
		if err != nil {
			return err
		}
		if err := res.Body.Close(); err != nil {
			return err
		}
		if res.StatusCode != http.StatusAccepted {
			return fmt.Errorf("the collector answered %s", res.Status)
		}
	}
	_, err = fmt.Fprintln(out, "acknowledged", n)
	return err
}

// early URL IDENTITY KEY PLAN DATE asks a helper to close a period that runs, and
// prints what it answers; "refused at the door" where it does not know who asks.
func early(out io.Writer, args []string) error {
	published, err := os.ReadFile(args[3])
	if err != nil {
		return err
	}
	date, err := plan.ParseDate(args[4])
	if err != nil {
		return err
	}
	pass, err := seal.ReadPassphrase(os.Getenv("DUNLIN_PASSPHRASE_FILE"))
	if err != nil {
		return err
	}
	id, err := peer.OpenSource(args[1], peer.SourceOptions{Unlock: pass.Unlock})
	if err != nil {
		return err
	}
	key, err := peer.ParseKey(args[2])
	if err != nil {
		return err
	}
	m := message.Close{Batch: message.Batch{Plan: plan.DigestOf(published), Date: date}}
	client := peer.Connect(id, peer.Fixed(key), 10*time.Second)
	res, err := client.Post(fmt.Sprintf("%s/v1/batches/%s/%s/close", args[0], m.Plan, m.Date), "application/octet-stream", bytes.NewReader(m.Append(nil)))
	var broken *url.Error
	if errors.As(err, &broken) {
		_, err = fmt.Fprintln(out, "refused at the door:", err)
		return err
	}
	if err != nil {
		return err
	}
	defer res.Body.Close()
	_, err = io.Copy(out, res.Body)
	return err
}
