package operator

import (
	"slices"
	"strings"
	"time"

	"github.com/dunlin-analytics/dunlin/collector"
	"github.com/prometheus/client_golang/prometheus"
)

// Metrics are one service's. Each has the label role.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	uploads  prometheus.Histogram
}

// NewMetrics returns the metrics of a role, which are read from status at each
// scrape.
func NewMetrics(role string, status func() (Status, error)) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: requestsName, Help: "Requests of other services that were answered, by listener, route and status.",
		}, []string{"listener", "route", "status"}),
		uploads: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: uploadsName, Help: "From a report's headers to its answer: reading it and having it on disk.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10, 60},
		}),
	}
	r := prometheus.WrapRegistererWith(prometheus.Labels{"role": role}, m.registry)
	r.MustRegister(exporter{status}, m.requests)
	if role == "collector" {
		r.MustRegister(m.uploads)
	}
	return m
}

// Gather returns the metrics of several roles of one process, and of the process.
func Gather(process prometheus.Gatherer, roles ...*Metrics) prometheus.Gatherer {
	all := prometheus.Gatherers{process}
	for _, m := range roles {
		all = append(all, m.registry)
	}
	return all
}

// what each status is told as.
var (
	metricInfo     = describe("dunlin_info", "The build that runs; always 1.", "version")
	metricStarted  = describe("dunlin_start_timestamp_seconds", "When the service was started.")
	metricNow      = describe("dunlin_clock_timestamp_seconds", "The service's clock.")
	metricStopping = describe("dunlin_stopping", "1 while the service finishes what it has, before it ends.")
	metricFree     = describe("dunlin_disk_free_bytes", "Room on the disk of the data folder.")
	metricTotal    = describe("dunlin_disk_total_bytes", "Size of the disk of the data folder.")
	metricBackup   = describe("dunlin_last_backup_timestamp_seconds", "When the last backup was taken; 0 for never.")
	metricDamaged  = describe("dunlin_damaged_files", "Files that cannot be used; the log and `dunlin doctor` name them.")
	metricFailed   = describe("dunlin_status_failed", "1 when the rest could not be read.")

	metricCounts    = describe("dunlin_collector_requests_total", "Requests to the collector, by what about and how they ended: accepted, or the refusal's reason.", "area", "reason")
	metricQueue     = describe("dunlin_collector_queue_reports", "Reports that wait for the disk.")
	metricLimit     = describe("dunlin_collector_queue_limit", "Reports that may wait for the disk before more are refused.")
	metricHeld      = describe("dunlin_collector_upload_bytes", "Memory of reports that arrive and that wait for the disk.")
	metricHeldLimit = describe("dunlin_collector_upload_bytes_limit", "Bytes of such reports before more are refused.")
	metricSpools    = describe("dunlin_collector_batches", "Batches that the collector holds reports of, by state.", "state")
	metricSpooled   = describe("dunlin_collector_spool_reports", "Reports that arrived in the batches that the collector holds open, revisions included.")
	metricBytes     = describe("dunlin_collector_spool_bytes", "Bytes of the collector's batches on disk.")

	metricBatches  = describe("dunlin_aggregator_batches", "Batches of periods that have begun, by state.", "state")
	metricDone     = describe("dunlin_aggregator_partitions_finished", "Finished partitions of the batches in work, of 256 each.")
	metricBegun    = describe("dunlin_aggregator_partitions_begun", "Begun partitions of the batches in work, of 256 each.")
	metricCounted  = describe("dunlin_aggregator_reports_counted", "Reports counted in all batches that are remembered.")
	metricRejected = describe("dunlin_aggregator_reports_rejected", "Reports rejected in all batches that are remembered, by reason.", "reason")
	metricOverdue  = describe("dunlin_aggregator_oldest_unreleased_seconds", "How long ago the oldest period ended whose batch has not; 0 when none waits.")
	metricReleased = describe("dunlin_aggregator_last_released_period_end_timestamp_seconds", "End of the latest released period; 0 for none.")
	metricExpires  = describe("dunlin_aggregator_plan_end_timestamp_seconds", "End of the last period of a site's latest plan.", "site")
	metricRounds   = describe("dunlin_leader_failed_rounds_total", "Rounds in which something failed, since the start.")
	metricRound    = describe("dunlin_leader_last_round_timestamp_seconds", "When the leader last went through what is due.")
	metricTrouble  = describe("dunlin_leader_trouble", "1 while the last round failed with: batches, plans, priors.", "with")
)

var (
	described []*prometheus.Desc
	names     = []string{requestsName, uploadsName}
)

func describe(name, help string, labels ...string) *prometheus.Desc {
	d := prometheus.NewDesc(name, help, labels, nil)
	described, names = append(described, d), append(names, name)
	return d
}

