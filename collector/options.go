package collector

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"github.com/dunlin-analytics/dunlin/collector/spool"
	"github.com/dunlin-analytics/dunlin/privacy/report"
)

// Options of a Collector.
type Options struct {
	// Dir holds plans, priors and the spool. Required; made when missing.
	Dir string
	// Verify returns the published bytes inside a signed plan if the officer
	// signed them. Required.
	Verify func(signed []byte) (published []byte, err error)
	// Clock tells the time that periods open and close by. Required.
	Clock func() time.Time
	// SealedSize returns the bytes of a sealed share from its plaintext's
	// (seal.SealedSize). If it is set, a report whose sealed shares have
	// another size than its plan gives them is malformed. Optional.
	SealedSize func(plain int) int
	// Module is served under its SHA-256. Optional.
	Module []byte
	// ModuleBrotli is Module under brotli, for who accepts it. Optional.
	ModuleBrotli []byte
	// Scripts are the files for browsers (the folder that web.SDK returns):
	// dunlin.js, which is served as Paths.Script, dunlin-push.js, and scripts named by
	// the first digits of their SHA-256, each with NAME.br beside it where there is one.
	// They are read by Open. Optional.
	Scripts fs.FS
	// Paths are the names that visitors use. Default: DefaultPaths.
	Paths Paths
	// MaxBody is the largest report taken, in bytes. Default and most:
	// report.MaxSize.
	MaxBody int
	// MaxPriors is the largest priors file taken, in bytes. Default 1 MiB.
	MaxPriors int
	// QueueLimit is how many reports may wait for the disk; more are told to
	// come back. Default 4,096.
	QueueLimit int
	// UploadBytes bounds the buffers of reports that arrive and that wait for the
	// disk; each has 16 KiB, or room for MaxBody. More are told to come back. What
	// net/http needs for each connection comes on top. Default 128 MiB.
	UploadBytes int64
	// Quota is what each site may send. Default: as much as it likes.
	Quota Quota
	// PerAddress is what each network address may send. Default: addresses are not
	// looked at.
	PerAddress PerAddress
	// KeepFree is how many bytes of the disk below Dir are left free: with fewer,
	// reports are refused, and what is there can still be closed, pulled and
	// deleted. Default 64 MiB; negative for none.
	KeepFree int64
	// Keep is how long after its period a batch is kept at most, see Sweep: longer
	// than the aggregators try to release one. Default: DefaultKeep.
	Keep time.Duration
	// Step hears of every durable step of the spool (see there) and of plans and
	// priors: plan, priors and pointer, each with .write beside the file's name and
	// .rename to it, and priors.remove. For simulations. Default: nobody.
	Step spool.Step
	// Log hears of damaged files, failing disks and defects; never of requests.
	// Default: nobody.
	Log *slog.Logger
}

func (o *Options) check() error {
	switch {
	case o.Dir == "":
		return errors.New("collector: Dir is required")
	case o.Verify == nil:
		return errors.New("collector: Verify is required")
	case o.Clock == nil:
		return errors.New("collector: Clock is required")
	case o.MaxBody < 0 || o.MaxBody > report.MaxSize:
		return fmt.Errorf("collector: MaxBody is 1 to %d, or 0 for the most", report.MaxSize)
	case o.MaxPriors < 0:
		return errors.New("collector: MaxPriors is positive, or 0 for the default")
	case o.QueueLimit < 0:
		return errors.New("collector: QueueLimit is positive, or 0 for the default")
	}
	if o.UploadBytes == 0 {
		o.UploadBytes = 128 << 20
	}
	if o.UploadBytes < 2*report.MaxSize {
		return fmt.Errorf("collector: UploadBytes is at least %d, or 0 for the default", 2*report.MaxSize)
	}
	if err := errors.Join(o.Quota.check(), o.PerAddress.check()); err != nil {
		return err
	}
	if o.Keep < 0 || o.Keep%time.Second != 0 {
		return errors.New("collector: Keep is whole seconds, or 0 for the default")
	}
	if err := o.Paths.Check(); err != nil {
		return fmt.Errorf("collector: Paths: %w", err)
	}
	o.Paths = o.Paths.Or(DefaultPaths)
	if o.MaxBody == 0 {
		o.MaxBody = report.MaxSize
	}
	if o.MaxPriors == 0 {
		o.MaxPriors = 1 << 20
	}
	if o.Keep == 0 {
		o.Keep = DefaultKeep
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return nil
}
