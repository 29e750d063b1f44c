package planfile

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

const revenuesYAML = `site: shop.example
timezone: UTC
period: week
serial: 1
starts: 2026-11-23
ends: 2027-11-21
budget: {epsilon: 1}
consent: ask
topics: [shoes, bags]
networks: [wechat, weibo]
segments: [{name: everyone}]
slots:
  hero:
    variants: {plain: [], shoes: [shoes]}
    goal: order
choice: {holdout: 10 %}
revenues:
  shop: {grid: [20, 49.90]}
  first: {of: hero, grid: [30]}
metrics:
  - revenue: shop
  - revenue: first
    by: site
  - acts
  - acts:
    by: topic
    most: 2
  - shared:
    by: site
`

func TestRevenuesAndActs(t *testing.T) {
	f, problems := Parse("dunlin.yaml", []byte(revenuesYAML))
	require.Empty(t, problems)
	require.Equal(t, []plan.Revenue{{Name: "shop", Grid: []uint32{2000, 4990}}, {Name: "first", Of: plan.OfSlot, Grid: []uint32{3000}}}, f.Revenues)
	p := f.measured()
	var columns [][]string
	for _, m := range p.Metrics {
		var names []string
		for c := range p.Columns(m) {
			names = append(names, p.Column(m, c))
		}
		columns = append(columns, append([]string{m.Name}, names...))
	}
	require.Equal(t, [][]string{
		{"revenue shop", "20", "49.90"},
		{"revenue first by site", "plain 30", "shoes 30", "holdout 30"},
		{"acts", "like", "share", "comment", "follow"},
		{"acts by topic", "like", "share", "comment", "follow"},
		{"shared by site", "wechat", "weibo"},
	}, columns)
	require.Equal(t, 1+2+3+4+8+2, plan.LayoutOf(p).Cells)
	_, problems = Check(f)
	require.Empty(t, problems)
}

func TestRevenuesThatAreRefused(t *testing.T) {
	for change, want := range map[string]string{
		"[20, 49.90] | [20, 20]":         "revenues.shop.grid[1]",
		"[20, 49.90] | [0]":              "revenues.shop.grid[0]",
		"[20, 49.90] | [20.001]":         "revenues.shop.grid[0]",
		"[20, 49.90] | 20":               "revenues.shop.grid",
		"of: hero | of: heroine":         `did you mean "hero"?`,
		"revenue: shop | revenue: shops": `did you mean "shop"?`,
		"networks: [wechat, weibo] | ":   "networks under networks",
		"most: 2 | most: 9":              "a whole number from 1 to 8",
		"{of: hero, grid: [30]} | {of: hero, grid: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17]}": "1 to 16",
	} {
		from, to, _ := strings.Cut(change, " | ")
		_, problems := Parse("dunlin.yaml", []byte(strings.Replace(revenuesYAML, from, to, 1)))
		require.NotEmpty(t, problems, change)
		require.Contains(t, problems.Error(), want, change)
	}
}
