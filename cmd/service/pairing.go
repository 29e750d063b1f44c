package service

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/dunlin-analytics/dunlin/aggregator/pair"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Pairing is what a plan takes from the two aggregators: whom to seal to, and the
// commitment to the verify key that they made together. All of it is of this plan
// alone.
type Pairing struct {
	Leader, Helper plan.Recipient
	VerifyKey      plan.Commitment
}

// Pair makes a verify key between the leader of c and the helper that it names.
// The helper must be running.
func Pair(ctx context.Context, c *Config, random io.Reader) (Pairing, error) {
	var p Pairing
	if c.Leader == nil {
		return p, errors.New("pairing is begun by the leader: the services file has no section leader")
	}
	client, err := c.toHelper(peerTimeout)
	if err != nil {
		return p, err
	}
	defer client.CloseIdleConnections()
	keys, err := pair.OpenKeys(c.Leader.VerifyKeys, pair.KeyOptions{Lock: c.lock})
	if err != nil {
		return p, err
	}
	made, err := pair.Lead(ctx, client, c.Leader.Helper.URL, keys, random)
	if err != nil {
		return p, fmt.Errorf("pair with the helper at %s: %w", c.Leader.Helper.URL, explain(err))
	}
	return Pairing{made.Leader, made.Helper, made.VerifyKey}, nil
}

// Marshal writes the pairing for `dunlin plan build --pairing`. Nothing in it is
// secret.
func (p Pairing) Marshal() []byte {
	return fmt.Appendf(nil, `# Made by dunlin pair, for dunlin plan build --pairing. Nothing in it is secret.
leader: %s
helper: %s
verify_key: %s
`, p.Leader.Key, p.Helper.Key, p.VerifyKey)
}

// ReadPairing reads what Marshal wrote.
func ReadPairing(path string) (Pairing, error) {
	var p Pairing
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return p, fmt.Errorf("there is no pairing %s: name yours with --pairing, or make one with `dunlin pair`", path)
	}
	if err != nil {
		return p, fmt.Errorf("read the pairing: %w", err)
	}
	f := &faults{file: path}
	if top := readFields(f, b, "leader", "helper", "verify_key"); top != nil {
		const want = "age1…, as `dunlin pair` wrote it"
		p.Leader = plan.Recipient{Type: plan.X25519, Key: top.text("leader", want, isRecipient)}
		p.Helper = plan.Recipient{Type: plan.X25519, Key: top.text("helper", want, isRecipient)}
		top.text("verify_key", "64 hexadecimal digits, as `dunlin pair` wrote them", func(s string) (err error) {
			p.VerifyKey, err = plan.ParseCommitment(s)
			return err
		})
	}
	return p, f.err()
}
