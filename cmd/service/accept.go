package service

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/url"
	"slices"
	"time"

	"github.com/dunlin-analytics/dunlin/aggregator/batch"
	"github.com/dunlin-analytics/dunlin/privacy/peer"
)

// Introduced is what a step of pairing by invitation has to tell the person who took
// it.
type Introduced struct {
	Line           string    // for the other host; empty at the end
	Name           string    // of the leader
	URL            string    // of the helper
	Leader, Helper peer.Keys // as far as this step knows them
	Expires        time.Time // of the invitation
	// Known reports that the other side's first key was trusted before: it has
	// rotated, and there is no need to compare fingerprints.
	Known bool
}

// InviteOptions of an invitation.
type InviteOptions struct {
	Name  string        // that the leader will have; default batch.FormerOwner
	URL   string        // https://HOST:PORT that leaders reach the helper at; default its listen address
	Valid time.Duration // default a week
}

var (
	errNoHelperHere = errors.New("the helper invites and admits: the services file has no section helper")
	errNoLeaderHere = errors.New("the leader accepts invitations: the services file has no section leader")
)

// Invite makes the line by which a leader comes to know the helper of c, and notes
// that it was made, so that one leader may answer it, once. A former invitation of
// that name is void. Inviting a leader that is admitted lets it change its keys.
func Invite(c *Config, o InviteOptions, now time.Time, random io.Reader) (Introduced, error) {
	if c.Helper == nil {
		return Introduced{}, errNoHelperHere
	}
	if o.Name == "" {
		o.Name = batch.FormerOwner
	}
	if !named(o.Name) {
		return Introduced{}, fmt.Errorf("%q: %w", o.Name, ErrName)
	}
	if o.Valid == 0 {
		o.Valid = 7 * 24 * time.Hour
	}
	if err := c.notInFile(o.Name); err != nil {
		return Introduced{}, err
	}
	at, err := reachedAt(o.URL, c.Helper.Listen)
	if err != nil {
		return Introduced{}, err
	}
	id, keys, err := c.ownKeys(c.Helper.Identity)
	if err != nil {
		return Introduced{}, err
	}
	i := invitation{URL: at, Name: o.Name, Officer: c.Officer, Keys: keys, Expires: now.Add(o.Valid).Truncate(time.Second).UTC()}
	if _, err := io.ReadFull(random, i.Nonce[:]); err != nil {
		return Introduced{}, fmt.Errorf("invite: %w", err)
	}
	r, _, err := c.Helper.readLeader(o.Name)
	if err != nil {
		return Introduced{}, err
	}
	r.Version, r.Name, r.Invited = recordVersion, o.Name, &openInvitation{i.Nonce, i.Expires}
	if err := writeRecord(c.Helper.leaderFile(o.Name), r); err != nil {
		return Introduced{}, err
	}
	return Introduced{Line: i.line(id), Name: i.Name, URL: i.URL, Helper: keys, Expires: i.Expires}, nil
}

// notInFile refuses to invite whom the services file names: it would go before.
func (c *Config) notInFile(name string) error {
	for _, l := range c.Leaders {
		if l.Name == name && !l.invited {
			return fmt.Errorf("the services file names the keys of the leader %s: change them there, or take it out and invite it", name)
		}
	}
	return nil
}

// reachedAt is the URL that a helper is reached at.
func reachedAt(given, listen string) (string, error) {
	if given == "" {
		host, _, err := net.SplitHostPort(listen)
		if ip := net.ParseIP(host); err != nil || host == "" || ip != nil && ip.IsUnspecified() {
			return "", fmt.Errorf("the helper listens at %s, which is no address to reach it at: give --url https://HOST:PORT", listen)
		}
		return "https://" + listen, nil
	}
	if isURL(given) != nil {
		return "", fmt.Errorf("--url %q: accepted is %s", given, wantURL)
	}
	return given, nil
}

func isURL(v string) error {
	u, err := url.Parse(v)
	if err == nil && (u.Scheme != "https" || u.Host == "" || "https://"+u.Host != v) {
		err = errors.New("not of that form")
	}
	return err
}

// ownKeys returns a role's identity and its public keys: the present one, and the
// next one while it rotates.
func (c *Config) ownKeys(path string) (peer.Identity, peer.Keys, error) {
	present, err := c.identity(path, nil)
	if err != nil {
		return peer.Identity{}, nil, err
	}
	keys := peer.Keys{present.Public()}
	next, err := c.identity(nextFile(path), nil)
	if errors.Is(err, fs.ErrNotExist) {
		return present.Current(), keys, nil
	}
	if err != nil {
		return peer.Identity{}, nil, err
	}
	return present.Current(), append(keys, next.Public()), nil
}

