package service

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/dunlin-analytics/dunlin/aggregator/pair"
	"github.com/dunlin-analytics/dunlin/privacy/peer"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/seal"
	"github.com/goccy/go-yaml"
)

// Pairing is what a plan takes from the two aggregators: whom to seal to, and the
// commitment to the verify key that they made together.
type Pairing struct {
	Leader, Helper plan.Recipient
	VerifyKey      plan.Commitment
}

type pairingFile struct {
	Leader    string `yaml:"leader"`
	Helper    string `yaml:"helper"`
	VerifyKey string `yaml:"verify_key"`
}

// Pair makes a verify key between the leader of c and the helper that it names.
// The helper must be running.
func Pair(ctx context.Context, c *Config, random io.Reader) (Pairing, error) {
	var p Pairing
	if c.Leader == nil {
		return p, errors.New("pairing is begun by the leader: the services file has no section leader")
	}
	id, err := peer.ReadIdentity(c.Leader.Identity)
	if err != nil {
		return p, err
	}
	open, err := seal.ReadIdentity(c.Leader.Age)
	if err != nil {
		return p, err
	}
	p.Leader = open.Recipient()
	p.Helper = plan.Recipient{Type: plan.X25519, Key: c.Leader.Helper.Recipient}
	if _, err := seal.ParseRecipient(p.Helper); err != nil {
		return p, fmt.Errorf("leader.helper.recipient: %w; it is the line `is sealed to` that `dunlin keygen helper` prints", err)
	}
	keys, err := pair.OpenKeys(c.Leader.VerifyKeys)
	if err != nil {
		return p, err
	}
	client, err := peer.Client(id, c.Leader.Helper.Key, peerTimeout)
	if err != nil {
		return p, err
	}
	defer client.CloseIdleConnections()
	p.VerifyKey, err = pair.Lead(ctx, client, c.Leader.Helper.URL, keys, random)
	if err != nil {
		return p, fmt.Errorf("pair with the helper at %s: %w", c.Leader.Helper.URL, err)
	}
	return p, nil
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
	if err != nil {
		return p, fmt.Errorf("read the pairing: %w", err)
	}
	var f pairingFile
	if err := yaml.NewDecoder(bytes.NewReader(b), yaml.Strict(), yaml.DisallowUnknownField()).Decode(&f); err != nil {
		return p, fmt.Errorf("%s: %s", path, yaml.FormatError(err, false, true))
	}
	for _, r := range []struct {
		key, text string
		to        *plan.Recipient
	}{{"leader", f.Leader, &p.Leader}, {"helper", f.Helper, &p.Helper}} {
		*r.to = plan.Recipient{Type: plan.X25519, Key: r.text}
		if _, err := seal.ParseRecipient(*r.to); err != nil {
			return p, fmt.Errorf("%s: %s: %w", path, r.key, err)
		}
	}
	if p.VerifyKey, err = plan.ParseCommitment(f.VerifyKey); err != nil {
		return p, fmt.Errorf("%s: verify_key: 64 hexadecimal digits are wanted, as dunlin pair wrote them", path)
	}
	return p, nil
}
