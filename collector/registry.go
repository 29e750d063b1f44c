package collector

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/dunlin-analytics/dunlin/collector/spool"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
)

// planExt ends the name of a signed plan's file.
const planExt = ".plan"

// maxSigned bounds a signed plan: its published bytes and what signing adds.
const maxSigned = plan.MaxPlan + 1024

// known is one plan that the officer signed.
type known struct {
	digest plan.Digest
	plan   *plan.Plan
	signed []byte
	// leader and helper are the sizes of the sealed shares in each of the
	// plan's reports; 0 when nobody told how sealing changes sizes.
	leader, helper int
	// until is when a plan of a higher serial begins: no period that ends
	// later is measured under this one.
	until plan.Time
	// bucket is the site's quota, the same for all its plans; nil: none.
	bucket *bucket
}

func (k *known) superseded(p plan.Period) bool { return p.End > k.until }

// registry holds all plans. Readers take an immutable table.
type registry struct {
	dir        string
	verify     func(signed []byte) ([]byte, error)
	sealedSize func(plain int) int
	step       spool.Step
	quota      Quota

	adding  sync.Mutex
	buckets map[string]*bucket // by site, of what is in the table
	table   atomic.Pointer[map[plan.Digest]*known]
}

// openRegistry reads and verifies every stored plan. A plan that cannot be read
// is an error rather than skipped: without it an older plan would be taken for
// the one in force.
func openRegistry(dir string, o *Options) (*registry, error) {
	r := &registry{dir: dir, verify: o.Verify, sealedSize: o.SealedSize, step: o.Step, quota: o.Quota, buckets: make(map[string]*bucket)}
	r.table.Store(&map[plan.Digest]*known{})
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("collector: %w", err)
	}
	table := make(map[plan.Digest]*known)
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		name, ok := strings.CutSuffix(e.Name(), planExt)
		if !ok {
			continue // what a crash left of a PUT that was not answered
		}
		signed, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("collector: %w", err)
		}
		digest, err := plan.ParseDigest(name)
		var k *known
		if err == nil {
			k, err = r.read(digest, signed)
		}
		if err != nil {
			return nil, fmt.Errorf("collector: plan file %s is damaged or not signed by the officer's key: "+
				"move it aside, start again and PUT the signed plan again; no report is lost: %w", path, err)
		}
		table[digest] = k
	}
	r.publish(table)
	return r, nil
}

// read verifies and decodes a signed plan.
func (r *registry) read(digest plan.Digest, signed []byte) (*known, error) {
	published, err := r.verify(signed)
	if err != nil {
		return nil, refuse(PlanUnsigned, "have the privacy officer sign the plan (dunlin plan sign) and put it again: %v", err)
	}
	if plan.DigestOf(published) != digest {
		return nil, refuse(Malformed, "the path must name the SHA-256 of the published bytes, %s", plan.DigestOf(published))
	}
	p, err := plan.Decode(published)
	if err != nil {
		return nil, refuse(Malformed, "build the plan again (dunlin plan build): %v", err)
	}
	k := &known{digest: digest, plan: p, signed: signed}
	if r.sealedSize != nil {
		leader, helper := plan.LayoutOf(p).InputShareSizes(int(p.Chunk))
		k.leader, k.helper = r.sealedSize(report.PlainHead+leader), r.sealedSize(report.PlainHead+helper)
	}
	return k, nil
}

// publish makes table the one that readers see.
func (r *registry) publish(table map[plan.Digest]*known) {
	next := make(map[plan.Digest]*known, len(table))
	for d, k := range table {
		entry := *k
		entry.until = 1<<63 - 1
		for _, other := range table {
			if other.plan.Site == k.plan.Site && other.plan.Serial > k.plan.Serial {
				entry.until = min(entry.until, other.plan.Periods[0].Start)
			}
		}
		entry.bucket = r.bucketOf(k.plan.Site)
		next[d] = &entry
	}
	r.table.Store(&next)
}

func (r *registry) bucketOf(site string) *bucket {
	if r.quota.PerSecond == 0 {
		return nil
	}
	if r.buckets[site] == nil {
		r.buckets[site] = &bucket{quota: r.quota}
	}
	return r.buckets[site]
}

func (r *registry) get(d plan.Digest) (*known, bool) {
	k, ok := (*r.table.Load())[d]
	return k, ok
}

// put adds a plan, on disk first. added is false when it was there already.
func (r *registry) put(digest plan.Digest, signed []byte, now plan.Time) (added bool, err error) {
	r.adding.Lock()
	defer r.adding.Unlock()
	k, err := r.read(digest, signed)
	if err != nil {
		return false, err
	}
	table := maps.Clone(*r.table.Load())
	if _, ok := table[digest]; ok {
		return false, nil
	}
	if now >= k.plan.Expires {
		return false, refuse(PlanExpired, "build and sign a plan that expires later")
	}
	for _, other := range table {
		if other.plan.Site == k.plan.Site && other.plan.Serial >= k.plan.Serial {
			return false, refuse(PlanSerial, "build the plan with a serial above %d and have it signed", other.plan.Serial)
		}
	}
	if err := writeFile(filepath.Join(r.dir, digest.String()+planExt), signed, r.step, "plan"); err != nil {
		return false, err
	}
	table[digest] = k
	r.publish(table)
	return true, nil
}

var errSeveralSites = errors.New("several sites")

// inForce returns the plan that a site's devices measure under at now. The site
// may be left empty when there is only one.
func (r *registry) inForce(site string, now plan.Time) (found *known, period plan.Period, err error) {
	sites := make(map[string]bool)
	for _, k := range *r.table.Load() {
		sites[k.plan.Site] = true
		if site != "" && k.plan.Site != site {
			continue
		}
		p, ok := k.plan.PeriodAt(now)
		if !ok || now >= k.plan.Expires || k.superseded(p) {
			continue
		}
		// Of a site at most one is left: the serials below it are superseded
		// from its first period on. Should periods of two differ in length so
		// that none is, the higher serial counts.
		if found == nil || k.plan.Serial > found.plan.Serial {
			found, period = k, p
		}
	}
	if site == "" && len(sites) > 1 {
		return nil, plan.Period{}, errSeveralSites
	}
	return found, period, nil
}
