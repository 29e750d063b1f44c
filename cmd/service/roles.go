package service

import (
	"archive/tar"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/dunlin-analytics/dunlin/aggregator/batch"
	"github.com/dunlin-analytics/dunlin/aggregator/helper"
	"github.com/dunlin-analytics/dunlin/aggregator/leader"
	"github.com/dunlin-analytics/dunlin/aggregator/pair"
	"github.com/dunlin-analytics/dunlin/aggregator/release"
	"github.com/dunlin-analytics/dunlin/aggregator/steer"
	"github.com/dunlin-analytics/dunlin/cmd/operator"
	"github.com/dunlin-analytics/dunlin/collector"
	"github.com/dunlin-analytics/dunlin/privacy/peer"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
	"github.com/dunlin-analytics/dunlin/privacy/seal"
)

// World is what a service takes from outside itself.
type World struct {
	Clock  func() time.Time
	Random io.Reader // of noise, keys and pairing: the system's, but in tests
	Module []byte    // what the collector serves to browsers; may be empty
	// ModuleBrotli is Module under brotli; may be empty.
	ModuleBrotli []byte
	// Scripts are the files of web.SDK, which the collector serves too. Optional.
	Scripts fs.FS
	Log     *slog.Logger
	// Progress hears how far the leader is with a batch. Optional.
	Progress func(leader.Progress)
	// Fit computes priors from releases. Default: the product's own.
	Fit Fit
	// Pace is how often what is due is looked for; what waits in vain, every 120 of it.
	// Default: half a minute, as the shortest period is a day.
	Pace time.Duration
	// Metrics is where metrics are served besides the operator's socket, HOST:PORT of
	// this host; empty for nowhere.
	Metrics string
	// Drain is how long a collector that was told to end still takes reports, while
	// /healthz says that it stops: so long as whoever spreads requests needs to look.
	Drain time.Duration
}

func (w World) planTime() plan.Time { return plan.Time(w.Clock().Unix()) }

// Collector is a running collector.
type Collector struct {
	Public, Inner *Server
	*collector.Collector
	inspected *inspected
}

// StartCollector opens the collector and its two listeners.
func StartCollector(c *Config, w World) (*Collector, error) {
	officer, err := planfile.ParseOfficer(c.Officer)
	if err != nil {
		return nil, fmt.Errorf("officer: %w", err)
	}
	id, err := c.identity(c.Collector.Identity, w.Log)
	if err != nil {
		return nil, err
	}
	trust := c.Trust(w.Log)
	col, err := collector.Open(collector.Options{
		Dir: c.Collector.Data, Verify: verifier(officer), Clock: w.Clock,
		SealedSize: seal.SealedSize, Module: w.Module, ModuleBrotli: w.ModuleBrotli,
		Scripts: w.Scripts, Paths: c.Collector.Paths, Log: w.Log,
		Quota: c.Limits.quota(), PerAddress: c.Limits.perAddress(w.Random),
	})
	if err != nil {
		return nil, err
	}
	r := &Collector{Collector: col, inspected: w.inspect("collector", c.Collector.Data)}
	r.inspected.fill = collectorStatus(col)
	r.inspected.copy = func(tw *tar.Writer) error { return col.Backup(tw, "collector/") }
	public := r.inspected.metrics.Time(r.inspected.health(col.Public()))
	inner := r.inspected.metrics.Count("inner", peer.Admit(col.Inner(), trust.AtCollector))
	if r.Public, err = listen(c.Collector.Listen, public, nil, w.Log); err != nil {
		return nil, errors.Join(err, col.Close())
	}
	if r.Inner, err = listen(c.Collector.Inner, inner, peer.Server(id, trust.AtCollector), w.Log); err != nil {
		return nil, errors.Join(err, r.Public.Close(context.Background()), col.Close())
	}
	return r, nil
}

// Drain has /healthz say that the collector stops, and each connection end with the
// answer to its request, until Close.
func (r *Collector) Drain() {
	r.inspected.stopping.Store(true)
	r.Public.http.SetKeepAlivesEnabled(false)
}

// Close stops taking reports, then closes the spool. What was read is answered before.
func (r *Collector) Close(ctx context.Context) error {
	return errors.Join(r.Public.Close(ctx), r.Inner.Close(ctx), r.Collector.Close())
}

func verifier(officer ed25519.PublicKey) func([]byte) ([]byte, error) {
	return func(signed []byte) ([]byte, error) { return planfile.Verify(signed, officer) }
}

// stores are an aggregator's files.
type stores struct {
	batches  *batch.Store
	releases *release.Store
	orders   *steer.Store // a leader's
}

// ReleasesFile is the name of an aggregator's release store in its data folder.
const ReleasesFile = "releases.db"

func openStores(dir string) (s stores, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return s, fmt.Errorf("open the data folder: %w", err)
	}
	if s.batches, err = batch.OpenStore(batch.Options{Path: filepath.Join(dir, BatchesFile)}); err != nil {
		return s, err
	}
	if s.releases, err = release.Open(filepath.Join(dir, ReleasesFile)); err != nil {
		return s, errors.Join(err, s.batches.CloseStore())
	}
	return s, nil
}

func (s stores) close() error { return s.batches.CloseStore() }

// Helper is a running helper.
type Helper struct {
	Server *Server
	*helper.Helper
	stores    stores
	inspected *inspected
}

