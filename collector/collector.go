package collector

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/dunlin-analytics/dunlin/collector/spool"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Folders below Options.Dir.
const (
	plansDir  = "plans"
	priorsDir = "priors"
	marksDir  = "batches"
	spoolDir  = "spool"
)

// Collector takes reports and hands out closed batches. Its handlers are safe
// for concurrent use.
type Collector struct {
	clock     func() time.Time
	log       *slog.Logger
	dir       string
	maxBody   int
	maxPriors int
	paths     Paths
	module    *encoded // nil: none is served
	moduleSum [sha256.Size]byte
	scripts   *scripts // nil: none are served
	registry  *registry
	shelf     *shelf
	spool     *spool.Spool
	bodies    *bodies
	addresses *addresses // nil: none is looked at
	counts    counts
	taken     *atomic.Uint64 // counts["reports.accepted"]
	keep      plan.Time      // how long after its end a batch is kept, in seconds
	restored  plan.Time      // what began before it is lost; 0: never restored
	settled   sync.Map       // spool.Key of each batch whose repeats are in counts
	closed    atomic.Bool
	public    http.Handler
	inner     http.Handler
}

// Open opens the collector's directory and verifies the plans in it.
func Open(o Options) (*Collector, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	files, err := openScripts(o.Scripts)
	if err != nil {
		return nil, err
	}
	var module *encoded
	if len(o.Module) > 0 {
		if module, err = encode(o.Module, o.ModuleBrotli); err != nil {
			return nil, fmt.Errorf("collector: the module: %w", err)
		}
	}
	restored, err := restoredAt(o.Dir)
	if err != nil {
		return nil, err
	}
	if err := makeFolder(o.Dir); err != nil {
		return nil, fmt.Errorf("collector: %w", err)
	}
	dirs := map[string]string{}
	for _, name := range []string{plansDir, priorsDir, marksDir, spoolDir} {
		dirs[name] = filepath.Join(o.Dir, name)
		if err := makeFolder(dirs[name]); err != nil {
			return nil, fmt.Errorf("collector: %w", err)
		}
	}
	r, err := openRegistry(dirs[plansDir], &o)
	if err != nil {
		return nil, err
	}
	sh, err := openShelf(dirs[plansDir], dirs[priorsDir], o.Step, o.Log)
	if err != nil {
		return nil, err
	}
	s, err := spool.Open(spool.Options{
		Dir: dirs[spoolDir], Marks: dirs[marksDir], QueueLimit: o.QueueLimit, KeepFree: o.KeepFree, Step: o.Step, Log: o.Log,
	})
	if err != nil {
		return nil, err
	}
	c := &Collector{
		clock: o.Clock, log: o.Log, dir: o.Dir, maxBody: o.MaxBody, maxPriors: o.MaxPriors,
		paths: o.Paths, module: module, moduleSum: sha256.Sum256(o.Module), scripts: files,
		registry: r, shelf: sh, spool: s, counts: newCounts(),
		bodies: newBodies(o.UploadBytes, o.MaxBody),
		keep:   plan.Time(o.Keep / time.Second), restored: restored,
	}
	c.taken = c.counts[string(reports)+"."+accepted]
	if o.PerAddress.PerMinute > 0 {
		if c.addresses, err = newAddresses(o.PerAddress); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	c.public, c.inner = c.publicRoutes(), c.innerRoutes()
	if _, err := c.Sweep(c.clock()); err != nil {
		c.log.Error("old batches were not deleted; trying again at the next sweep", "why", err)
	}
	// A damaged file of a period that is open now is known before the first
	// report; the spool tells the log and Damaged.
	for _, k := range *r.table.Load() {
		if p, ok := k.plan.PeriodAt(c.now()); ok {
			_ = s.Prepare(spool.Key{Plan: k.digest, Period: p.Date})
		}
	}
	return c, nil
}

// Close finishes what has been taken, closes the files and refuses all that
// comes after. Calling it again returns the same.
func (c *Collector) Close() error {
	c.closed.Store(true)
	if c.addresses != nil {
		c.addresses.close()
	}
	return c.spool.Close()
}

// Public returns the handler for visitors.
func (c *Collector) Public() http.Handler { return c.public }

// Inner returns the handler for the leader. It authenticates nobody.
func (c *Collector) Inner() http.Handler { return c.inner }

// Counts returns how much was accepted and refused since Open, by area and
// reason, as "reports.accepted" and "reports.period-closed". Accepted reports that
// were repeated or superseded are counted as that too when their batch is closed.
// Exact: for operators only.
func (c *Collector) Counts() map[string]uint64 { return c.counts.read() }

// Damaged returns an error for each damaged spool file found so far, and for
// each plan whose priors cannot be served. Each names its file and what to do.
func (c *Collector) Damaged() []error { return append(c.spool.Damaged(), c.shelf.damage()...) }

func (c *Collector) now() plan.Time { return plan.Time(c.clock().Unix()) }

func (c *Collector) publicRoutes() http.Handler {
	e := c.routes()
	e.POST(c.paths.public("/reports"), c.handle(reports, c.postReport))
	e.POST(c.paths.public("/reports/dry-run"), c.handle(trials, c.tryReport))
	e.GET(c.paths.public("/plan"), c.handle(plans, c.getPlanInForce))
	e.GET(c.paths.public("/plans/:digest"), c.handle(plans, c.getPlan))
	e.GET(c.paths.public("/priors/:sum"), c.handle(priors, c.getPriors))
	e.GET(c.paths.public("/module/:file"), c.handle(other, c.getModule))
	if c.scripts != nil {
		e.GET(c.paths.Prefix+"/:file", c.handle(other, c.getScript))
	}
	e.GET(healthPath, c.handle(other, c.getHealth))
	return e
}

func (c *Collector) innerRoutes() http.Handler {
	e := c.routes()
	e.PUT("/v1/plans/:digest", c.handle(plans, c.putPlan))
	e.PUT("/v1/priors/:sum", c.handle(priors, c.putPriors))
	e.PUT("/v1/plans/:digest/priors", c.handle(current, c.putPlanPriors))
	e.GET("/v1/plans/:digest/priors", c.handle(current, c.getPlanPriors))
	e.POST("/v1/batches/:digest/:date/close", c.handle(batches, c.closeBatch))
	e.DELETE("/v1/batches/:digest/:date", c.handle(batches, c.deleteBatch))
	e.GET("/v1/batches/:digest/:date/partitions/:partition", c.handle(batches, c.getPartition))
	e.GET("/v1/batches/:digest/:date/reports/:id", c.handle(batches, c.getReport))
	e.GET("/v1/status", c.handle(other, c.getStatus))
	return e
}

// routes returns a router without middlewares: each would cost every upload.
func (c *Collector) routes() *echo.Echo {
	e := echo.New()
	e.HTTPErrorHandler = func(err error, ec echo.Context) { c.answer(ec, other, err) }
	return e
}

// handle answers a handler's error with its problem, counted under a. It stops
// panics here, because net/http would log them with the visitor's address.
func (c *Collector) handle(a area, h echo.HandlerFunc) echo.HandlerFunc {
	return func(ec echo.Context) error {
		defer func() {
			if r := recover(); r != nil {
				c.log.Error("a handler panicked", "path", ec.Path(), "panic", r)
				c.answer(ec, a, refuse(Internal, "report this to the operator"))
			}
		}()
		if err := h(ec); err != nil {
			c.answer(ec, a, err)
		}
		return nil
	}
}

func (c *Collector) answer(ec echo.Context, a area, err error) {
	if ec.Response().Committed {
		return
	}
	r := refusalOf(err)
	var own *refusal
	if r.reason == StorageFailed && !errors.As(err, &own) && a != reports && a != trials {
		c.log.Error("a request failed", "path", ec.Path(), "error", err) // the spool logs its own
	}
	r.write(ec.Response(), c.counts.refused(a, r.reason))
}
