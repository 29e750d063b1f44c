package collector

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strconv"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
)

// encoded is one content in the forms that clients take.
type encoded struct {
	plain  []byte
	brotli []byte        // nil: there is none
	gzip   func() []byte // made when the first client asks; nil where it is not worth it
}

var errStale = errors.New("its brotli form holds other bytes: build both again")

// worthPacking is the size below which a header costs what packing saves.
const worthPacking = 1024

// encode returns content with its brotli form, which may be nil.
//
// Errors: errStale.
func encode(plain, packed []byte) (*encoded, error) {
	e := &encoded{plain: plain}
	if packed != nil {
		r := io.LimitReader(brotli.NewReader(bytes.NewReader(packed)), int64(len(plain))+1)
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, plain) {
			return nil, errStale
		}
		e.brotli = packed
	}
	if len(plain) > worthPacking {
		e.gzip = sync.OnceValue(func() []byte { return zip(plain) })
	}
	return e, nil
}

func zip(plain []byte) []byte {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err == nil {
		_, err = w.Write(plain)
	}
	if err = errors.Join(err, w.Close()); err != nil {
		panic(err) // the level is right, and a buffer takes everything
	}
	return b.Bytes()
}

// negotiated reports whether clients get different forms.
func (e *encoded) negotiated() bool { return e.brotli != nil || e.gzip != nil }

// best returns the form that a client prefers by its Accept-Encoding (RFC 9110,
// section 12.5.3), the smallest where it has no preference, and its name, which is
// empty for the plain one. Who refuses all forms gets the plain one.
func (e *encoded) best(accept string) (body []byte, name string) {
	var most float64
	consider := func(coding string, there bool) {
		if q := quality(accept, coding); there && q > most {
			most, name = q, coding
		}
	}
	consider("br", e.brotli != nil)
	consider("gzip", e.gzip != nil)
	// The plain form needs no mention to be accepted, but is preferred only by it.
	if q, mentioned := mention(accept, "identity"); mentioned && q > most {
		name = ""
	}
	switch name {
	case "br":
		return e.brotli, name
	case "gzip":
		return e.gzip(), name
	}
	return e.plain, ""
}

// quality returns how much a header wants a coding, 0 to 1: by its name, or else
// by "*".
func quality(header, coding string) float64 {
	if q, ok := mention(header, coding); ok {
		return q
	}
	q, _ := mention(header, "*")
	return q
}

// mention returns the weight that a header gives a name, if it does. What cannot
// be read counts as not said.
func mention(header, name string) (q float64, ok bool) {
	for item := range strings.SplitSeq(header, ",") {
		coding, parameter, weighed := strings.Cut(item, ";")
		if !strings.EqualFold(strings.TrimSpace(coding), name) {
			continue
		}
		if !weighed {
			return 1, true
		}
		key, value, _ := strings.Cut(parameter, "=")
		q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		if !strings.EqualFold(strings.TrimSpace(key), "q") || err != nil || !(q >= 0 && q <= 1) {
			return 0, false
		}
		return q, true
	}
	return 0, false
}
