package simulation

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/aggregator/pair"
	"github.com/dunlin-analytics/dunlin/collector"
	"github.com/dunlin-analytics/dunlin/privacy/peer"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
	"github.com/dunlin-analytics/dunlin/privacy/seal"
	"github.com/dunlin-analytics/dunlin/privacy/share"
	"github.com/dunlin-analytics/dunlin/privacy/vdaf"
)

const (
	// crowd is how many devices of a batch report once, unharmed, and before the
	// schedule begins. It lies below min batch, so that the actors decide whether a
	// batch is long enough.
	crowd = 94
	// actors are the devices that the schedule moves.
	actors    = 24
	devices   = crowd + actors
	revisions = 3 // of an actor's report
	firstDay  = plan.Date(20000)
	sigma2    = 103 // epsilon 1 at weight 5
	columns   = 2 * devices / slots
	slots     = 4
)

// Cast is who takes part, and every report that a schedule may send. It is made
// once and shared, read only, by all schedules: sealing is what costs time.
//
// Its keys and its sealed bytes differ from run to run. Nothing that a schedule
// decides or logs depends on them.
type Cast struct {
	officer  ed25519.PrivateKey
	peers    [2][2]peer.Identity // of leader and helper: before and after rotation
	pairings []*pairing
	batches  []*period // by day, then by plan
	seals    map[string]*sealed
	byID     map[plan.ReportID][]*parcel
	crowds   map[message.Batch][]file // the collector's files of a batch with a crowd in it
}

// pairing is what leader and helper make with each other for one plan.
type pairing struct {
	identities [2]seal.Identity
	files      [2][]byte // of the identities
	key        vdaf.VerifyKey
	plan       *plan.Plan
	digest     plan.Digest
	signed     []byte
	layout     plan.Layout
}

// period is one batch's worth of reports.
type period struct {
	message.Batch
	bounds  plan.Period
	of      *pairing
	name    string // "plan 0, day 1": what logs call it
	crowd   []*parcel
	actors  [actors][revisions]*parcel
	hostile []*parcel
}

// sealed is one share of a parcel. It is found again by how it begins: age's header
// names an ephemeral key that no other seal has.
type sealed struct {
	of   *parcel
	role int
}

const (
	sealIntro = "age-encryption.org/v1\n-> X25519 "
	sealStart = len(sealIntro) + 43
)

// NewCast makes keys, two plans of one site (the second takes the place of the
// first on day 1), and the reports of every device.
func NewCast() (*Cast, error) {
	c := &Cast{seals: map[string]*sealed{}, byID: map[plan.ReportID][]*parcel{}, crowds: map[message.Batch][]file{}}
	random := rand.NewChaCha8([32]byte{'c', 'a', 's', 't'})
	_, officer, err := ed25519.GenerateKey(random)
	if err != nil {
		return nil, err
	}
	c.officer = officer
	for role := range c.peers {
		for k := range c.peers[role] {
			if c.peers[role][k], err = peer.Generate(random); err != nil {
				return nil, err
			}
		}
	}
	days := [][]plan.Date{{0, 1, 2}, {1, 2}}
	for serial, days := range days {
		p, err := newPairing(random)
		if err != nil {
			return nil, err
		}
		// Aggregators work through a day's batches in the order of their plans'
		// digests. It must be the same in every run, so a plan is drawn anew until
		// its digest is above the ones before.
		for {
			if err := c.write(p, uint64(serial+1), days); err != nil {
				return nil, err
			}
			if len(c.pairings) == 0 || bytes.Compare(c.pairings[len(c.pairings)-1].digest[:], p.digest[:]) < 0 {
				break
			}
			if p, err = newPairing(random); err != nil {
				return nil, err
			}
		}
		c.pairings = append(c.pairings, p)
	}
	for day := range plan.Date(3) {
		for n, p := range c.pairings {
			if q, ok := p.plan.PeriodOf(firstDay + day); ok {
				b := &period{Batch: message.Batch{Plan: p.digest, Date: q.Date}, bounds: q, of: p, name: fmt.Sprintf("plan %d, day %d", n, day)}
				// IDs decide what shares a chunk, so they are the same in every run.
				if err := c.fill(b, rand.New(rand.NewPCG(uint64(n), uint64(day)))); err != nil {
					return nil, err
				}
				if err := c.spool(b); err != nil {
					return nil, err
				}
				c.batches = append(c.batches, b)
			}
		}
	}
	return c, nil
}

func newPairing(random *rand.ChaCha8) (*pairing, error) {
	p := &pairing{}
	for role := range p.identities {
		file, _, err := seal.GenerateIdentity()
		if err != nil {
			return nil, err
		}
		p.files[role] = file
		if p.identities[role], err = seal.ParseIdentity(bytes.NewReader(file)); err != nil {
			return nil, err
		}
	}
	_, err := random.Read(p.key[:])
	return p, err
}

