package site_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/cmd/site"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
)

func TestElements(t *testing.T) {
	require.Empty(t, site.Elements(&planfile.File{Campaigns: []plan.Campaign{{Name: "offer"}}}), "a campaign has no element")
	require.Equal(t, `<!-- Dunlin: into <body>, each where it belongs; write your own content in its place. -->
<dunlin-slot name="hero">
  <template data-variant="sale"><p>sale</p></template>
  <template data-variant="new &amp; &#34;red&#34;"><p>new &amp; &#34;red&#34;</p></template>
  <p>plain</p> <!-- the default -->
</dunlin-slot>
<dunlin-list name="feed" catalogue="/feed.json">
  <template><p><a data-field="url"><b data-field="title"></b></a> <em data-field="reason"></em></p></template>
  <p>feed</p> <!-- the default -->
</dunlin-list>
<dunlin-survey name="mood"></dunlin-survey>
<dunlin-survey name="why" question="why">
  <option value="price">price</option>
  <option value="50 % off">50 % off</option>
</dunlin-survey>
`, site.Elements(&planfile.File{
		Slots:   []plan.Slot{{Name: "hero", Variants: []plan.Variant{{Name: "plain"}, {Name: "sale"}, {Name: `new & "red"`}}}},
		Lists:   []plan.List{{Name: "feed"}},
		Surveys: []plan.Survey{{Name: "mood", Kind: plan.CSAT}, {Name: "why", Kind: plan.One, Answers: []string{"price", "50 % off"}}},
	}))
}
