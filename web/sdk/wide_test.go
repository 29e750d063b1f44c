package sdk_test

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/edge"
	"github.com/dunlin-analytics/dunlin/edge/edgetest"
	"github.com/dunlin-analytics/dunlin/edge/profile"
	"github.com/dunlin-analytics/dunlin/edge/reach"
	"github.com/dunlin-analytics/dunlin/edge/recommend"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
	"github.com/dunlin-analytics/dunlin/wasm/abi"
)

const wideFile = "testdata/wide.json"

type page = map[string]any

// wide is one plan of format 3 and what a device says under it.
type wide struct {
	Published hexBytes      `json:"published"`
	Names     page          `json:"names"`
	Cells     []cell        `json:"cells"`
	Events    []eventVector `json:"events"`
	Catalogue struct {
		Items []page   `json:"items"`
		Bytes hexBytes `json:"bytes"`
	} `json:"catalogue"`
	Recommend struct {
		Ask    hexBytes `json:"ask"` // what follows the instant: list, topics, item at hand
		Page   page     `json:"page"`
		Answer hexBytes `json:"answer"`
		Picks  []page   `json:"picks"`
	} `json:"recommend"`
	Reach []struct {
		Answer hexBytes `json:"answer"`
		Says   page     `json:"says"`
	} `json:"reach"`
	Facts struct {
		Answer     hexBytes `json:"answer"`
		Segment    string   `json:"segment"`
		Variables  []page   `json:"variables"`
		Attributes []page   `json:"attributes"`
		Interests  []page   `json:"interests"`
	} `json:"facts"`
	Budget struct {
		Answer hexBytes `json:"answer"`
		Says   page     `json:"says"`
	} `json:"budget"`
}

// TestWideVectors: the committed vectors of format 3 are those that today's code makes.
func TestWideVectors(t *testing.T) {
	var all []wide
	kinds := map[plan.EventKind]bool{}
	for seed := range uint64(8) {
		all = append(all, wideOf(t, seed, kinds))
	}
	for kind := plan.View; kind <= plan.Responded; kind++ {
		require.True(t, kinds[kind], "no event of kind %d", kind)
	}
	want, err := json.Marshal(all)
	require.NoError(t, err)
	// A line each plan: a change shows where it is.
	want = append(bytes.ReplaceAll(want, []byte(`},{"published"`), []byte("},\n{\"published\"")), '\n')
	if *update {
		require.NoError(t, os.WriteFile(wideFile, want, 0o644))
	}
	got, err := os.ReadFile(wideFile)
	require.NoError(t, err)
	require.True(t, bytes.Equal(got, want), "out of date: go test ./web/sdk -run TestWideVectors -update")
}

func wideOf(t *testing.T, seed uint64, kinds map[plan.EventKind]bool) wide {
	rng := edgetest.Rand(seed)
	p := edgetest.Wide(rng)
	for !edgetest.Valid(p) {
		p = edgetest.Wide(rng)
	}
	var d edge.Device
	v := wide{Published: edgetest.Publish(p), Names: wideNames(p), Cells: cellsOf(p)}
	require.NoError(t, d.UsePlan(v.Published))
	now := p.Periods[0].Start + 9*plan.Hour
	for range 60 {
		e := edgetest.Any(rng, p)
		if e.Kind == plan.Dwell && seed == 0 { // the most that a page may tell
			e.Seconds = math.MaxUint16
		}
		if e.Kind == plan.Responded { // a page does not say by which channel
			e.Channel = uint8(p.Messages[e.Message].Channel(0))
		}
		kinds[e.Kind] = true
		require.NoError(t, d.Track(now, e))
		v.Events = append(v.Events, eventVector{pageOf(p, e), edge.AppendEvent(nil, e)})
		now += 30
	}

	var items []recommend.Item
	for i := range 12 {
		it := recommend.Item{
			Key: uint64(profile.KeyOf("item" + strconv.Itoa(i))), Topics: rng.Uint64() & (1<<len(p.Topics) - 1),
			Price: rng.Int64N(20_000), Added: int32(20_000 + rng.IntN(500)), Skill: uint8(rng.IntN(len(p.Skills) + 1)),
		}
		js := page{
			"id": "item" + strconv.Itoa(i), "topics": topicsOf(p, it.Topics), "price": float64(it.Price) / 100,
			"added": plan.Date(it.Added).String(),
		}
		if it.Skill > 0 {
			it.Difficulty = float64(rng.IntN(81)-40) / 8
			js["skill"], js["difficulty"] = p.Skills[it.Skill-1], it.Difficulty
		}
		items, v.Catalogue.Items = append(items, it), append(v.Catalogue.Items, js)
	}
	v.Catalogue.Bytes = recommend.Encode(items)
	require.NoError(t, d.UseCatalogue(0, v.Catalogue.Bytes))

	random := bytes.NewReader(bytes.Repeat([]byte{byte(seed)}, 1<<10))
	ask := edge.Ask{Page: 1, Current: items[3].Key}
	v.Recommend.Ask = abi.RecommendMessage{Ask: ask}.Append(nil)[8:]
	v.Recommend.Page = page{"list": p.Lists[0].Name, "topics": topicsOf(p, 1), "current": "item3"}
	var picks []recommend.Pick
	require.NoError(t, d.Recommend(now, ask, random, &picks))
	v.Recommend.Answer = abi.AppendPicks(nil, picks)
	reasons := []string{"", "viewed", "interest", "popular", "new", "price", "page", "level", "next"}
	for _, it := range picks {
		topic := ""
		if it.Topic != recommend.NoTopic {
			topic = p.Topics[it.Topic]
		}
		v.Recommend.Picks = append(v.Recommend.Picks, page{"id": v.Catalogue.Items[it.Item]["id"], "reason": reasons[it.Reason], "topic": topic})
	}

	for m := range p.Messages {
		var a reach.Answer
		require.NoError(t, d.Reach(now, m, random, &a))
		v.Reach = append(v.Reach, struct {
			Answer hexBytes `json:"answer"`
			Says   page     `json:"says"`
		}{abi.AppendAnswer(nil, &a), reachOf(p, a)})
	}
	v.factsOf(t, p, &d, now)
	b := d.Budget(now)
	v.Budget.Answer = abi.AppendBudget(nil, b)
	r := wire.NewReader(v.Budget.Answer)
	v.Budget.Says = page{}
	for _, name := range []string{"today", "month", "year", "capToday", "capMonth"} {
		v.Budget.Says[name] = r.U64()
	}
	v.Budget.Says["reports"] = b.Reports
	return v
}