// write builds and signs the plan of a pairing: present, and a cell for each
// device and parity of its revision, so that it shows in the sum which revision
// of whose report was counted how often.
func (c *Cast) write(p *pairing, serial uint64, days []plan.Date) error {
	day := func(d plan.Date) plan.Time { return plan.Time(firstDay+d) * plan.Day }
	p.plan = &plan.Plan{
		Site: "shop.example", Serial: serial, Issued: day(-1), Expires: day(60),
		TimeZone: "UTC", Cadence: plan.Daily, Sigma2: sigma2, MinBatch: plan.MinBatchFloor,
		Leader: p.identities[0].Recipient(), Helper: p.identities[1].Recipient(), VerifyKey: pair.CommitmentOf(p.key),
		Consent: plan.ConsentAsk, Segments: []plan.Segment{{Name: "everyone"}},
	}
	for n := range slots {
		slot := plan.Slot{Name: "slot " + strconv.Itoa(n), Goal: plan.Trigger{Kind: plan.Order}, Reward: 1}
		for v := range columns {
			slot.Variants = append(slot.Variants, plan.Variant{Name: "variant " + strconv.Itoa(v)})
		}
		p.plan.Slots = append(p.plan.Slots, slot)
		p.plan.Metrics = append(p.plan.Metrics, plan.Metric{Name: slot.Name, Kind: plan.SlotExposed, By: plan.SiteWide, Source: uint8(n), Most: 1})
	}
	for _, d := range days {
		p.plan.Periods = append(p.plan.Periods, plan.Period{Date: firstDay + d, Start: day(d), End: day(d + 1)})
	}
	p.layout = plan.LayoutOf(p.plan)
	p.plan.Chunk = uint16(share.DefaultChunk(p.layout.Cells, p.layout.Weight))
	published, err := plan.Encode(p.plan)
	if err != nil {
		return fmt.Errorf("encode a plan: %w", err)
	}
	p.digest, p.signed = plan.DigestOf(published), planfile.Sign(published, c.officer)
	return nil
}

// cellOf is where a device's revision counts. Revisions 1 and 3 of a device share
// a cell; the hash over what was counted tells them apart.
func cellOf(device int, revision uint32) int { return 1 + 2*device + int(revision&1) }

func (c *Cast) verify(signed []byte) ([]byte, error) {
	return planfile.Verify(signed, c.officer.Public().(ed25519.PublicKey))
}

// spool has a collector take a crowd's reports and keeps its files, so that a
// schedule can begin with them.
func (c *Cast) spool(b *period) (err error) {
	dir, err := os.MkdirTemp(memory(), "dunlin-simulation-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	at := time.Unix(int64(b.bounds.Start+60), 0)
	col, err := collector.Open(collector.Options{Dir: dir, Verify: c.verify, Clock: func() time.Time { return at }, SealedSize: seal.SealedSize})
	if err != nil {
		return err
	}
	send := func(h http.Handler, method, path string, body []byte) error {
		r := httptest.NewRequest(method, path, bytes.NewReader(body))
		r.Header.Set("Content-Type", "application/octet-stream")
		rec := httptest.NewRecorder()
		if h.ServeHTTP(rec, r); rec.Code/100 != 2 {
			return fmt.Errorf("the collector does not take the crowd: %s", rec.Body)
		}
		return nil
	}
	err = send(col.Inner(), http.MethodPut, "/v1/plans/"+b.Plan.String(), b.of.signed)
	// All at once: they share a few commits, and the file stays small.
	failed := make([]error, len(b.crowd))
	var group sync.WaitGroup
	for i, r := range b.crowd {
		group.Go(func() { failed[i] = send(col.Public(), http.MethodPost, "/v1/reports", r.bytes) })
	}
	group.Wait()
	if err = errors.Join(err, errors.Join(failed...), col.Close()); err != nil {
		return err
	}
	return filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasPrefix(e.Name(), b.Plan.String()+"-"+b.Date.String()) {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		content, err := os.ReadFile(path)
		c.crowds[b.Batch] = append(c.crowds[b.Batch], file{name, bytes.TrimRight(content, "\x00"), int64(len(content))})
		return err
	})
}

// file of a service: its content without the zeros at the end, of which the spool has
// megabytes.
type file struct {
	name    string
	content []byte
	size    int64
}

func (f *file) put(dir string) error {
	path := filepath.Join(dir, f.name)
	return errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, f.content, 0o600), os.Truncate(path, f.size))
}
