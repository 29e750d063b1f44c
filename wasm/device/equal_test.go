package device

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/edgetest"
	"github.com/dunlin-analytics/dunlin/edge/recommend"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/wasm/abi"
	"github.com/dunlin-analytics/dunlin/wasm/module"
)

// sequences is how many random event sequences native Go and the module must
// agree on, byte for byte.
const sequences = 10_000

// some returns how many to run now: with -short a tenth.
func some() int64 {
	if testing.Short() {
		return sequences / 10
	}
	return sequences
}

// script is a random source that a test sets before each report.
type script struct{ io.Reader }

func (s *script) set(seed uint64) {
	var key [32]byte
	for i := range 8 {
		key[i] = byte(seed >> (8 * i))
	}
	s.Reader = rand.NewChaCha8(key)
}

// open compiles the built module once for all tests.
var open = sync.OnceValues(func() (*Engine, error) {
	b, err := module.Bytes()
	if err != nil {
		return nil, err
	}
	return Open(context.Background(), b, Options{Stderr: os.Stderr})
})

func engine(tb testing.TB) *Engine {
	tb.Helper()
	e, err := open()
	require.NoError(tb, err)
	return e
}

// scripted starts an instance whose randomness the test sets.
func scripted(tb testing.TB) (*Device, *script) {
	tb.Helper()
	random := &script{}
	random.set(0)
	d, err := engine(tb).instance(tb.Context(), random)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, d.Close(context.Background())) })
	return d, random
}

// sides are one sequence's two devices and what both must agree on.
type sides struct {
	native edge.Device
	module *Device
	random *script
	draw   *rand.Rand
	now    plan.Time
	state  []byte // last saved
	counts *outcomes

	// The native device's and the module's.
	decisions [2]choose.Decision
	picks     [2][]recommend.Pick

	carried []byte // last exported
}

// outcomes count what the sequences have come to, so that a generator that never
// reaches a report, say, cannot make the test pass.
type outcomes struct {
	tracked, refused, measured, reported, restored, aside, plans, forgot atomic.Int64

	mutex   sync.Mutex
	why     map[error]int // why there was no report
	choices choices
	asked   map[string]int
}

func (o *outcomes) unreported(why error) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	o.why[why]++
}

func (s *sides) same(native, module error) error {
	switch {
	case native == nil && module == nil, native != nil && errors.Is(module, native):
		return nil
	}
	return fmt.Errorf("native says %v, the module %v", native, module)
}

func TestModuleEqualsNative(t *testing.T) {
	counts := &outcomes{why: map[error]int{}, choices: choices{why: map[error]int{}}, asked: map[string]int{}}
	workers := runtime.GOMAXPROCS(0)
	var next atomic.Int64
	t.Run("workers", func(t *testing.T) {
		for w := range workers {
			t.Run(fmt.Sprint(w), func(t *testing.T) {
				t.Parallel()
				d, random := scripted(t)
				for i := next.Add(1) - 1; i < some(); i = next.Add(1) - 1 {
					s := &sides{module: d, random: random, draw: rand.New(rand.NewPCG(uint64(i), 1)), counts: counts}
					if err := s.run(t); err != nil {
						t.Fatalf("sequence %d: %v", i, err)
					}
				}
				t.Logf("memory %d KB", d.Memory()>>10)
			})
		}
	})
	t.Logf("no report: %v", counts.why)
	t.Logf("events %d, refused %d, vectors %d, reports %d, restored %d, set aside %d, plans %d, forgotten %d",
		counts.tracked.Load(), counts.refused.Load(), counts.measured.Load(), counts.reported.Load(),
		counts.restored.Load(), counts.aside.Load(), counts.plans.Load(), counts.forgot.Load())
	t.Logf("choices %+v", counts.choices)
	t.Logf("no choice, no priors: %v", counts.choices.why)
	t.Logf("asked %v", counts.asked)
	if !t.Failed() {
		require.NoError(t, counts.choices.missing(int(some())/100))
		require.NoError(t, counts.unasked(int(some())/100))
		for _, n := range []*atomic.Int64{&counts.tracked, &counts.refused, &counts.measured, &counts.reported,
			&counts.restored, &counts.aside, &counts.plans, &counts.forgot} {
			require.Greater(t, n.Load(), some()/100, "the sequences hardly reach one of the outcomes above")
		}
		for _, why := range []error{edge.ErrPlanSerial, edge.ErrPlanExpired, edge.ErrPlanChanged, edge.ErrClock, edge.ErrNoPeriod,
			edge.ErrPast, edge.ErrNothing, edge.ErrExhausted} {
			require.Positive(t, counts.why[why], "no sequence came to: %v", why)
		}
	}
}

