package service

import (
	"errors"
	"fmt"
	"io"
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/dunlin-analytics/dunlin/collector"
	"github.com/dunlin-analytics/dunlin/privacy/ledger"
	"github.com/dunlin-analytics/dunlin/privacy/noise"
	"github.com/dunlin-analytics/dunlin/privacy/peer"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Floors are what a helper asks of every plan, whoever sends it. Zeros are the
// product's own bounds, which no floor is below.
type Floors struct {
	MinBatch uint32         // smallest min batch
	Cap      ledger.NanoRho // largest charge of one report
	Cells    int            // longest measurement
}

// floorDelta is the delta that a floor's epsilon is for, as that of a plan's budget.
const floorDelta noise.Delta = 1e-6

const (
	wantMinBatch = "reports in a batch, a whole number from %d"
	wantEpsilon  = "the largest epsilon of one report at delta 1e-6, above 0 and at most 1"
	wantCells    = "cells of the longest measurement, 1 to %d"
	wantQuota    = "reports a second that each site may send, above 0"
	wantBurst    = "reports that a site may send at once after a pause, a whole number from 1"
	wantAddr     = "reports a minute that one network address may send, a whole number from 1"
	wantProxies  = "networks of the proxies in front, as 10.0.0.0/8"
)

// floors reads the section floors.
func (s *fields) floors() (f Floors) {
	section := s.section("floors", "min_batch", "epsilon", "cells")
	if section == nil {
		return f
	}
	f.MinBatch = uint32(section.whole("min_batch", fmt.Sprintf(wantMinBatch, plan.MinBatchFloor), plan.MinBatchFloor, math.MaxUint32))
	f.Cells = int(section.whole("cells", fmt.Sprintf(wantCells, plan.MaxCells), 1, plan.MaxCells))
	section.optional("epsilon", wantEpsilon, func(v string) error {
		e, err := strconv.ParseFloat(v, 64)
		if err != nil || !(e > 0 && e <= 1) {
			return errors.New("out of range")
		}
		rho, err := noise.RhoFor(noise.Epsilon(e), floorDelta)
		if err != nil {
			return err
		}
		// Up, as a report's charge is; at 1 it is the devices' cap.
		f.Cap = min(ledger.NanoRho(math.Ceil(float64(rho)*1e9)), ledger.CapDay)
		if f.Cap == 0 {
			return errors.New("no price")
		}
		return nil
	})
	return f
}

// Limits are what a collector takes. Zeros are no limits.
type Limits struct {
	Quota      float64 // reports a second of each site
	Burst      int     // of a site at once
	PerAddress int     // reports a minute of one address
	Proxies    []netip.Prefix
}

// limits reads the section limits.
func (s *fields) limits() (l Limits) {
	section := s.section("limits", "quota", "burst", "per_address", "trusted_proxies")
	if section == nil {
		return l
	}
	section.optional("quota", wantQuota, func(v string) (err error) {
		l.Quota, err = strconv.ParseFloat(v, 64)
		if err == nil && !(l.Quota > 0 && l.Quota <= 1e9) {
			err = errors.New("out of range")
		}
		return err
	})
	l.Burst = int(section.whole("burst", wantBurst, 1, math.MaxInt32))
	l.PerAddress = int(section.whole("per_address", wantAddr, 1, math.MaxInt32))
	if _, ok := section.values["trusted_proxies"]; ok {
		section.oneOrMore("trusted_proxies", wantProxies, func(v string) error {
			n, err := netip.ParsePrefix(v)
			l.Proxies = append(l.Proxies, n)
			return err
		})
	}
	for _, o := range []struct {
		name, needs string
	}{{"burst", "quota"}, {"trusted_proxies", "per_address"}} {
		if v, ok := section.values[o.name]; ok && section.values[o.needs].node == nil {
			section.faults.add(v.at, section.key(o.name), "nothing that it is of", o.needs+" beside it")
		}
	}
	return l
}

func (l Limits) quota() collector.Quota {
	return collector.Quota{PerSecond: l.Quota, Burst: l.Burst}
}

func (l Limits) perAddress(random io.Reader) collector.PerAddress {
	p := collector.PerAddress{PerMinute: l.PerAddress, Trusted: l.Proxies}
	if l.PerAddress > 0 {
		p.Random = random
		p.After = func(d time.Duration, f func()) func() bool { return time.AfterFunc(d, f).Stop }
	}
	return p
}

// whole returns the whole number at name, or 0 without one.
func (s *fields) whole(name, accepted string, least, most uint64) (n uint64) {
	s.optional(name, accepted, func(v string) (err error) {
		n, err = strconv.ParseUint(v, 10, 64)
		if err == nil && (n < least || n > most) {
			err = errors.New("out of range")
		}
		return err
	})
	return n
}

// leaders reads the section of the leaders that a helper serves, by name.
func (s *fields) leaders() (all []Admitted) {
	v, ok := s.values["leaders"]
	if !ok {
		return nil
	}
	switch v.node.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
	default:
		s.faults.add(place(v.node.GetToken()), "leaders", "not a mapping", wantLeaders)
		return nil
	}
	section := s.faults.mapping(v, "leaders", nil)
	if section == nil {
		return nil
	}
	for name, v := range section.values { // sorted below
		if !named(name) {
			section.faults.add(v.at, section.key(name), "no name", wantName)
			continue
		}
		l := Admitted{Name: name}
		switch v.node.(type) {
		case *ast.MappingNode, *ast.MappingValueNode:
			if one := section.section(name, "key", "former"); one != nil {
				l.Keys, l.Former = one.peers("key", "leader"), one.former("leader")
			}
		default:
			section.oneOrMore(name, wantLeaders, func(v string) error {
				k, err := peer.ParseKey(v)
				l.Keys = append(l.Keys, k)
				return err
			})
		}
		all = append(all, l)
	}
	slices.SortFunc(all, func(a, b Admitted) int { return strings.Compare(a.Name, b.Name) })
	return all
}