// Names are those of all metrics but the Go runtime's and the process': what a
// dashboard may ask for and the documentation lists.
func Names() []string { return slices.Sorted(slices.Values(names)) }

const (
	requestsName = "dunlin_requests_total"
	uploadsName  = "dunlin_collector_upload_seconds"
)

// States that are told even where no batch is in one, so that a panel shows 0.
var (
	batchStates = []string{"running", "open", "closed", "exchanged", "released", "short", "abandoned"}
	spoolStates = []string{"resting", "taking", "frozen", "damaged", "lost"}
)

// exporter turns a Status into metrics.
type exporter struct{ status func() (Status, error) }

// Describe implements prometheus.Collector.
func (exporter) Describe(c chan<- *prometheus.Desc) {
	for _, d := range described {
		c <- d
	}
}

// Collect implements prometheus.Collector.
func (e exporter) Collect(c chan<- prometheus.Metric) {
	tell := func(d *prometheus.Desc, v float64, labels ...string) {
		kind := prometheus.GaugeValue
		if strings.Contains(d.String(), `_total"`) {
			kind = prometheus.CounterValue
		}
		c <- prometheus.MustNewConstMetric(d, kind, v, labels...)
	}
	s, err := e.status()
	tell(metricFailed, truth(err != nil))
	if err != nil {
		return
	}
	tell(metricInfo, 1, s.Version)
	tell(metricStarted, seconds(s.Started))
	tell(metricNow, seconds(s.Now))
	tell(metricStopping, truth(s.Stopping))
	tell(metricFree, float64(s.Disk.Free))
	tell(metricTotal, float64(s.Disk.Total))
	tell(metricDamaged, float64(len(s.Damaged)))
	backup := 0.0
	if s.LastBackup != nil {
		backup = seconds(*s.LastBackup)
	}
	tell(metricBackup, backup)
	if s.Collector != nil {
		tellCollector(tell, s.Collector)
	}
	if s.Aggregator != nil {
		s.Aggregator.tell(tell, s.Now)
	}
}

type teller func(d *prometheus.Desc, v float64, labels ...string)

func tellCollector(tell teller, s *collector.Status) {
	for name, n := range s.Counts {
		area, reason, _ := strings.Cut(name, ".")
		tell(metricCounts, float64(n), area, reason)
	}
	tell(metricQueue, float64(s.Queue.Waiting))
	tell(metricLimit, float64(s.Queue.Limit))
	tell(metricHeld, float64(s.Uploads.Held))
	tell(metricHeldLimit, float64(s.Uploads.Limit))
	states := zeros(spoolStates)
	var reports, bytes float64
	for _, b := range s.Batches {
		states[string(b.State)]++
		if b.Reports != nil {
			reports += float64(*b.Reports)
		}
		bytes += float64(b.Bytes)
	}
	for state, n := range states {
		tell(metricSpools, n, state)
	}
	tell(metricSpooled, reports)
	tell(metricBytes, bytes)
}

func (s *Aggregator) tell(tell teller, now time.Time) {
	states, rejected, ends := zeros(batchStates), map[string]float64{}, map[string]float64{}
	var done, begun, counted, last float64
	for i := range s.Batches {
		b := &s.Batches[i]
		state := b.State
		if b.Runs(now) {
			state = "running"
		}
		states[state]++
		done += float64(b.Finished)
		begun += float64(b.Begun)
		counted += float64(b.Accepted)
		for reason, n := range b.Rejected {
			rejected[reason] += float64(n)
		}
		if b.State == "released" {
			last = max(last, seconds(b.End))
		}
	}
	for state, n := range states {
		tell(metricBatches, n, state)
	}
	for reason, n := range rejected {
		tell(metricRejected, n, reason)
	}
	tell(metricDone, done)
	tell(metricBegun, begun)
	tell(metricCounted, counted)
	tell(metricOverdue, s.Overdue(now).Seconds())
	tell(metricReleased, last)
	for _, p := range s.Plans {
		ends[p.Site] = max(ends[p.Site], seconds(p.End))
	}
	for site, end := range ends {
		tell(metricExpires, end, site)
	}
	if s.Step == nil {
		return
	}
	tell(metricRounds, float64(s.Step.Failed))
	tell(metricRound, seconds(s.Step.At))
	tell(metricTrouble, truth(s.Step.Why != ""), "batches")
	tell(metricTrouble, truth(s.Step.Plans != ""), "plans")
	tell(metricTrouble, truth(s.Step.Priors != ""), "priors")
}

func zeros(names []string) map[string]float64 {
	m := map[string]float64{}
	for _, n := range names {
		m[n] = 0
	}
	return m
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// seconds of Unix time; 0 for the zero time.
func seconds(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMilli()) / 1000
}