// run is one sequence: a device's life of one to some ten periods.
func (s *sides) run(tb testing.TB) error {
	ctx := tb.Context()
	s.now = firstAt + plan.Time(s.draw.IntN(3*plan.Day))
	if err := s.module.Reset(ctx); err != nil {
		return err
	}
	if err := s.load(ctx, nil); err != nil {
		return err
	}
	serial := uint64(1)
	if err := s.usePlan(ctx, publish(tb, s.plan(serial))); err != nil {
		return err
	}
	for range 20 + s.draw.IntN(60) {
		var err error
		switch n := s.draw.IntN(100); {
		case n < 46:
			err = s.tell(ctx, s.event())
		case n < 56:
			err = s.choose(ctx)
		case n < 66:
			err = s.ask(ctx, tb)
		case n < 70:
			err = s.usePriors(ctx)
		case n < 80:
			err = s.measure(ctx)
		case n < 88:
			err = s.report(ctx)
		case n < 94:
			err = s.restart(ctx)
		case n < 97:
			serial += uint64(s.draw.IntN(3)) // sometimes the same serial again
			err = s.usePlan(ctx, publish(tb, s.plan(serial)))
		case n < 98:
			err = s.forget(ctx)
		case n < 99:
			err = s.reopen(ctx, tb)
		default:
			err = s.usePlan(ctx, []byte("no plan"))
		}
		if err != nil {
			return err
		}
		s.pass()
		if err := s.save(ctx); err != nil {
			return err
		}
	}
	return nil
}

// plan draws a plan: mostly any, sometimes one of the reference sizes.
func (s *sides) plan(serial uint64) *plan.Plan {
	p := randomPlan(s.draw, serial)
	if s.draw.IntN(2) == 0 {
		p = s.wide()
	}
	switch s.draw.IntN(20) {
	case 0:
		p = plan512()
	case 1:
		p = plan64()
	}
	p.Serial = serial
	return p
}

// pass moves the clock: mostly minutes, sometimes a day or more, sometimes back.
func (s *sides) pass() {
	switch n := s.draw.IntN(20); {
	case n < 12:
		s.now += plan.Time(s.draw.IntN(20 * plan.Minute))
	case n < 18:
		s.now += plan.Time(s.draw.IntN(36 * plan.Hour))
	case n < 19:
		s.now += plan.Time(s.draw.IntN(20 * plan.Day))
	default:
		s.now -= plan.Time(s.draw.IntN(3 * plan.Day))
	}
}

func (s *sides) load(ctx context.Context, state []byte) error {
	native := s.native.Load(s.now, append([]byte(nil), state...))
	module, err := s.module.Load(ctx, s.now, state)
	if err != nil || native != module {
		return fmt.Errorf("load: native %v, module %v, %w", native, module, err)
	}
	switch native {
	case edge.Restored:
		s.counts.restored.Add(1)
	case edge.SetAside:
		s.counts.aside.Add(1)
	}
	return nil
}

func (s *sides) usePlan(ctx context.Context, published []byte) error {
	if err := s.same(s.native.UsePlan(published), s.module.UsePlan(ctx, published)); err != nil {
		return fmt.Errorf("plan: %w", err)
	}
	s.counts.plans.Add(1)
	return nil
}

func (s *sides) tell(ctx context.Context, e edge.Event) error {
	native, module := s.native.Track(s.now, e), s.module.Track(ctx, s.now, e)
	// An event that cannot be written is refused before the plan is looked at.
	unwritable := native != nil && errors.Is(module, edge.ErrEvent)
	if err := s.same(native, module); err != nil && !unwritable {
		return fmt.Errorf("track %+v: %w", e, err)
	}
	if native == nil {
		s.counts.tracked.Add(1)
	} else {
		s.counts.refused.Add(1)
	}
	return nil
}

func (s *sides) measure(ctx context.Context) error {
	native, has := s.native.Measurement(s.now)
	module, hasToo, err := s.module.Measurement(ctx, s.now)
	if err != nil || has != hasToo || has && string(bytesOf(native)) != string(bytesOf(module)) {
		return fmt.Errorf("vector: native %v, module %v, %w", native, module, err)
	}
	if has {
		s.counts.measured.Add(1)
	}
	return nil
}

func bytesOf(cells []bool) []byte {
	b := make([]byte, len(cells))
	for i, v := range cells {
		if v {
			b[i] = 1
		}
	}
	return b
}

// seed gives the module the randomness that it returns for the native device.
func (s *sides) seed() *script {
	seed := s.draw.Uint64()
	s.random.set(seed)
	random := &script{}
	random.set(seed)
	return random
}

