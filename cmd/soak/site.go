package soak

import (
	"fmt"
	"math/rand/v2"
	"net"

	"github.com/dunlin-analytics/dunlin/cmd/service"
)

// planOf is the plan of the nth site: few cells, so that a run has many reports.
func planOf(n int) []byte {
	return fmt.Appendf(nil, `
site: site-%d.example
timezone: UTC
period: day
serial: 1
starts: 2026-06-01
ends: 2026-07-31
budget: {epsilon: 1}
consent: ask
segments:
  - name: regulars
    rule: orders >= 1
  - name: others
funnel: [{visit: view}, {cart: cart}, {order: order}]
metrics: [audience, funnel]
`, n)
}

// The ports that systems do not hand out to connections, so that a service that is
// killed finds its own free when it is back.
const firstPort, ports = 12_000, 18_000

// freeAddresses finds where the three services can listen.
func freeAddresses() (at service.Addresses, err error) {
	for _, a := range []*string{&at.Public, &at.Inner, &at.Helper} {
		for range 100 {
			var l net.Listener
			if l, err = net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", firstPort+rand.IntN(ports))); err == nil {
				*a = l.Addr().String()
				err = l.Close()
				break
			}
		}
		if err != nil {
			return at, fmt.Errorf("find a free port: %w", err)
		}
	}
	return at, nil
}