// StartHelper opens the helper and its listener.
func StartHelper(c *Config, w World) (*Helper, error) {
	officer, err := planfile.ParseOfficer(c.Officer)
	if err != nil {
		return nil, fmt.Errorf("officer: %w", err)
	}
	id, err := c.identity(c.Helper.Identity, w.Log)
	if err != nil {
		return nil, err
	}
	open, err := c.readAge(c.Helper.Age)
	if err != nil {
		return nil, err
	}
	trust := c.Trust(w.Log)
	keys, err := pair.OpenKeys(c.Helper.VerifyKeys, pair.KeyOptions{Lock: c.lock})
	if err != nil {
		return nil, err
	}
	s, err := openStores(c.Helper.Data)
	if err != nil {
		return nil, err
	}
	h, err := helper.New(helper.Options{
		Batches: s.batches, Releases: s.releases, Keys: keys, Identity: open, Signer: id, Own: signedBy(c.Helper.Identity, id), Leader: trust.Leader,
		Verify: verifier(officer), Clock: w.planTime, Noise: w.Random,
		Pairing:  pair.NewHandler(keys, w.Random, trust.LeaderName),
		MinBatch: c.Floors.MinBatch, Cap: c.Floors.Cap, MaxCells: c.Floors.Cells, Log: w.Log,
	})
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	r := &Helper{Helper: h, stores: s, inspected: w.inspect("helper", c.Helper.Data)}
	r.inspected.fill = aggregatorStatus(s.batches, officer, h.Operator, func() *operator.Step { return nil })
	r.inspected.copy = func(tw *tar.Writer) error { return s.backup(tw, "helper", w.Clock()) }
	handler := r.inspected.metrics.Count("helper", peer.Admit(h, trust.AtHelper))
	if r.Server, err = listen(c.Helper.Listen, handler, peer.Server(id, trust.AtHelper), w.Log); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return r, nil
}

// Close stops answering the leader, then closes the stores.
func (r *Helper) Close(ctx context.Context) error {
	return errors.Join(r.Server.Close(ctx), r.stores.close())
}

// Leader is an open leader. It listens to nobody.
type Leader struct {
	*leader.Leader
	stores    stores
	clients   []*http.Client
	rounds    rounds
	inspected *inspected
}

// OpenLeader opens the leader's keys and stores.
func OpenLeader(c *Config, w World) (*Leader, error) {
	officer, err := planfile.ParseOfficer(c.Officer)
	if err != nil {
		return nil, fmt.Errorf("officer: %w", err)
	}
	if c.Leader.Helper.URL == "" {
		return nil, ErrNoHelper
	}
	id, err := c.identity(c.Leader.Identity, w.Log)
	if err != nil {
		return nil, err
	}
	open, err := c.readAge(c.Leader.Age)
	if err != nil {
		return nil, err
	}
	keys, err := pair.OpenKeys(c.Leader.VerifyKeys, pair.KeyOptions{Lock: c.lock})
	if err != nil {
		return nil, err
	}
	trust := c.Trust(w.Log)
	toHelper := peer.Connect(id, trust.Helper, peerTimeout)
	toCollector := peer.Connect(id, trust.Collector, peerTimeout)
	s, err := openStores(c.Leader.Data)
	if err != nil {
		return nil, err
	}
	if s.orders, err = steer.Open(filepath.Join(c.Leader.Data, steer.File)); err != nil {
		return nil, errors.Join(err, s.close())
	}
	own := &fitter{releases: s.releases, orders: s.orders, clock: w.Clock, log: w.Log}
	l, err := leader.New(leader.Options{
		Batches: s.batches, Releases: s.releases, Keys: keys, Identity: open, Signer: id, Own: signedBy(c.Leader.Identity, id), Peer: trust.HelperSigned(),
		Helper:    leader.Service{URL: c.Leader.Helper.URL, Client: toHelper},
		Collector: leader.Service{URL: c.Leader.Collector.URL, Client: toCollector},
		Verify:    verifier(officer), Clock: w.planTime, Noise: w.Random, Progress: w.Progress, Fit: w.fitFrom(s.releases, own), Steered: own.revision,
	})
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	r := &Leader{Leader: l, stores: s, clients: []*http.Client{toHelper, toCollector}, inspected: w.inspect("leader", c.Leader.Data)}
	r.inspected.fill = aggregatorStatus(s.batches, officer, l.Operator, r.rounds.step)
	r.inspected.copy = func(tw *tar.Writer) error { return s.backup(tw, "leader", w.Clock()) }
	return r, nil
}

// AddPlans hands every signed plan of the services file to helper and collector.
// One that is refused does not keep the others back.
func (l *Leader) AddPlans(ctx context.Context, files []string) error {
	var errs []error
	for _, path := range files {
		errs = append(errs, l.addPlan(ctx, path))
	}
	return errors.Join(errs...)
}

func (l *Leader) addPlan(ctx context.Context, path string) error {
	signed, err := readSigned(path)
	if err != nil {
		return err
	}
	if _, err := l.AddPlan(ctx, signed); err != nil {
		return fmt.Errorf("plan %s: %w", path, explain(err))
	}
	return nil
}

// Close closes the leader's connections and stores.
func (l *Leader) Close() error {
	for _, c := range l.clients {
		c.CloseIdleConnections()
	}
	return l.stores.close()
}
