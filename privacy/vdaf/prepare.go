package vdaf

import (
	"github.com/cloudflare/circl/vdaf/prio3/arith/fp128"
	"github.com/cloudflare/circl/vdaf/prio3/mhcv"

	"github.com/dunlin-analytics/dunlin/privacy/share"
)

// Role is an aggregator's place in the protocol; its value is the draft's
// aggregator ID.
type Role uint8

// The two roles.
const (
	Leader Role = 0 // holds the long input share
	Helper Role = 1 // holds the seed of the other
)

// String is "leader" or "helper".
func (r Role) String() string {
	switch r {
	case Leader:
		return "leader"
	case Helper:
		return "helper"
	}
	return "unknown role"
}

// Params are the public parameters of a vector, the same at the device.
type Params = share.Params

// MessageSize is the length of a prep message in bytes.
const MessageSize = 32

// An Aggregator prepares reports of one plan and period in one role. It is not
// safe for concurrent use: give each worker its own. New costs about a
// microsecond (BenchmarkNew), so one a (worker, plan, period) need not be kept.
type Aggregator struct {
	params Params
	role   Role
	key    mhcv.VerifyKey
	vdaf   *mhcv.MultiHotCountVec
}

// State is what an aggregator remembers of a report between Prepare and
// Finish. It has no encoding: after a crash the report is prepared anew.
type State struct {
	state *mhcv.PrepState
}

// OutputShare is an aggregator's share of one valid measurement.
type OutputShare struct {
	cells fp128.Vec
}

// New returns an Aggregator. The context separates plans and periods and must
// be the one that devices gave to Shard; it is copied.
//
// Errors: ErrParams.
func New(p Params, context []byte, key VerifyKey, role Role) (*Aggregator, error) {
	if p.Check() != nil || len(context) > share.MaxContext || role > Helper {
		return nil, ErrParams
	}
	v, err := mhcv.New(2, uint(p.Length), uint(p.Weight), uint(p.Chunk), context)
	if err != nil {
		return nil, ErrParams
	}
	return &Aggregator{params: p, role: role, key: mhcv.VerifyKey(key), vdaf: v}, nil
}

// InputShareSize is the length of this role's input share in bytes.
func (a *Aggregator) InputShareSize() int {
	if a.role == Leader {
		return a.params.LeaderSize()
	}
	return share.HelperSize
}

// PrepShareSize is the length of a prep share in bytes.
func (a *Aggregator) PrepShareSize() int { return fp128.Size*(2+2*a.params.Chunk) + 32 }

// Prepare begins the verification of one report: it returns what to keep until
// Finish, and the prep share that goes to the other aggregator. The bytes may be
// hostile.
//
// Errors: ErrDecode, ErrJointRand, ErrInternal.
// Source: draft-irtf-cfrg-vdaf-13, section 7.2.2 (prep_init).
func (a *Aggregator) Prepare(nonce [16]byte, public, input []byte) (state *State, prepShare []byte, err error) {
	defer refuse(&err, func() { state, prepShare = nil, nil })
	if len(public) != share.PublicSize || len(input) != a.InputShareSize() {
		return nil, nil, ErrDecode
	}
	params := a.vdaf.Params()
	var in mhcv.InputShare
	if in.New(&params, uint(a.role)).UnmarshalBinary(input) != nil {
		return nil, nil, ErrDecode
	}
	n := mhcv.Nonce(nonce)
	s, ps, err := a.vdaf.PrepInit(&a.key, &n, uint8(a.role), mhcv.PublicShare(public), in)
	if err != nil {
		// Its other errors are ruled out above, or need a query point that is a
		// root of unity: 2^-120 by chance.
		return nil, nil, ErrJointRand
	}
	prepShare, err = ps.MarshalBinary()
	if err != nil {
		return nil, nil, ErrInternal
	}
	return &State{s}, prepShare, nil
}

// Combine verifies the proof from both aggregators' prep shares of one report
// and returns the prep message. This is the check that the measurement is valid.
//
// Errors: ErrDecode, ErrProof, ErrInternal.
// Source: draft-irtf-cfrg-vdaf-13, section 7.2.2 (prep_shares_to_prep).
func (a *Aggregator) Combine(leaderShare, helperShare []byte) (message []byte, err error) {
	defer refuse(&err, func() { message = nil })
	params := a.vdaf.Params()
	shares := make([]mhcv.PrepShare, 2)
	for i, b := range [][]byte{leaderShare, helperShare} {
		if len(b) != a.PrepShareSize() || shares[i].New(&params).UnmarshalBinary(b) != nil {
			return nil, ErrDecode
		}
	}
	m, err := a.vdaf.PrepSharesToPrep(shares)
	if err != nil {
		return nil, ErrProof
	}
	message, err = m.MarshalBinary()
	if err != nil {
		return nil, ErrInternal
	}
	return message, nil
}

// Finish takes the prep message of the state's report and returns the output
// share. It uses the state up, whatever it returns. It does not check the proof:
// see the package comment.
//
// Errors: ErrState, ErrDecode, ErrJointRand, ErrInternal.
// Source: draft-irtf-cfrg-vdaf-13, section 7.2.2 (prep_next).
func (a *Aggregator) Finish(s *State, message []byte) (out OutputShare, err error) {
	defer refuse(&err, func() { out = OutputShare{} })
	if s == nil || s.state == nil {
		return OutputShare{}, ErrState
	}
	state := s.state
	s.state = nil
	params := a.vdaf.Params()
	var m mhcv.PrepMessage
	if len(message) != MessageSize || m.New(&params).UnmarshalBinary(message) != nil {
		return OutputShare{}, ErrDecode
	}
	o, err := a.vdaf.PrepNext(state, &m)
	if err != nil {
		return OutputShare{}, ErrJointRand
	}
	// The share's vector is unexported in circl: out by its encoding.
	b, err := o.MarshalBinary()
	if err != nil {
		return OutputShare{}, ErrInternal
	}
	cells := make(fp128.Vec, a.params.Length)
	if cells.UnmarshalBinary(b) != nil {
		return OutputShare{}, ErrInternal
	}
	return OutputShare{cells}, nil
}

// refuse turns a panic of circl on hostile bytes into ErrInternal, so that one
// report cannot take a worker down, and drops the results. The panic's value may
// quote a share and goes nowhere.
func refuse(err *error, drop func()) {
	if recover() != nil {
		*err = ErrInternal
		drop()
	}
}
