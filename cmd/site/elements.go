package site

import (
	"fmt"
	"html"
	"strings"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
)

// Elements returns the tags of a plan's slots, lists and surveys, for the bodies of the
// pages that have them: each name as the plan has it, each text for the site to write.
// Campaigns and messages have none: the site asks for them (docs/embed.md).
//
// Shape: whole lines; empty if the plan has none of them.
func Elements(f *planfile.File) string {
	if len(f.Slots)+len(f.Lists)+len(f.Surveys) == 0 {
		return ""
	}
	var b strings.Builder
	line := func(format string, names ...string) {
		escaped := make([]any, len(names))
		for i, name := range names {
			escaped[i] = html.EscapeString(name)
		}
		fmt.Fprintf(&b, format+"\n", escaped...)
	}
	line("<!-- Dunlin: into <body>, each where it belongs; write your own content in its place. -->")
	for _, s := range f.Slots {
		line(`<dunlin-slot name="%s">`, s.Name)
		for _, v := range s.Variants[1:] {
			line(`  <template data-variant="%s"><p>%s</p></template>`, v.Name, v.Name)
		}
		line("  <p>%s</p> <!-- the default -->", s.Variants[0].Name)
		line("</dunlin-slot>")
	}
	for _, l := range f.Lists {
		line(`<dunlin-list name="%s" catalogue="/%s.json">`, l.Name, l.Name)
		line(`  <template><p><a data-field="url"><b data-field="title"></b></a> <em data-field="reason"></em></p></template>`)
		line("  <p>%s</p> <!-- the default -->", l.Name)
		line("</dunlin-list>")
	}
	for _, s := range f.Surveys {
		if s.Kind < plan.One {
			line(`<dunlin-survey name="%s"></dunlin-survey>`, s.Name)
			continue
		}
		line(`<dunlin-survey name="%s" question="%s">`, s.Name, s.Name)
		for _, answer := range s.Answers {
			line(`  <option value="%s">%s</option>`, answer, answer)
		}
		line("</dunlin-survey>")
	}
	return b.String()
}
