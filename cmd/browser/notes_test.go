package browser_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/cmd/browser"
)

// An admin enters a cost, saves a view and shares it, by the real console's calls; whoever
// has the link sees that view, and nothing else.
func TestNotesAndASharedView(t *testing.T) {
	d := startDemo(t)
	tab := d.analyst("notes")
	do := func(expression string) { t.Helper(); d.do(tab, expression) }
	fill := func(form string, values ...string) {
		t.Helper()
		for i := 0; i < len(values); i += 2 {
			do(`document.querySelector('form[aria-label="` + form + `"] [name="` + values[i] + `"]').value = "` + values[i+1] + `"`)
		}
		do(`document.querySelector('form[aria-label="` + form + `"] button').click()`)
	}
	shows := func(text string) {
		t.Helper()
		require.NoError(t, tab.Until(`[...document.querySelectorAll("td")].some((it) => it.textContent.includes("`+text+`"))`))
	}
	require.NoError(t, tab.Until(`document.querySelector('form[aria-label="Enter"]')`))
	fill("Enter", "name", "spring", "from", "2026-10-08", "to", "2026-11-06", "amount", "40000", "currency", "EUR", "margin", "40")
	shows("40000 EUR")
	fill("Annotate", "date", "2026-11-14", "text", "Deliveries are late")
	shows("Deliveries are late")
	fill("Save", "name", "two weeks of the hero", "fragment", "#/slots?days=14&slot=hero")
	shows("two weeks of the hero")

	// The cost that was entered answers whether the campaign paid.
	do(`document.querySelector('nav a[href^="#/answers"]').click()`)
	require.NoError(t, tab.Until(`document.querySelectorAll(".question p")[2]?.textContent.trim().startsWith("Yes. Of 40,000")`))

	do(`document.querySelector('nav a[href^="#/notes"]').click()`)
	require.NoError(t, tab.Until(`document.querySelector('form[aria-label="Make a link"] option')`))
	fill("Make a link", "view", "two weeks of the hero", "days", "7")
	require.NoError(t, tab.Until(`document.querySelector("[role=status] code")?.textContent.includes("#/shared/")`))
	shared, err := browser.Eval[string](tab, `document.querySelector("[role=status] code").textContent`)
	require.NoError(t, err)

	guest := d.somebody()
	require.NoError(t, guest.Go(shared))
	require.NoError(t, guest.Until(`document.querySelector("h1")?.textContent === "Slots" && document.querySelectorAll(".chart svg").length > 0`))
	said, err := browser.Eval[string](guest, `document.querySelector(".title p").textContent.replace(/\s+/g, " ")`)
	require.NoError(t, err)
	require.Contains(t, said, "14 releases")
	links, err := browser.Eval[int](guest, `document.querySelectorAll("nav a").length`)
	require.NoError(t, err)
	require.Equal(t, 1, links)
}
