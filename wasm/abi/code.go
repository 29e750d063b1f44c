package abi

import (
	"errors"

	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/edge/choose"
	"github.com/dunlin-analytics/dunlin/edge/recommend"
	"github.com/dunlin-analytics/dunlin/privacy/ledger"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
	"github.com/dunlin-analytics/dunlin/privacy/share"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// Code is a negative answer of call. The numbers are part of the boundary:
// append, never renumber. -1 to -19 are the boundary's own, -20 to -39 package
// edge's, -40 to -79 those of a plan's bytes and parameters, from -80 on priors'.
type Code int32

// Panicked is the one code after which the instance must be dropped.
const Panicked Code = -1

// Errors of the boundary itself.
var (
	// ErrPanicked: a broken invariant inside the module. The instance answers
	// nothing more.
	ErrPanicked = errors.New("module: spoilt by a panic: drop the instance")
	// ErrOp: no such operation.
	ErrOp = errors.New("module: unknown operation")
	// ErrMessage: a message that is not of its operation's layout.
	ErrMessage = errors.New("module: malformed message")
	// ErrNoReport: shares to frame that belong to no report just made.
	ErrNoReport = errors.New("module: no such report waits for its sealed shares")
	// ErrUnsealed: a share to frame that is not an age file. What is not sealed
	// must never reach a report.
	ErrUnsealed = errors.New("module: a share is not sealed")
	// ErrOther: an error without a code of its own; a defect of this table.
	ErrOther = errors.New("module: an error without a code")
	// ErrTooLong: an answer that the buffer cannot hold.
	ErrTooLong = errors.New("module: message or answer longer than the buffer")
)

// codes pairs every error that can cross the boundary with its number. It points
// to the errors' variables, so that the table is data: with their values it would
// be 7 KB of code that fills it in.
var codes = [...]struct {
	code Code
	err  *error
}{
	{Panicked, &ErrPanicked},
	{-2, &ErrOp},
	{-3, &ErrMessage},
	{-4, &ErrNoReport},
	{-5, &ErrUnsealed},
	{-6, &ErrTooLong},
	{-7, &report.ErrMalformed},
	{-19, &ErrOther},

	{-20, &edge.ErrNoPlan},
	{-21, &edge.ErrPlanSerial},
	{-22, &edge.ErrPlanExpired},
	{-23, &edge.ErrPlanChanged},
	{-24, &edge.ErrNoPeriod},
	{-25, &edge.ErrPast},
	{-26, &edge.ErrNothing},
	{-27, &edge.ErrClock},
	{-28, &edge.ErrExhausted},
	{-29, &edge.ErrRandom},
	{-30, &edge.ErrEvent},
	{-31, &edge.ErrPlace},
	{-32, &edge.ErrFact},
	{-33, &edge.ErrCarry},
	{-34, &recommend.ErrCatalogue},

	{-40, &plan.ErrTooLarge},
	{-41, &plan.ErrMagic},
	{-42, &plan.ErrVersion},
	{-43, &plan.ErrHead},
	{-44, &plan.ErrPeriods},
	{-45, &plan.ErrNoise},
	{-46, &plan.ErrRecipient},
	{-47, &plan.ErrConsent},
	{-48, &plan.ErrName},
	{-49, &plan.ErrAttribute},
	{-50, &plan.ErrSegments},
	{-51, &plan.ErrTrigger},
	{-52, &plan.ErrCampaign},
	{-53, &plan.ErrSlot},
	{-54, &plan.ErrMetric},
	{-55, &plan.ErrMeasurable},
	{-56, &plan.ErrRule},
	{-57, &plan.ErrRuleDepth},
	{-58, &plan.ErrRuleVar},
	{-59, &wire.ErrShort},
	{-60, &wire.ErrForm},
	{-61, &wire.ErrTrailing},
	{-62, &share.ErrParams},
	{-63, &ledger.ErrCharge},
	{-64, &plan.ErrPolicy},
	{-65, &plan.ErrDevice},

	{-80, &choose.ErrPriors},
	{-81, &choose.ErrForeign},
	{-82, &choose.ErrOlder},
}

// CodeOf returns the number of an error that the module is to answer.
func CodeOf(err error) Code {
	// The module's own errors arrive as they are; only a wrapped one is worth the
	// search, which takes microseconds in the module.
	for i := range codes {
		if *codes[i].err == err {
			return codes[i].code
		}
	}
	for i := range codes {
		if errors.Is(err, *codes[i].err) {
			return codes[i].code
		}
	}
	return CodeOf(ErrOther)
}

// ErrorOf returns the error that a negative answer stands for: the same value
// that the module's own code returned, for errors.Is. A number that this version
// does not know is ErrOther.
func ErrorOf(c Code) error {
	for i := range codes {
		if codes[i].code == c {
			return *codes[i].err
		}
	}
	return ErrOther
}
