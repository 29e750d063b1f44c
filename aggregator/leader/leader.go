package leader

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"runtime"
	"slices"
	"sync"

	"github.com/dunlin-analytics/dunlin/aggregator/batch"
	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/aggregator/problem"
	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/seal"
	"github.com/dunlin-analytics/dunlin/privacy/vdaf"
)

// Releases is the store of signed records (release.Store).
type Releases interface {
	Put(release.Signed) error
	Get(plan.Digest, plan.Date) (release.Signed, error)
	PutPlan(plan.Digest, []byte) error
}

// Keys holds what pairings made (pair.Keys).
type Keys interface {
	Get(plan.Commitment) (vdaf.VerifyKey, error)
	Identity(plan.Commitment) (seal.Identity, error)
	Destroy(plan.Commitment) error
}

// Patience is how long after its period a batch may wait for its end. Then it is
// abandoned, so that no share lies about for ever because one side is gone.
const Patience = 28 * plan.Day

// Signer signs with this aggregator's identity (peer.Identity).
type Signer interface {
	Sign(message []byte) []byte
}

// Service is a service over HTTP; its client authenticates both sides.
type Service struct {
	URL    string // without a slash at the end
	Client *http.Client
}

// Options are all required but the last six.
type Options struct {
	Batches   *batch.Store
	Releases  Releases
	Keys      Keys
	Signer    Signer           // signs release records
	Peer      release.Verifier // the helper's identity: any key that it has or had
	Helper    Service
	Collector Service // its inner listener
	// Verify returns the published plan of a signed file if the officer signed it.
	Verify func(signed []byte) (published []byte, err error)
	Clock  func() plan.Time
	Noise  io.Reader // cmd passes the system's randomness

	// Identity opens the input shares of plans whose pairing made no identity.
	Identity seal.Identity
	// Own verifies what Signer or a former key of this leader signed. Default: by
	// signing again.
	Own      release.Verifier
	Chunk    int            // reports a request; 1 to message.MaxChunk, default 128
	Workers  int            // partitions at a time; default twice the processors
	Progress func(Progress) // called after each chunk, from any goroutine
	// Fit returns the priors for the devices of a published plan, from all that is
	// released so far: opaque bytes, the same for everyone. No bytes and no error
	// means that there are none to publish. Nil: priors are nobody's business here.
	Fit func(ctx context.Context, published []byte) (priors []byte, err error)
	// Steered returns another number once Fit goes by something else than releases that has
	// changed. Nil: it goes by releases alone.
	Steered func() (uint64, error)
}

// Progress is how far a batch has come: of Total reports, Done are through.
type Progress struct {
	Batch       message.Batch
	Done, Total uint64
}

// ErrOptions: an option is missing or out of its bounds.
var ErrOptions = errors.New("leader: options")

// Leader is the first aggregator.
type Leader struct {
	opt  Options
	step sync.Mutex // one Step at a time; guards what follows

	news    map[string]uint64 // releases since New, by site
	fitted  map[plan.Digest]fitted
	offered map[plan.Digest]plan.Time // when the helper was last asked what it misses

	mu    sync.Mutex // guards waits
	waits map[message.Batch]string
}

// New checks the options and returns a Leader.
func New(o Options) (*Leader, error) {
	if o.Batches == nil || o.Releases == nil || o.Keys == nil || o.Signer == nil || o.Peer == nil ||
		o.Verify == nil || o.Clock == nil || o.Noise == nil ||
		o.Helper.Client == nil || o.Helper.URL == "" || o.Collector.Client == nil || o.Collector.URL == "" {
		return nil, fmt.Errorf("%w: one that is required is missing", ErrOptions)
	}
	if o.Chunk == 0 {
		o.Chunk = 128
	}
	if o.Workers == 0 {
		o.Workers = 2 * runtime.GOMAXPROCS(0)
	}
	if o.Chunk < 0 || o.Chunk > message.MaxChunk || o.Workers < 0 {
		return nil, fmt.Errorf("%w: a chunk has 1 to %d reports, and workers are not negative", ErrOptions, message.MaxChunk)
	}
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
	if o.Own == nil {
		o.Own = self{o.Signer}
	}
	return &Leader{
		opt: o, news: make(map[string]uint64), fitted: make(map[plan.Digest]fitted),
		offered: make(map[plan.Digest]plan.Time), waits: make(map[message.Batch]string),
	}, nil
}