// AcceptInvitation has the leader of c work with the helper of an invitation, and
// returns the line for that helper. Another helper than before needs replace.
func AcceptInvitation(c *Config, line string, replace bool, now time.Time) (Introduced, error) {
	i, err := parseInvitation(line)
	switch {
	case err != nil:
		return Introduced{}, err
	case c.Leader == nil:
		return Introduced{}, errNoLeaderHere
	case isURL(i.URL) != nil:
		return Introduced{}, ErrLine
	case !now.Before(i.Expires):
		return Introduced{}, fmt.Errorf("the invitation was good until %s: have the helper's officer make another", i.Expires.Format(time.RFC3339))
	case i.Officer != c.Officer:
		return Introduced{}, fmt.Errorf("the helper takes plans that %s signed, and the services file names another officer: if that is who signs your plans, write  officer: %[1]s", i.Officer)
	}
	had, ok, err := c.Leader.readHelper()
	if err != nil {
		return Introduced{}, err
	}
	if c.Leader.Helper.URL != "" && !(ok && c.Leader.Helper.URL == had.URL && slices.Equal(c.Leader.Helper.Keys, had.Keys)) {
		return Introduced{}, errors.New("the services file names the helper itself (leader.helper): take that section out to work with the one that invites")
	}
	known := ok && had.Keys.Has(i.Keys[0])
	if ok && !known && !replace {
		return Introduced{}, fmt.Errorf("this leader works with another helper, of the fingerprint %s: plans that were made with that one end with it; to go over to this one, say --replace", had.Keys.Fingerprint())
	}
	id, keys, err := c.ownKeys(c.Leader.Identity)
	if err != nil {
		return Introduced{}, err
	}
	r := helperRecord{Version: recordVersion, URL: i.URL, Name: i.Name, Keys: i.Keys, Former: former(i.Keys, had.Former, had.Keys)}
	if err := writeRecord(c.Leader.helperFile(), r); err != nil {
		return Introduced{}, err
	}
	answer := acceptance{Name: i.Name, Helper: i.Keys[0], Keys: keys, Nonce: i.Nonce}
	return Introduced{Line: answer.line(id), Name: i.Name, URL: i.URL, Leader: keys, Helper: i.Keys, Expires: i.Expires, Known: known}, nil
}

// AdmitLeader has the helper of c serve the leader that has answered its invitation.
// A serving helper notices by itself. The same line again changes nothing.
func AdmitLeader(c *Config, line string, now time.Time) (Introduced, error) {
	a, err := parseAcceptance(line)
	if err != nil {
		return Introduced{}, err
	}
	if c.Helper == nil {
		return Introduced{}, errNoHelperHere
	}
	_, own, err := c.ownKeys(c.Helper.Identity)
	if err != nil {
		return Introduced{}, err
	}
	if had, err := readFormer(c.Helper.Identity); err != nil {
		return Introduced{}, err
	} else if !own.Has(a.Helper) && !had.Has(a.Helper) {
		return Introduced{}, errors.New("the leader has answered another helper: it must accept an invitation of this one")
	}
	r, ok, err := c.Helper.readLeader(a.Name)
	if err != nil {
		return Introduced{}, err
	}
	out := Introduced{Name: a.Name, Leader: a.Keys, Helper: own, Known: r.Keys.Has(a.Keys[0])}
	switch {
	case ok && r.Nonce == a.Nonce && slices.Equal(r.Keys, a.Keys):
		return out, nil
	case !ok || r.Invited == nil || r.Invited.Nonce != a.Nonce:
		return Introduced{}, fmt.Errorf("no invitation to %s waits for this answer: it was answered before, or a later one has taken its place; make another with `dunlin pair invite --name %[1]s`", a.Name)
	case !now.Before(r.Invited.Expires):
		return Introduced{}, fmt.Errorf("the invitation was good until %s: make another with `dunlin pair invite --name %s`", r.Invited.Expires.Format(time.RFC3339), a.Name)
	}
	for _, l := range c.Leaders {
		if l.Name != a.Name && slices.ContainsFunc(l.Keys, a.Keys.Has) {
			return Introduced{}, fmt.Errorf("the same key is admitted as %s already: a leader has one name", l.Name)
		}
	}
	r = leaderRecord{Version: recordVersion, Name: a.Name, Keys: a.Keys, Former: former(a.Keys, r.Former, r.Keys), Nonce: a.Nonce}
	return out, writeRecord(c.Helper.leaderFile(a.Name), r)
}

// Dismiss has the helper of c serve a leader no more. Its keys stay on record, for what
// they have signed; plans that it began stay its own, should it be invited again.
func Dismiss(c *Config, name string) error {
	if c.Helper == nil {
		return errNoHelperHere
	}
	if !named(name) {
		return fmt.Errorf("%q: %w", name, ErrName)
	}
	if err := c.notInFile(name); err != nil {
		return err
	}
	r, ok, err := c.Helper.readLeader(name)
	if err != nil {
		return err
	}
	if !ok || len(r.Keys) == 0 && r.Invited == nil {
		return fmt.Errorf("no leader %s is admitted or invited: see `dunlin pair leaders`", name)
	}
	return writeRecord(c.Helper.leaderFile(name), leaderRecord{Version: recordVersion, Name: name, Former: former(nil, r.Former, r.Keys)})
}
