package ledger

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// model is the plainest possible ledger: it forgets nothing, not even what a
// damaged ledger forgot.
type model struct {
	spent          map[Date]NanoRho
	latest         Date // last date charged since the last damage
	any            bool
	bar            Date // refused up to here
	damaged        bool
	serial         uint64
	capDay, capSum NanoRho
}

func (m *model) window(d Date) (sum NanoRho) {
	for i := range Date(30) {
		sum += m.spent[d-i]
	}
	return sum
}

func (m *model) spend(d Date, c NanoRho) error {
	switch {
	case c == 0:
		return ErrCharge
	case m.damaged && d <= m.bar:
		return ErrExhausted
	case m.any && d <= m.latest:
		return ErrPast
	case c > m.capDay || m.window(d)+c > m.capSum:
		return ErrExhausted
	}
	m.spent[d], m.latest, m.any, m.damaged = c, d, true, false
	return nil
}

// TestModel makes random calls on a Ledger and on the model, with clocks that
// jump both ways, stored bytes read back and stored bytes damaged. Both must
// answer alike, and no window of 30 dates nor any date may exceed its cap,
// counting what a damaged ledger no longer knows.
func TestModel(t *testing.T) {
	for name, capSum := range map[string]NanoRho{
		"compiled caps": Cap30,
		"tight window":  4*CapDay + 12345,
	} {
		t.Run(name, func(t *testing.T) {
			refused := map[error]int{}
			for seed := range uint64(2000) {
				r := rand.New(rand.NewPCG(seed, 30))
				m := &model{spent: map[Date]NanoRho{}, capDay: CapDay, capSum: capSum}
				var l Ledger
				now, newest := today, today
				for range 120 {
					switch r.IntN(20) {
					case 0: // the clock jumps
						now += Date(r.IntN(200) - 100)
					case 1, 2: // stored and read back
						b, err := l.AppendBinary(nil)
						require.NoError(t, err)
						again, err := Decode(b)
						require.NoError(t, err)
						require.Equal(t, l, again)
						l = again
					case 3:
						serial := r.Uint64N(10)
						err := l.Accept(serial)
						require.Equal(t, serial < m.serial, err != nil)
						m.serial = max(m.serial, serial)
						require.Equal(t, m.serial, l.Serial())
					case 4:
						if r.IntN(8) > 0 {
							break
						}
						// Damaged, and the clock is not behind the newest charge.
						b, _ := l.AppendBinary(nil)
						b[r.IntN(len(b))] ^= byte(1 + r.IntN(255))
						_, err := Decode(b)
						require.ErrorIs(t, err, ErrDamaged)
						now = max(now, newest)
						l = Exhausted(now)
						m.damaged, m.bar, m.any, m.serial = true, now+29, false, 0
					default:
						now += Date(r.IntN(3))
						c := []NanoRho{daily, CapDay, CapDay + 1, 0, NanoRho(r.Uint64N(uint64(CapDay)))}[r.IntN(5)]
						want := m.spend(now, c)
						before := l
						require.Equal(t, want, l.spend(now, c, CapDay, capSum), "seed %d", seed)
						if want != nil {
							refused[want]++
							require.Equal(t, before, l)
							break
						}
						newest = max(newest, now)
						require.True(t, l.Charged(now))
						last, ok := l.Last()
						require.True(t, ok && last == now)
						// Every window that holds a charge is within one that
						// ends with a charge; this is the newest of those.
						require.LessOrEqual(t, m.window(now), capSum)
						require.LessOrEqual(t, m.spent[now], CapDay)
					}
					if m.any {
						ahead := m.latest + Date(r.IntN(40))
						require.Equal(t, m.window(ahead), l.Window(ahead), "seed %d", seed)
						back := m.latest - Date(r.IntN(Days))
						if _, known := m.spent[back]; known && l.Spent(back) == 0 {
							require.Zero(t, m.window(m.latest)-l.Window(m.latest), "forgot a charge that counts")
						} else {
							require.Equal(t, m.spent[back], l.Spent(back))
						}
					}
				}
				for d := range m.spent {
					require.LessOrEqual(t, m.window(d), capSum, "seed %d, window ending %d", seed, d)
					require.LessOrEqual(t, m.spent[d], CapDay)
				}
			}
			for _, err := range []error{ErrCharge, ErrExhausted, ErrPast} {
				require.Greater(t, refused[err], 1000, "the sequences hardly reach %v", err)
			}
		})
	}
}
