package abi

import "github.com/dunlin-analytics/dunlin/privacy/report"

// Version of the boundary: of the layouts and numbers of this package.
const Version = 3

// Op is an operation of call.
type Op uint32

// The operations; the package comment draws their messages.
const (
	OpPlan    Op = 1
	OpLoad    Op = 2
	OpTrack   Op = 3
	OpSave    Op = 4
	OpMeasure Op = 5
	OpReport  Op = 6
	OpFrame   Op = 7
	OpForget  Op = 8
	OpInfo    Op = 9
	OpClear   Op = 10
	OpReset   Op = 11
	OpPriors  Op = 12
	OpChoose  Op = 13
	OpAgain   Op = 14

	OpCatalogue Op = 15
	OpRecommend Op = 16
	OpReach     Op = 17
	OpFacts     Op = 18
	OpErase     Op = 19
	OpBudget    Op = 20
	OpExport    Op = 21
	OpImport    Op = 22
	OpSurveys   Op = 23
)

// BufferSize is the length of the one buffer. The largest messages are a plan
// (64 KiB), two sealed shares (80 KiB and a head) and a report's answer: the
// leader's plaintext of 1,024 cells at chunk length 1, the worst, is 81 KiB,
// and a state at most 16.
const BufferSize = 112 << 10

// HeadSize is the length of a report's head.
const HeadSize = report.HeadSize
