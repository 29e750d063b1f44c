package planfile

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

const dimensionsYAML = `site: shop.example
timezone: UTC
period: week
serial: 1
starts: 2026-11-23
ends: 2027-11-21
budget: {epsilon: 1}
consent: ask
topics: [shoes, bags]
attributes:
  member: {type: flag}
  age_band: {type: choice, values: [young, old]}
pages: [home, sale]
segments:
  - {name: regulars, rule: orders >= 3}
  - {name: everyone else}
funnel: [{visit: view}, {cart: cart}, {order: order}]
dimensions:
%s
metrics:
  - dimension: it
`

// What dimensions are made into: the names of the bins, and what officers read of a rule.
func TestDimensions(t *testing.T) {
	for text, want := range map[string]string{
		"{of: device}":                             `phone: device == "phone"; tablet: device == "tablet"; desktop: device == "desktop"; unknown: everyone else`,
		"{of: entry}":                              `home: entry == "home"; sale: entry == "sale"; unknown: everyone else`,
		"{of: stage, at: end}":                     `visit: stage == "visit"; cart: stage == "cart"; order: stage == "order"; unknown: everyone else`,
		"{of: top_topic}":                          `shoes: top_topic == "shoes"; bags: top_topic == "bags"; unknown: everyone else`,
		"{of: age_band}":                           `young: age_band == "young"; old: age_band == "old"; unknown: everyone else`,
		"{of: member}":                             `true: member == true; false: member == false; unknown: everyone else`,
		"{of: segment}":                            `regulars: orders >= 3; everyone else: everyone else`,
		"{of: pages, edges: [1, 2, 5]}":            `0: pages < 1; 1: pages < 2; 2 to 4: pages < 5; 5 and more: everyone else`,
		"{of: hour, edges: [6, 18]}":               `below 6: hour < 6; 6 to 17: hour < 18; 18 and more: hour >= 18; unknown: everyone else`,
		"{of: csat, edges: [2.5, 4]}":              `below 2.5: csat < 2.5; 2.5 to below 4: csat < 4; 4 and more: csat >= 4; unknown: everyone else`,
		"{of: affinity.shoes, edges: [0.5]}":       `below 0.5: affinity.shoes < 0.5; 0.5 and more: affinity.shoes >= 0.5; unknown: everyone else`,
		"{of: periods_since_first, edges: [1, 2]}": `0: periods_since_first < 1; 1: periods_since_first < 2; 2 and more: everyone else`,
		`{within: 4, bins: [{name: unhappy, rule: satisfaction < 0.4}, {name: fine}]}`: `unhappy: satisfaction < 0.4; fine: everyone else`,
	} {
		f, problems := Parse("dunlin.yaml", []byte(strings.ReplaceAll(dimensionsYAML, "%s", "  it: "+text)))
		require.Empty(t, problems, text)
		p, err := f.Plan(input())
		require.NoError(t, err, text)
		published, err := plan.Encode(p)
		require.NoError(t, err, text)
		back, err := plan.Decode(published)
		require.NoError(t, err)
		require.Equal(t, p, back)
		var bins []string
		for _, b := range back.Dimensions[0].Bins {
			bins = append(bins, b.Name+": "+formatIn(b.Rule, dimensionScope(back)))
		}
		require.Equal(t, want, strings.Join(bins, "; "), text)
		var shown strings.Builder
		require.NoError(t, Show(&shown, published))
		require.Contains(t, shown.String(), "dimension")
	}
}

func TestDimensionFaults(t *testing.T) {
	for text, want := range map[string]string{
		"{}":                                 "a dimension goes by one of them",
		"{of: device, bins: []}":             "a dimension goes by one of them",
		"{of: shoe_size, edges: [3]}":        `"shoe_size" is none`,
		"{of: device, edges: [3]}":           "device is no number",
		"{of: pages}":                        "edges are missing",
		"{of: pages, edges: [2, 2]}":         "out of bounds",
		"{of: pages, edges: 2}":              "a list of 1 to 62 ascending numbers",
		"{of: segment, edges: [2]}":          "edges beside of: segment",
		"{of: hour, edges: [6], at: noon}":   `unknown value "noon"`,
		"{of: hour, edges: [6], within: 29}": "out of bounds",
		"{bins: [{name: all}]}":              "1 bins",
		"{of: hour, edge: [6]}":              `unknown key; did you mean "edges"?`,
	} {
		_, problems := Parse("dunlin.yaml", []byte(strings.ReplaceAll(dimensionsYAML, "%s", "  it: "+text)))
		require.NotEmpty(t, problems, text)
		require.Contains(t, problems.Error(), want, text)
	}
	// What is known of a period alone is no segment's to go by.
	_, problems := Parse("dunlin.yaml", []byte(strings.NewReplacer("orders >= 3", "periods_since_first > 3", "%s", "  it: {of: device}").Replace(dimensionsYAML)))
	require.ErrorContains(t, problems, "periods_since_first")
}
