package leader

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/dunlin-analytics/dunlin/aggregator/batch"
	"github.com/dunlin-analytics/dunlin/aggregator/message"
	"github.com/dunlin-analytics/dunlin/aggregator/problem"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/report"
)

// ErrAnswer: a service answered with something that the protocol does not have.
var ErrAnswer = errors.New("leader: the answer is not what the protocol asks for")

func waiting(err error) bool { return errors.Is(err, problem.PeriodOpen) }

// call sends body and returns at most limit bytes of the answer.
func (s Service) call(ctx context.Context, method, path string, body []byte, limit int) ([]byte, error) {
	res, err := s.open(ctx, method, path, body)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, int64(limit)+1))
	if err != nil {
		return nil, err
	}
	if len(b) > limit && limit > 0 {
		return nil, ErrAnswer
	}
	return b, nil
}

// open sends body and returns a successful answer, whose Body is to be closed.
func (s Service) open(ctx context.Context, method, path string, body []byte) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, s.URL+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/octet-stream")
	}
	res, err := s.Client.Do(req)
	if err != nil {
		return nil, err
	}
	if res.StatusCode/100 != 2 {
		defer res.Body.Close()
		return nil, problem.Read(res)
	}
	return res, nil
}

func pathOf(b message.Batch) string { return "/v1/batches/" + b.Plan.String() + "/" + b.Date.String() }

// errClosed: the helper takes nothing more for this batch.
var errClosed = errors.New("the helper has closed the batch")

// ask posts a message about a batch to the helper.
func (l *Leader) ask(ctx context.Context, b message.Batch, verb string, body []byte, limit int) ([]byte, error) {
	answer, err := l.opt.Helper.call(ctx, http.MethodPost, pathOf(b)+"/"+verb, body, limit)
	if errors.Is(err, problem.BatchClosed) {
		err = fmt.Errorf("%w: %w", errClosed, err)
	}
	if err != nil {
		return nil, fmt.Errorf("helper, %s: %w", verb, err)
	}
	return answer, nil
}

// frozen is the collector's answer when a period is closed.
type frozen struct {
	Reports    uint64   `json:"reports"`
	Repeated   uint64   `json:"repeated"`
	Superseded uint64   `json:"superseded"`
	Partitions []uint64 `json:"partitions"`
}

// freeze closes the period at the collector.
func (l *Leader) freeze(ctx context.Context, b message.Batch) (f frozen, err error) {
	body, err := l.opt.Collector.call(ctx, http.MethodPost, pathOf(b)+"/close", nil, 64<<10)
	if err != nil {
		return f, fmt.Errorf("collector, close: %w", err)
	}
	if json.Unmarshal(body, &f) != nil || len(f.Partitions) != batch.Partitions {
		return f, fmt.Errorf("collector, close: %w", ErrAnswer)
	}
	return f, nil
}

// page reads up to limit reports of a partition, after an ID if there is one.
func (l *Leader) page(ctx context.Context, b message.Batch, partition byte, begun bool, after plan.ReportID, limit uint64) (reports [][]byte, more bool, err error) {
	path := fmt.Sprintf("%s/partitions/%d?limit=%d", pathOf(b), partition, limit)
	if begun {
		path += "&after=" + after.String()
	}
	res, err := l.opt.Collector.open(ctx, http.MethodGet, path, nil)
	if err != nil {
		return nil, false, fmt.Errorf("collector, page: %w", err)
	}
	defer res.Body.Close()
	var size [4]byte
	for {
		_, err := io.ReadFull(res.Body, size[:])
		if err == io.EOF {
			break
		}
		n := binary.BigEndian.Uint32(size[:])
		if err != nil || n > report.MaxSize || uint64(len(reports)) == limit {
			return nil, false, fmt.Errorf("collector, page: %w", ErrAnswer)
		}
		frame := make([]byte, n)
		if _, err := io.ReadFull(res.Body, frame); err != nil {
			return nil, false, fmt.Errorf("collector, page: %w", err)
		}
		reports = append(reports, frame)
	}
	return reports, res.Header.Get("Dunlin-More") == "true", nil
}

// SealedShare fetches one report of a frozen or running period from the
// collector and returns the share that was sealed to role, a plain age file.
func SealedShare(ctx context.Context, collector Service, b message.Batch, id plan.ReportID, role report.Role) ([]byte, error) {
	body, err := collector.call(ctx, http.MethodGet, pathOf(b)+"/reports/"+id.String(), nil, report.MaxSize)
	if err != nil {
		return nil, fmt.Errorf("collector, report: %w", err)
	}
	r, err := report.Parse(body)
	if err != nil || r.ID != id {
		return nil, fmt.Errorf("collector, report: %w", ErrAnswer)
	}
	switch role {
	case report.Leader:
		return r.Leader, nil
	case report.Helper:
		return r.Helper, nil
	}
	return nil, fmt.Errorf("%s: %w", role, ErrOptions)
}
