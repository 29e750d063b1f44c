package service

import (
	"errors"
	"fmt"
	"os"

	"github.com/dunlin-analytics/dunlin/aggregator/pair"
	"github.com/dunlin-analytics/dunlin/privacy/ledger"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
)

// MaySign says whether the officer should sign a plan, from what the helper
// holds: its key, its half of the pairing, and the devices' caps.
func MaySign(c *Config, p *plan.Plan) error {
	if c.Helper == nil {
		return errors.New("the services file has no section helper: the officer signs beside the helper's keys")
	}
	keys, err := pair.OpenKeys(c.Helper.VerifyKeys, pair.KeyOptions{Lock: c.lock})
	if err != nil {
		return err
	}
	if _, err := keys.Get(p.VerifyKey); err != nil {
		return err
	}
	open, err := keys.Identity(p.VerifyKey)
	if errors.Is(err, pair.ErrNoKey) { // the pairing is older than identities of single plans
		open, err = c.readAge(c.Helper.Age)
	}
	if err != nil {
		return err
	}
	if p.Helper != open.Recipient() {
		return fmt.Errorf("it seals the helper's shares to %s, but this helper opens those to %s", p.Helper.Key, open.Recipient().Key)
	}
	charge, err := ledger.Charge(plan.LayoutOf(p).Weight, p.Sigma2)
	if err != nil {
		return err
	}
	if charge > ledger.CapDay {
		return fmt.Errorf("a report would cost %d nano-rho and every device refuses more than %d a date: lower the epsilon", charge, ledger.CapDay)
	}
	return nil
}

// ReadSecret reads a key file, and refuses one that others may read.
func ReadSecret(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("read a key: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("read a key: %s can be read by others; run: chmod 600 %s", path, path)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read a key: %w", err)
	}
	return b, nil
}

// ReadPlan reads a plan that the officer of the services file signed.
func ReadPlan(c *Config, path string) (*plan.Plan, error) {
	signed, err := readSigned(path)
	if err != nil {
		return nil, err
	}
	officer, err := planfile.ParseOfficer(c.Officer)
	if err != nil {
		return nil, fmt.Errorf("officer: %w", err)
	}
	p, err := decodeSigned(signed, verifier(officer))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return p, nil
}

// readSigned reads a file that dunlin plan sign made.
func readSigned(path string) ([]byte, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("there is no signed plan %s yet: make it with `dunlin plan sign`", path)
	}
	if err != nil {
		return nil, fmt.Errorf("read a signed plan: %w", err)
	}
	return b, nil
}
