package browser_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/cmd/browser"
)

// An analyst asks the demo the five questions, by clicks and what a campaign cost: each is
// answered by what the demo's story has, with its uncertainty beside it.
func TestFiveQuestions(t *testing.T) {
	d := startDemo(t)
	tab := d.analyst("answers")
	until := func(expression string) { t.Helper(); require.NoError(t, tab.Until(expression)) }
	do := func(expression string) { t.Helper(); d.do(tab, expression) }
	says := func(question int) string {
		t.Helper()
		text, err := browser.Eval[string](tab, `[...document.querySelectorAll(".question p")].map((p) => p.textContent.replace(/\s+/g, " ").trim())[`+string(rune('0'+question))+`]`)
		require.NoError(t, err)
		return text
	}
	const number = `[-−+]?[\d,.]+%? \([^)]*\d[^)]*\)` // and its interval
	const asked = `document.querySelectorAll(".question").length === 5`

	until(asked)
	require.Regexp(t, `^“sports and kids”: `+number+` of its devices came back in time, after `+number+` before\. That is `+number+` percentage points .* more of them say “delivery”: `+number+` after `+number, says(0))
	require.Regexp(t, `^From “visit” to “cart”, for “returning”: `+number+` go on, of all others `+number+`\. As the others, `+number, says(1))
	require.Regexp(t, `^17 to 21 o'clock: `+number, says(3))
	require.Regexp(t, `In “hero”: `+number+` more reached “click”`, says(4))

	// What the campaign cost, over the dates that it ran.
	set := func(field, value string) {
		t.Helper()
		do(`(() => { const it = document.querySelector('form input[name="` + field + `"]'); it.value = "` + value + `"; it.dispatchEvent(new Event("input", { bubbles: true })); })()`)
	}
	set("from", "2026-10-08")
	set("to", "2026-11-06")
	set("amount", "40000")
	set("margin", "40")
	do(`document.querySelector(".panel form button").click()`)
	until(`document.querySelectorAll(".question p")[2].textContent.trim().startsWith("Yes.")`)
	require.Regexp(t, `^Yes\. Of 40,000 spent, margin beyond “none” came back with `+number+` on top: `+number, says(2))

	// Other segments have their hours, and another language says the same.
	do(`[...document.querySelectorAll(".chips button")].find((it) => it.textContent.includes("sports and kids")).click()`)
	until(`document.querySelectorAll(".question h2")[3].textContent.includes("sports and kids")`)
	do(`[...document.querySelectorAll("button, a")].find((it) => it.textContent.trim() === "中文").click()`)
	until(asked + ` && document.documentElement.lang.startsWith("zh")`)
	require.Contains(t, says(2), "划算")
	if dir := os.Getenv("SHOTS"); dir != "" {
		shot, err := tab.Shot()
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(dir+"/answers.png", shot, 0o644))
	}
}
