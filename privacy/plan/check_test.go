package plan_test

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// Each bound, broken by one step, has its sentinel; and what Encode refuses,
// Decode refuses too.
func TestBounds(t *testing.T) {
	long := strings.Repeat("x", plan.MaxName+1)
	text := strings.Repeat("x", plan.MaxText+1)
	names := func(n int) (out []string) {
		for i := range n {
			out = append(out, string(rune('a'+i/26))+string(rune('a'+i%26)))
		}
		return out
	}
	for name, c := range map[string]struct {
		change func(p *plan.Plan)
		want   error
	}{
		"no site":             {func(p *plan.Plan) { p.Site = "" }, plan.ErrHead},
		"long site":           {func(p *plan.Plan) { p.Site = text }, plan.ErrHead},
		"serial 0":            {func(p *plan.Plan) { p.Serial = 0 }, plan.ErrHead},
		"no zone":             {func(p *plan.Plan) { p.TimeZone = "" }, plan.ErrHead},
		"long zone":           {func(p *plan.Plan) { p.TimeZone = text }, plan.ErrHead},
		"issued before 1970":  {func(p *plan.Plan) { p.Issued = -1 }, plan.ErrHead},
		"issued too late":     {func(p *plan.Plan) { p.Issued = 1<<36 + 1; p.Expires = p.Issued + 1 }, plan.ErrHead},
		"expires when issued": {func(p *plan.Plan) { p.Expires = p.Issued }, plan.ErrHead},
		"expires too late":    {func(p *plan.Plan) { p.Expires = p.Issued + 1<<36 + 1 }, plan.ErrHead},
		"no cadence":          {func(p *plan.Plan) { p.Cadence = 0 }, plan.ErrPeriods},
		"cadence of 2 days":   {func(p *plan.Plan) { p.Cadence = 2 }, plan.ErrPeriods},
		"another cadence":     {func(p *plan.Plan) { p.Cadence = plan.Weekly }, plan.ErrPeriods},
		"801 periods":         {func(p *plan.Plan) { p.Periods = days(p.Periods[0], 801) }, plan.ErrPeriods},
		"a short day":         {func(p *plan.Plan) { p.Periods = p.Periods[:1]; p.Periods[0].End -= 2*plan.Hour + 1 }, plan.ErrPeriods},
		"a long day":          {func(p *plan.Plan) { p.Periods = p.Periods[:1]; p.Periods[0].End += 2*plan.Hour + 1 }, plan.ErrPeriods},
		"a date that is not the start's": {func(p *plan.Plan) {
			for i := range p.Periods {
				p.Periods[i].Date += 2
			}
		}, plan.ErrPeriods},
		"no noise":             {func(p *plan.Plan) { p.Sigma2 = 0 }, plan.ErrNoise},
		"too much noise":       {func(p *plan.Plan) { p.Sigma2 = plan.MaxSigma2 + 1 }, plan.ErrNoise},
		"min batch 99":         {func(p *plan.Plan) { p.MinBatch = plan.MinBatchFloor - 1 }, plan.ErrNoise},
		"chunk 0":              {func(p *plan.Plan) { p.Chunk = 0 }, plan.ErrNoise},
		"chunk over all cells": {func(p *plan.Plan) { p.Chunk = plan.MaxCells + 1 }, plan.ErrNoise},
		"share that fits no report": {func(p *plan.Plan) { // 1 + 63 x 16 cells, a call for each
			rule, last := p.Segments[0].Rule, p.Segments[len(p.Segments)-1]
			p.Segments, p.Stages = nil, nil
			for _, n := range names(62) {
				p.Segments = append(p.Segments, plan.Segment{Name: n, Rule: rule})
			}
			p.Segments = append(p.Segments, last)
			for _, n := range names(16) {
				p.Stages = append(p.Stages, plan.Stage{Name: n, On: view})
			}
			p.Metrics = []plan.Metric{{Name: "funnel", Kind: plan.Funnel, By: plan.BySegment, Most: 1}}
			p.Chunk = 1
		}, plan.ErrNoise},
		"chunk over the measurement":   {func(p *plan.Plan) { p.Chunk = 31 + 3 + 1 }, plan.ErrMeasurable},
		"attribution of 29 days":       {func(p *plan.Plan) { p.Attribution = plan.MaxAttribution + 1 }, plan.ErrNoise},
		"key type 2":                   {func(p *plan.Plan) { p.Helper.Type = 2 }, plan.ErrRecipient},
		"no recipient":                 {func(p *plan.Plan) { p.Leader.Key = "" }, plan.ErrRecipient},
		"long recipient":               {func(p *plan.Plan) { p.Leader.Key = text }, plan.ErrRecipient},
		"one key for both":             {func(p *plan.Plan) { p.Leader = p.Helper }, plan.ErrRecipient},
		"no consent":                   {func(p *plan.Plan) { p.Consent = 0 }, plan.ErrConsent},
		"consent 4":                    {func(p *plan.Plan) { p.Consent = 4 }, plan.ErrConsent},
		"empty topic":                  {func(p *plan.Plan) { p.Topics = []string{""} }, plan.ErrName},
		"long topic":                   {func(p *plan.Plan) { p.Topics = []string{long} }, plan.ErrName},
		"topic twice":                  {func(p *plan.Plan) { p.Topics = []string{"a", "b", "a"} }, plan.ErrName},
		"event twice":                  {func(p *plan.Plan) { p.Events = []string{"a", "a"} }, plan.ErrName},
		"segment twice":                {func(p *plan.Plan) { p.Segments[1].Name = p.Segments[0].Name }, plan.ErrName},
		"attribute twice":              {func(p *plan.Plan) { p.Attributes[1].Name = p.Attributes[0].Name }, plan.ErrName},
		"arm twice":                    {func(p *plan.Plan) { p.Campaigns[0].Arms[1] = p.Campaigns[0].Arms[0] }, plan.ErrName},
		"goal twice":                   {func(p *plan.Plan) { p.Campaigns[0].Goals[1].Name = p.Campaigns[0].Goals[0].Name }, plan.ErrName},
		"metric twice":                 {func(p *plan.Plan) { p.Metrics[1].Name = p.Metrics[0].Name }, plan.ErrName},
		"metric without name":          {func(p *plan.Plan) { p.Metrics[1].Name = "" }, plan.ErrName},
		"long name of a metric":        {func(p *plan.Plan) { p.Metrics[1].Name = text }, plan.ErrName},
		"campaign twice":               {func(p *plan.Plan) { p.Campaigns = append(p.Campaigns, p.Campaigns[0]) }, plan.ErrName},
		"slot twice":                   {func(p *plan.Plan) { addSlot(p); p.Slots = append(p.Slots, p.Slots[0]) }, plan.ErrName},
		"variant twice":                {func(p *plan.Plan) { addSlot(p); p.Slots[0].Variants[1].Name = p.Slots[0].Variants[0].Name }, plan.ErrName},
		"stage twice":                  {func(p *plan.Plan) { p.Stages = []plan.Stage{{Name: "a", On: view}, {Name: "a", On: view}} }, plan.ErrName},
		"value twice":                  {func(p *plan.Plan) { p.Attributes[0] = choice("a", "a") }, plan.ErrName},
		"65 topics":                    {func(p *plan.Plan) { p.Topics = names(65) }, wire.ErrForm},
		"65 events":                    {func(p *plan.Plan) { p.Events = names(65) }, wire.ErrForm},
		"attribute without type":       {func(p *plan.Plan) { p.Attributes[0].Type = 0 }, plan.ErrAttribute},
		"number from 1 to 1":           {func(p *plan.Plan) { p.Attributes[0] = number(1, 1) }, plan.ErrAttribute},
		"number too large":             {func(p *plan.Plan) { p.Attributes[0] = number(1, 1e12+1) }, plan.ErrAttribute},
		"number too small":             {func(p *plan.Plan) { p.Attributes[0] = number(-1e13, 1) }, plan.ErrAttribute},
		"infinite number":              {func(p *plan.Plan) { p.Attributes[0] = number(1, math.Inf(1)) }, plan.ErrAttribute},
		"choice without values":        {func(p *plan.Plan) { p.Attributes[0] = choice() }, plan.ErrAttribute},
		"choice of 65 values":          {func(p *plan.Plan) { p.Attributes[0] = choice(names(65)...) }, plan.ErrAttribute},
		"no segments":                  {func(p *plan.Plan) { p.Segments = nil; p.Metrics = nil }, plan.ErrSegments},
		"last segment with a rule":     {func(p *plan.Plan) { p.Segments[2].Rule = plan.Rule{plan.OpTrue} }, plan.ErrSegments},
		"first segment without":        {func(p *plan.Plan) { p.Segments[0].Rule = nil }, plan.ErrSegments},
		"malformed rule":               {func(p *plan.Plan) { p.Segments[0].Rule = plan.Rule{plan.OpNot} }, plan.ErrRule},
		"rule with a foreign variable": {func(p *plan.Plan) { p.Segments[0].Rule = plan.Rule{plan.OpVar, plan.VarAttribute + 2, plan.OpSet} }, plan.ErrRuleVar},
		"goal by an exposure":          {func(p *plan.Plan) { p.Campaigns[0].Goals[0].On = plan.Trigger{Kind: plan.Exposure} }, plan.ErrTrigger},
		"goal by dwell":                {func(p *plan.Plan) { p.Campaigns[0].Goals[0].On.Kind = plan.Dwell }, plan.ErrTrigger},
		"goal by event 0 of none":      {func(p *plan.Plan) { p.Campaigns[0].Goals[0].On = plan.Trigger{Kind: plan.Custom} }, plan.ErrTrigger},
		"stage by event 1 of 1": {func(p *plan.Plan) {
			p.Events, p.Stages = []string{"e"}, []plan.Stage{{Name: "a", On: plan.Trigger{Kind: plan.Custom, Event: 1}}, {Name: "b", On: view}}
		}, plan.ErrTrigger},
		"slot's goal by dwell":       {func(p *plan.Plan) { addSlot(p); p.Slots[0].Goal.Kind = plan.Dwell }, plan.ErrTrigger},
		"slot's goal by kind 17":     {func(p *plan.Plan) { addSlot(p); p.Slots[0].Goal.Kind = 17 }, plan.ErrTrigger},
		"campaign without mode":      {func(p *plan.Plan) { p.Campaigns[0].Mode = 0 }, plan.ErrCampaign},
		"campaign of one arm":        {func(p *plan.Plan) { p.Campaigns[0].Arms = p.Campaigns[0].Arms[:1]; p.Metrics = nil }, plan.ErrCampaign},
		"campaign without goals":     {func(p *plan.Plan) { p.Campaigns[0].Goals = nil; p.Metrics = p.Metrics[:2] }, plan.ErrCampaign},
		"64 arms":                    {func(p *plan.Plan) { p.Campaigns[0].Arms = names(64) }, plan.ErrCampaign},
		"64 variants":                {func(p *plan.Plan) { addSlot(p); addVariants(p, names(64)) }, plan.ErrSlot},
		"slot of one variant":        {func(p *plan.Plan) { addSlot(p); p.Slots[0].Variants = p.Slots[0].Variants[:1] }, plan.ErrSlot},
		"variant of a foreign topic": {func(p *plan.Plan) { addSlot(p); p.Slots[0].Variants[1].Topics = []uint8{2} }, plan.ErrSlot},
		"variant's topics unsorted":  {func(p *plan.Plan) { addSlot(p); p.Slots[0].Variants[1].Topics = []uint8{1, 0} }, plan.ErrSlot},
		"variant's topic twice":      {func(p *plan.Plan) { addSlot(p); p.Slots[0].Variants[1].Topics = []uint8{1, 1} }, plan.ErrSlot},
		"holdout over half":          {func(p *plan.Plan) { p.Policy.Holdout = 5001 }, plan.ErrPolicy},
		"explore over half":          {func(p *plan.Plan) { p.Policy.Explore = 5001 }, plan.ErrPolicy},
		"floor over half":            {func(p *plan.Plan) { p.Policy.Floor = 5001 }, plan.ErrPolicy},
		"recent over the whole":      {func(p *plan.Plan) { p.Policy.Recent = plan.Whole + 1 }, plan.ErrPolicy},
		"lift below 0":               {func(p *plan.Plan) { p.Policy.Lift = -0.1 }, plan.ErrPolicy},
		"lift over its bound":        {func(p *plan.Plan) { p.Policy.Lift = plan.MaxLift + 1 }, plan.ErrPolicy},
		"infinite lift":              {func(p *plan.Plan) { p.Policy.Lift = math.Inf(1) }, plan.ErrPolicy},
		"floor of two variants":      {func(p *plan.Plan) { addSlot(p); p.Policy.Floor = 2501 }, plan.ErrPolicy},
		"floor of 63 variants":       {func(p *plan.Plan) { addSlot(p); addVariants(p, names(63)); p.Policy.Floor = 80 }, plan.ErrPolicy},
		"floor of three arms":        {func(p *plan.Plan) { chosen(p); p.Policy.Floor = 1667 }, plan.ErrPolicy},
		"variant named holdout":      {func(p *plan.Plan) { addSlot(p); p.Slots[0].Variants[0].Name = "holdout"; p.Policy.Holdout = 1 }, plan.ErrName},
		"arm named holdout":          {func(p *plan.Plan) { chosen(p); p.Campaigns[0].Arms[2] = "holdout"; p.Policy.Holdout = 1 }, plan.ErrName},
		"no reward":                  {func(p *plan.Plan) { addSlot(p); p.Slots[0].Reward = 0 }, plan.ErrSlot},
		"negative reward":            {func(p *plan.Plan) { addSlot(p); p.Slots[0].Reward = -1 }, plan.ErrSlot},
		"reward over a million":      {func(p *plan.Plan) { addSlot(p); p.Slots[0].Reward = 1e6 + 1 }, plan.ErrSlot},
		"infinite reward":            {func(p *plan.Plan) { addSlot(p); p.Slots[0].Reward = math.Inf(1) }, plan.ErrSlot},
		"reward that is no number":   {func(p *plan.Plan) { addSlot(p); p.Slots[0].Reward = math.NaN() }, plan.ErrSlot},
		"negative cost":              {func(p *plan.Plan) { addSlot(p); p.Slots[0].Variants[1].Cost = -0.01 }, plan.ErrSlot},
		"cost over a million":        {func(p *plan.Plan) { addSlot(p); p.Slots[0].Variants[0].Cost = 1e6 + 1 }, plan.ErrSlot},
		"infinite cost":              {func(p *plan.Plan) { addSlot(p); p.Slots[0].Variants[0].Cost = math.Inf(1) }, plan.ErrSlot},
		"rule with a foreign topic": {func(p *plan.Plan) {
			addSlot(p)
			p.Segments[0].Rule = plan.Rule{plan.OpVar, plan.VarAffinity + 2, plan.OpSet}
		}, plan.ErrRuleVar},
		"top_topic without topics":   {func(p *plan.Plan) { p.Segments[0].Rule = plan.Rule{plan.OpVar, plan.VarTopTopic, plan.OpSet} }, plan.ErrRuleVar},
		"metric kind 0":              {func(p *plan.Plan) { p.Metrics[0].Kind = 0 }, plan.ErrMetric},
		"metric kind 8":              {func(p *plan.Plan) { p.Metrics[0].Kind = 8 }, plan.ErrMetric},
		"audience by site":           {func(p *plan.Plan) { p.Metrics[0].By = plan.SiteWide }, plan.ErrMetric},
		"audience of another source": {func(p *plan.Plan) { p.Metrics[0].Source = 1 }, plan.ErrMetric},
		"two ones of audience":       {func(p *plan.Plan) { p.Metrics[0].Most = 2 }, plan.ErrMetric},
		"funnel without stages": {func(p *plan.Plan) {
			p.Metrics[1] = plan.Metric{Name: "f", Kind: plan.Funnel, By: plan.BySegment, Most: 1}
		}, plan.ErrMetric},
		"breakdown 3":          {func(p *plan.Plan) { p.Metrics[1].By = 3 }, plan.ErrMetric},
		"campaign 1 of 1":      {func(p *plan.Plan) { p.Metrics[1].Source = 1 }, plan.ErrMetric},
		"goal 2 of 2":          {func(p *plan.Plan) { p.Metrics[2].Goal = 2 }, plan.ErrMetric},
		"exposure with a goal": {func(p *plan.Plan) { p.Metrics[1].Goal = 1 }, plan.ErrMetric},
		"slot 0 of none": {func(p *plan.Plan) {
			p.Metrics[1] = plan.Metric{Name: "s", Kind: plan.SlotClicked, By: plan.BySegment, Most: 1}
		}, plan.ErrMetric},
		"no ones":             {func(p *plan.Plan) { p.Metrics[1].Most = 0 }, plan.ErrMetric},
		"more ones than arms": {func(p *plan.Plan) { p.Metrics[1].Most = 4 }, plan.ErrMetric},
		"more ones than variants and holdout": {func(p *plan.Plan) {
			addSlot(p)
			p.Policy.Holdout = 1
			p.Metrics[1] = plan.Metric{Name: "s", Kind: plan.SlotExposed, By: plan.BySegment, Most: 4}
		}, plan.ErrMetric},
		"nine ones": {func(p *plan.Plan) {
			p.Campaigns[0].Arms, p.Metrics[1].Most = names(20), plan.MaxMost+1
		}, plan.ErrMetric},
		"too many cells": {func(p *plan.Plan) {
			p.Campaigns[0].Arms = names(63)
			for i := range 6 {
				p.Metrics = append(p.Metrics, plan.Metric{Name: names(6)[i], Kind: plan.CampaignExposed, By: plan.BySegment, Most: 1})
			}
		}, plan.ErrMeasurable},
		"too many ones": {func(p *plan.Plan) {
			p.Campaigns[0].Arms = names(20)
			for i := range 8 {
				p.Metrics = append(p.Metrics, plan.Metric{Name: names(8)[i], Kind: plan.CampaignExposed, By: plan.SiteWide, Most: plan.MaxMost})
			}
		}, plan.ErrMeasurable},
	} {
		t.Run(name, func(t *testing.T) {
			p := reference(t, "hillstrom")
			c.change(p)
			_, err := plan.Encode(p)
			require.ErrorIs(t, err, c.want)
			_, err = plan.Decode(plan.EncodeUnchecked(p))
			require.Error(t, err)
		})
	}
	p := reference(t, "hillstrom")
	p.Periods = nil
	_, err := plan.Encode(p)
	require.ErrorIs(t, err, plan.ErrPeriods)
	p.Periods = reference(t, "hillstrom").Periods
	p.Periods[7].Start++ // no bytes can say this: a gap
	_, err = plan.Encode(p)
	require.ErrorIs(t, err, plan.ErrPeriods)
}