// Operator returns this aggregator's exact counters, for its operators alone, and what
// each batch waits for, as the last Step met it.
func (l *Leader) Operator() ([]batch.View, error) {
	all, err := l.opt.Batches.Views()
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	waits := maps.Clone(l.waits)
	l.mu.Unlock()
	for i := range all {
		date, _ := plan.ParseDate(all[i].Period)
		b := message.Batch{Plan: all[i].Plan, Date: date}
		all[i].Waits = waits[b]
		delete(waits, b)
	}
	for _, b := range slices.SortedFunc(maps.Keys(waits), order) { // of which nothing is stored yet
		all = append(all, batch.View{Plan: b.Plan, Period: b.Date.String(), Waits: waits[b]})
	}
	return all, nil
}

// order sorts batches by period, then by plan.
func order(a, b message.Batch) int {
	return cmp.Or(cmp.Compare(a.Date, b.Date), bytes.Compare(a.Plan[:], b.Plan[:]))
}

// wait remembers what a batch waits for; nothing is forgotten with it.
func (l *Leader) wait(o Outcome) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if o.State.Final() || o.Err == nil {
		delete(l.waits, o.Batch)
		return
	}
	l.waits[o.Batch] = o.Err.Error()
}

// Outcome is what a Step did to one batch.
type Outcome struct {
	Batch message.Batch
	State batch.State
	// Err says why the batch is not released: a *ShortError with batch.Short;
	// ErrAbandoned with batch.Abandoned; a problem with problem.PeriodOpen when collector or helper, by its own clock,
	// still holds the period open; or what failed.
	Err error
}

// ShortError: fewer reports than min batch counted, so the batch was dropped.
// It is exact: for operators alone.
type ShortError struct {
	Batch       message.Batch
	Count, Need uint64
}

func (e *ShortError) Error() string {
	return fmt.Sprintf("%s: %d reports count and %d are needed; the batch is dropped for good and never merged into another: "+
		"if this happens often, build a plan with a longer period (week or four weeks)", e.Batch, e.Count, e.Need)
}

// Step does everything that is due by the clock: each period that has ended and
// is neither released nor dropped. It returns an Outcome for each of those, and
// an error when one failed that should not have; call it again then, and nothing
// is counted twice. A batch that is short or abandoned, once it is, and a period
// still open are not failures.
//
// Then it does what ends leave to do: the collector deletes what is released or given
// up, a helper that was restored takes the releases it lost, keys of plans that are
// done with are destroyed. What fails there is in the error too.
//
// Last it has priors fitted and published where they are out of date (Options.Fit).
// What fails there is a *PriorsError each in the error; batches that are released
// stay released, and the next Step tries again.
func (l *Leader) Step(ctx context.Context) ([]Outcome, error) {
	l.step.Lock()
	defer l.step.Unlock()
	due, failed := l.due()
	var all []Outcome
	for _, j := range due {
		o := l.run(ctx, j)
		o.Err = problem.Full(o.Err, "this leader's")
		l.wait(o)
		all = append(all, o)
		if o.Err != nil && !waiting(o.Err) && !o.State.Final() {
			failed = append(failed, fmt.Errorf("%s: %w", o.Batch, o.Err))
		}
		if o.State == batch.Released {
			l.news[j.plan.Site]++
		}
		if ctx.Err() != nil {
			break
		}
	}
	if ctx.Err() == nil {
		failed = append(failed, l.tidy(ctx)...)
	}
	return all, errors.Join(append(failed, l.priors(ctx)...)...)
}
