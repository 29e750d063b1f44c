package simulation

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// world is one schedule at work: three services with their folders, the network
// between them and the devices, a clock, and the book of what must come of it.
type world struct {
	*Cast
	rnd    *rand.Rand
	random *rand.ChaCha8 // of keys
	fault  *Fault        // planted, in a test of the simulation itself
	dir    string
	log    strings.Builder

	now      plan.Time
	skew     [3]plan.Time // of each service's clock
	services [3]*service
	hosts    map[string]*service
	net      *network
	noise    [2]*noises
	shown    [2]map[message.Batch][]byte       // the noised share that left each aggregator
	secrets  map[message.Batch]map[string]bool // exact shares and keys, seen while their batch was open
	book     *book
	chunk    int
	handed   []*pairing               // plans that all services have
	sent     map[*period]*[actors]int // how many revisions of each device were acknowledged
	// mayAbandon are batches of which something happened after which they must
	// not be released anew.
	mayAbandon map[message.Batch]bool

	backups [3]*backup
	lost    [3]bool // it has lost its disk
	peer    [2]int  // which of an aggregator's identities signs

	points map[string]int // of all services

	starts int   // of the service whose disk a planted fault has lie
	wrong  error // the first violation
}

// ErrViolated: a schedule ended otherwise than it must.
var ErrViolated = errors.New("simulation")

func newWorld(c *Cast, seed uint64, f *Fault) (*world, error) {
	dir, err := os.MkdirTemp(memory(), "dunlin-simulation-")
	if err != nil {
		return nil, err
	}
	if f == nil {
		f = &Fault{}
	}
	w := &world{Cast: c, rnd: rand.New(rand.NewPCG(seed, 0)), random: rand.NewChaCha8([32]byte{byte(seed)}), fault: f, dir: dir, secrets: map[message.Batch]map[string]bool{}, hosts: map[string]*service{}, points: map[string]int{}}
	w.now = c.batches[0].bounds.Start + 60
	w.net = &network{w: w}
	for role := range w.noise {
		w.noise[role], w.shown[role] = newNoises(role), map[message.Batch][]byte{}
	}
	w.book = newBook(w)
	w.mayAbandon, w.sent = map[message.Batch]bool{}, map[*period]*[actors]int{}
	for _, p := range c.batches {
		w.sent[p] = &[actors]int{}
	}
	w.chunk = 1 + w.rnd.IntN(60)
	w.assemble()
	if err := w.pairUp(); err != nil {
		return nil, errors.Join(err, w.close())
	}
	return w, nil
}

// memory is a folder whose disk is memory, where there is one: a schedule syncs
// hundreds of times, and what a power failure leaves is not its subject.
func memory() string {
	const shm = "/dev/shm"
	if info, err := os.Stat(shm); err == nil && info.IsDir() {
		if f, err := os.CreateTemp(shm, "dunlin-*"); err == nil {
			_ = f.Close()
			if os.Remove(f.Name()) == nil {
				return shm
			}
		}
	}
	return ""
}

// close ends all services and removes their folders.
func (w *world) close() error {
	var all []error
	for _, s := range w.services {
		all = append(all, s.stop())
	}
	return errors.Join(append(all, os.RemoveAll(w.dir), os.RemoveAll(w.dir+"-kept"))...)
}

func (w *world) logf(format string, args ...any) {
	fmt.Fprintf(&w.log, "%s ", time.Unix(int64(w.now), 0).UTC().Format("02 15:04:05"))
	fmt.Fprintf(&w.log, format+"\n", args...)
}

// violate notes what must not be. The first is what counts.
func (w *world) violate(format string, args ...any) {
	err := fmt.Errorf("%w: "+format, append([]any{ErrViolated}, args...)...)
	w.logf("VIOLATED: %v", err)
	if w.wrong == nil {
		w.wrong = err
	}
}

func (w *world) clock(who role) func() plan.Time {
	return func() plan.Time {
		now := w.now + w.skew[who]
		if w.fault.Clock != nil {
			now = w.fault.Clock(who, now)
		}
		return now
	}
}

// nameOf is what logs call a batch: digests differ from run to run.
func (w *world) nameOf(b message.Batch) string {
	if p := w.period(b); p != nil {
		return p.name
	}
	return "an unknown batch"
}

func (w *world) period(b message.Batch) *period {
	for _, p := range w.batches {
		if p.Batch == b {
			return p
		}
	}
	return nil
}

// send posts a report as a device does, over the network as it is.
func (w *world) send(text []byte) (status int, err error) {
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, "http://"+hostPublic+"/v1/reports", strings.NewReader(string(text)))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Content-Type", "application/octet-stream")
	res, err := w.net.client("device").Do(r)
	if err != nil {
		return 0, err
	}
	return res.StatusCode, res.Body.Close()
}
