package service

import (
	"cmp"
	"fmt"
	"net"
	"path/filepath"
	"strconv"

	"github.com/dunlin-analytics/dunlin/collector"
	"github.com/dunlin-analytics/dunlin/privacy/peer"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/seal"
)

// What the keys of a services file accept, in the words of its errors.
const (
	wantOfficer   = "the officer's public key, dunlin-officer1…, as `dunlin keygen officer` printed it"
	wantPeer      = "the public key of the %s, dunlin-peer1…, as `dunlin keygen %[1]s` printed it, or a list of several while it changes"
	wantAddress   = "HOST:PORT, as 127.0.0.1:8080"
	wantURL       = "https://HOST:PORT"
	wantFolder    = "a folder, from here or absolute"
	wantIdentity  = "the path of %s.pem, which `dunlin keygen %[1]s` made"
	wantAge       = "the path of %s.age, which an older `dunlin keygen %[1]s` made"
	wantRecipient = "whom the helper's shares were sealed to, age1…; or nothing, for pairing tells it"
	wantPrefix    = "a path of the site such as /dunlin, without a slash at the end"
	wantScript    = "a name of letters, digits and - _ ~ . such as dunlin.js"
	wantAPI       = "a name of letters, digits and - _ ~ . such as v1"
	wantPlans     = "a list of files that `dunlin plan sign` made"
	wantKeys      = "the folder that `dunlin keygen %s` wrote to"
	wantFormer    = "a list of public keys that the %s had, dunlin-peer1…"
	wantLeaders   = "NAME: the leader's public key, a list of several, or {key: …, former: […]}"
	wantName      = "a name of 1 to 32 letters, digits and -, in lower case"
	wantSecret    = "a file with a passphrase in its only line, for its owner alone"
)

func (s *fields) address(name string) string { return s.text(name, wantAddress, isAddress) }

func (s *fields) optionalAddress(name string) string {
	return s.optional(name, wantAddress, isAddress)
}

func isAddress(v string) error {
	_, port, err := net.SplitHostPort(v)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	return err
}

func (s *fields) url() string {
	return s.text("url", wantURL, isURL)
}

// paths reads the section paths, each key of which may be left out.
func (s *fields) paths() (p collector.Paths) {
	f := s.section("paths", "prefix", "script", "api")
	if f == nil {
		return collector.DefaultPaths
	}
	p.Prefix = f.optional("prefix", wantPrefix, func(v string) error { return collector.Paths{Prefix: v}.Check() })
	p.Script = f.optional("script", wantScript, func(v string) error { return collector.Paths{Script: v}.Check() })
	p.API = f.optional("api", wantAPI, func(v string) error { return collector.Paths{API: v}.Check() })
	return p.Or(collector.DefaultPaths)
}

// peers reads one key or a list of them.
func (s *fields) peers(name, role string) (ks peer.Keys) {
	s.oneOrMore(name, fmt.Sprintf(wantPeer, role), func(v string) error {
		k, err := peer.ParseKey(v)
		ks = append(ks, k)
		return err
	})
	return ks
}

// former reads the keys that a peer had.
func (s *fields) former(role string) (ks peer.Keys) {
	if _, ok := s.values["former"]; !ok {
		return nil
	}
	s.oneOrMore("former", fmt.Sprintf(wantFormer, role), func(v string) error {
		k, err := peer.ParseKey(v)
		ks = append(ks, k)
		return err
	})
	return ks
}

func isRecipient(s string) error {
	_, err := seal.ParseRecipient(plan.Recipient{Type: plan.X25519, Key: s})
	return err
}

// roleFiles are where a role's keys lie.
type roleFiles struct{ identity, age, verify string }

// keyFiles reads the one key that names a folder, or those that name each file. With
// a folder the age key is found there if it is there (see resolve), and what pairing
// makes goes below data.
func (s *fields) keyFiles(role string) (f roleFiles) {
	dir := s.optional("keys", fmt.Sprintf(wantKeys, role), nil)
	if dir == "" {
		f.identity = s.text("identity", fmt.Sprintf(wantIdentity, role), nil)
	} else {
		f.identity = cmp.Or(s.optional("identity", fmt.Sprintf(wantIdentity, role), nil), filepath.Join(dir, role+".pem"))
	}
	if role == "collector" {
		return f
	}
	f.age = s.optional("age", fmt.Sprintf(wantAge, role), nil)
	if dir == "" {
		f.verify = s.text("verify_keys", wantFolder, nil)
		return f
	}
	f.verify = s.optional("verify_keys", wantFolder, nil)
	if data := s.values["data"].node; f.verify == "" && data != nil {
		f.verify = filepath.Join(data.GetToken().Value, "pairings")
	}
	if f.age == "" {
		f.age = filepath.Join(dir, role+".age") + ifThere
	}
	return f
}

// ifThere ends a path that resolve drops where no file is at it.
const ifThere = "\x00"
