package finding

import "github.com/dunlin-analytics/dunlin/aggregator/insight/panel"

// Hours says, of each segment, in which hours most of its visits begin.
type Hours struct {
	State    State         `json:"state"`
	Segments []SegmentHour `json:"segments"`
}

// SegmentHour is one segment's best hours.
type SegmentHour struct {
	Segment string   `json:"segment"`
	State   State    `json:"state"` // none: two bands are too close to tell
	Band    string   `json:"band"`  // of the visitor's own day
	Share   Estimate `json:"share"` // of the segment's devices
	Next    string   `json:"next"`  // the band that comes nearest
	Ahead   Estimate `json:"ahead"` // by how much larger the share is than the next one's
}

// hours looks at a dimension of the hour, by segment.
func hours(reports []*panel.Report) Hours {
	out := Hours{State: NotAsked, Segments: []SegmentHour{}}
	shares := map[string]map[string][]float64{}
	var segments, bands []string
	for _, r := range reports {
		for i := range r.Sorts {
			s := &r.Sorts[i]
			if s.Variable != "hour" && s.Variable != "usual_hour" {
				continue
			}
			for _, g := range s.Segments {
				total := 0.
				for _, b := range g.Bins {
					total += float64(b.Total.Value)
				}
				if total <= 0 {
					continue
				}
				if shares[g.Name] == nil {
					shares[g.Name] = map[string][]float64{}
					segments = append(segments, g.Name)
				}
				for _, b := range g.Bins {
					if len(segments) == 1 && len(shares[g.Name][b.Name]) == 0 {
						bands = append(bands, b.Name)
					}
					shares[g.Name][b.Name] = append(shares[g.Name][b.Name], float64(b.Total.Value)/total)
				}
			}
			break // one such dimension is enough
		}
	}
	if len(segments) == 0 {
		return out
	}
	out.State = Unknown
	for _, segment := range segments {
		h := SegmentHour{Segment: segment, State: Unknown}
		of := shares[segment]
		best, next := "", ""
		for _, band := range bands {
			m := sampleOf(of[band]).mean
			switch {
			case best == "" || m > sampleOf(of[best]).mean:
				best, next = band, best
			case next == "" || m > sampleOf(of[next]).mean:
				next = band
			}
		}
		if n := len(of[best]); n >= fewest && next != "" && len(of[next]) == n {
			h.State, h.Band, h.Next = None, best, next
			h.Share, _ = sampleOf(of[best]).of()
			// The best of all others is the one that it could be mistaken for; each of them is
			// held against it.
			worst := 0.
			for _, band := range bands {
				if band == best || len(of[band]) != n {
					continue
				}
				var ahead []float64
				for i := range of[best] {
					ahead = append(ahead, of[best][i]-of[band][i])
				}
				e, p := sampleOf(ahead).of()
				if band == next {
					h.Ahead = e
				}
				worst = max(worst, p)
			}
			if worst < level {
				h.State, out.State = Found, Found
			} else if out.State == Unknown {
				out.State = None
			}
		}
		out.Segments = append(out.Segments, h)
	}
	return out
}