var view = plan.Trigger{Kind: plan.View}

func number(low, high float64) plan.Attribute {
	return plan.Attribute{Name: "n", Type: plan.Number, Min: low, Max: high}
}

func choice(values ...string) plan.Attribute {
	return plan.Attribute{Name: "c", Type: plan.Choice, Values: values}
}

func addSlot(p *plan.Plan) {
	p.Topics = []string{"a", "b"}
	p.Slots = []plan.Slot{{Name: "s", Variants: []plan.Variant{{Name: "x"}, {Name: "y", Topics: []uint8{0, 1}, Cost: 0.5}}, Goal: view, Reward: 2}}
}

// addVariants gives the plan's slot as many variants as there are names.
func addVariants(p *plan.Plan, names []string) {
	p.Slots[0].Variants = nil
	for _, n := range names {
		p.Slots[0].Variants = append(p.Slots[0].Variants, plan.Variant{Name: n})
	}
}

func chosen(p *plan.Plan) { p.Campaigns[0].Mode = plan.Chosen }

// days is n days of 24 hours from a first one on.
func days(first plan.Period, n int) []plan.Period {
	out := make([]plan.Period, n)
	for i := range out {
		at := first.Start + plan.Time(i*plan.Day)
		out[i] = plan.Period{Date: first.Date + plan.Date(i), Start: at, End: at + plan.Day}
	}
	return out
}