func reachOf(p *plan.Plan, a reach.Answer) page {
	says := page{"channel": "", "at": a.At, "habit": a.Habit, "quiet": a.Quiet}
	if a.Refused != 0 {
		says["why"] = map[reach.Refusal]string{reach.NotFor: "not-for", reach.Capped: "capped"}[a.Refused]
		return says
	}
	says["channel"] = p.Channels[a.Channel]
	says["why"] = map[reach.Why]string{reach.Own: "own", reach.Everyone: "everyone", reach.Order: "order", reach.Held: "holdout"}[a.Why]
	return says
}

func (v *wide) factsOf(t *testing.T, p *plan.Plan, d *edge.Device, now plan.Time) {
	b, err := d.AppendFacts(now, nil)
	require.NoError(t, err)
	v.Facts.Answer = b
	r := wire.NewReader(b)
	for range r.Uvarint() {
		index, known, value := int(r.Byte()), r.Bool(), r.Float()
		name, says := variableOf(p, index, value)
		if !known {
			says = nil
		}
		fact := page{"name": name, "value": says}
		if index >= plan.VarAttribute && index < plan.VarAffinity {
			a := p.Attributes[index-plan.VarAttribute]
			fact["kind"] = map[plan.AttributeType]string{plan.Flag: "flag", plan.Number: "number", plan.Choice: "choice"}[a.Type]
			v.Facts.Attributes = append(v.Facts.Attributes, fact)
			continue
		}
		v.Facts.Variables = append(v.Facts.Variables, fact)
	}
	for range r.Uvarint() {
		topic := p.Topics[r.Byte()]
		v.Facts.Interests = append(v.Facts.Interests, page{"topic": topic, "sums": []float64{r.Float(), r.Float(), r.Float(), r.Float(), r.Float()}})
	}
	v.Facts.Segment = p.Segments[r.Byte()].Name
	require.NoError(t, r.Close())
}

// variableOf names a variable and says its value as a page does.
func variableOf(p *plan.Plan, index int, value float64) (string, any) {
	i := int(value)
	of := func(texts []string) any {
		if i < len(texts) {
			return texts[i]
		}
		return nil
	}
	switch {
	case index >= plan.VarAbility:
		return "ability." + p.Skills[index-plan.VarAbility], value
	case index >= plan.VarAffinity:
		return "affinity." + p.Topics[index-plan.VarAffinity], value
	case index >= plan.VarAttribute:
		a := p.Attributes[index-plan.VarAttribute]
		switch a.Type {
		case plan.Flag:
			return a.Name, value == 1
		case plan.Choice:
			return a.Name, of(a.Values)
		}
		return a.Name, value
	}
	x := plan.Variables[index]
	switch index {
	case plan.VarTopTopic:
		return x.Name, of(p.Topics)
	case plan.VarPayment:
		return x.Name, of(p.Payments)
	case plan.VarEntry:
		return x.Name, of(p.Pages)
	}
	if x.Texts != nil {
		return x.Name, of(x.Texts)
	}
	return x.Name, value
}