func (s *sides) report(ctx context.Context) error {
	collector := s.now + plan.Time(s.draw.IntN(2*plan.Hour)-plan.Hour)
	if s.draw.IntN(10) == 0 {
		collector += 2 * plan.Day
	}
	random := s.seed()
	var native edge.Outgoing
	nativeReport, moduleReport := s.native.Report, s.module.Report
	if collector%3 == 0 { // no draw of its own: the sequences stay those that they were
		nativeReport, moduleReport = s.native.ReportAgain, s.module.ReportAgain
	}
	wrong := nativeReport(s.now, collector, random, &native)
	module, err := moduleReport(ctx, s.now, collector)
	if err := s.same(wrong, err); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	if wrong != nil {
		s.counts.unreported(wrong)
		return nil
	}
	s.counts.reported.Add(1)
	head, err := abi.AppendHead(nil, native.Head)
	if err != nil {
		return err
	}
	state := s.native.AppendState(nil)
	for _, pair := range []struct {
		what           string
		native, module []byte
	}{{"head", head, module.Head[:]}, {"leader's plaintext", native.Leader, module.Leader.Plaintext},
		{"helper's plaintext", native.Helper, module.Helper.Plaintext}, {"state after a report", state, module.State}} {
		if len(pair.native) == 0 || string(pair.native) != string(pair.module) {
			return fmt.Errorf("%s: native %x, module %x", pair.what, pair.native, pair.module)
		}
	}
	return nil
}

func (s *sides) save(ctx context.Context) error {
	native := s.native.AppendState(nil)
	module, err := s.module.AppendState(ctx, nil)
	if err != nil || string(native) != string(module) {
		return fmt.Errorf("state: native %x, module %x, %w", native, module, err)
	}
	s.state = native
	return nil
}

// restart loads the saved state, now and then damaged, as a new page would.
func (s *sides) restart(ctx context.Context) error {
	state := append([]byte(nil), s.state...)
	if len(state) > 0 && s.draw.IntN(5) == 0 {
		state[s.draw.IntN(len(state))] ^= 1 << s.draw.IntN(8)
	}
	return s.load(ctx, state)
}

// reopen starts both sides anew under a plan that may be older than the one that
// the saved state has seen.
func (s *sides) reopen(ctx context.Context, tb testing.TB) error {
	s.native = edge.Device{}
	if err := s.module.Reset(ctx); err != nil {
		return err
	}
	if err := s.usePlan(ctx, publish(tb, s.plan(1+uint64(s.draw.IntN(2))))); err != nil {
		return err
	}
	return s.restart(ctx)
}

func (s *sides) forget(ctx context.Context) error {
	s.native.Forget(s.now)
	native := s.native.AppendState(nil)
	module, err := s.module.Forget(ctx, s.now)
	if err != nil || string(native) != string(module) {
		return fmt.Errorf("state after forgetting: native %x, module %x, %w", native, module, err)
	}
	s.counts.forgot.Add(1)
	return nil
}

// event draws an event; about one in ten names something that no plan has.
func (s *sides) event() edge.Event {
	r := s.draw
	p, _ := s.native.Plan()
	if r.IntN(2) == 0 {
		return edgetest.Any(r, p)
	}
	index := func(n int) uint8 {
		if r.IntN(30) == 0 {
			return uint8(r.IntN(256))
		}
		return uint8(r.IntN(n))
	}
	e := edge.Event{Kind: plan.EventKind(1 + r.IntN(9))}
	if r.IntN(100) == 0 {
		e.Kind = plan.EventKind(r.IntN(256))
	}
	switch e.Kind {
	case plan.View, plan.Click, plan.Cart, plan.Order, plan.Dwell:
		for range r.IntN(3) {
			if n := len(p.Topics); n > 0 {
				e.Topics |= 1 << r.IntN(n)
			}
		}
		if r.IntN(60) == 0 {
			e.Topics |= 1 << r.IntN(64)
		}
	}
	switch e.Kind {
	case plan.Dwell:
		e.Seconds = uint16(r.IntN(400))
	case plan.Click:
		if e.InSlot = r.IntN(2) == 0; e.InSlot {
			e.Slot = index(2)
		}
	case plan.Order:
		e.Minor = []int64{0, 1, 999, 4_950, 123_456, edge.MaxOrder, edge.MaxOrder + 1, -1}[min(r.IntN(60), 7)]
		if e.Minor == -1 && r.IntN(20) > 0 {
			e.Minor = int64(r.IntN(100_000))
		}
	case plan.Custom:
		e.Event = index(3)
	case plan.Exposure:
		e.Slot, e.Variant = index(2), index(4)
	case plan.Assign:
		e.Campaign, e.Arm = index(2), index(4)
	case plan.Declare:
		e.Attribute = index(3)
		e.Value = []float64{0, 1, 2, 3.25, -1e9, 1e9, math.Inf(1), math.NaN(), math.Copysign(0, -1)}[r.IntN(9)]
		if r.IntN(2) == 0 {
			e.Value = float64(r.IntN(2))
		}
	}
	return e
}
