package weekly

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/dunlin-analytics/dunlin/aggregator/insight/finding"
	"github.com/dunlin-analytics/dunlin/aggregator/insight/panel"
)

// Language is the one that a report is written in.
type Language string

// The languages.
const (
	English Language = "en"
	Chinese Language = "zh"
)

// pick returns the text of the language.
func (l Language) pick(en, zh string) string {
	if l == Chinese {
		return zh
	}
	return en
}

// Text writes a report as plain text.
func (r *Report) Text(in Language) string {
	var b strings.Builder
	fmt.Fprintf(&b, in.pick("%s: the week from %s to %s\n", "%s:%s 至 %s 的一周\n"), r.Site, r.From, r.To)
	if len(r.Missing) > 0 {
		fmt.Fprintf(&b, in.pick("Only %d of 7 days are released; without one: %s.\n", "7 天中只有 %d 天已发布;缺少:%s。\n"), r.Releases, strings.Join(r.Missing, in.pick(", ", "、")))
	}
	b.WriteString(in.pick("In brackets: 95 % intervals. Changes are against the week before.\n\n", "方括号内为 95% 区间;变化均与前一周相比。\n\n"))
	for _, l := range r.Lines {
		b.WriteString("- " + l.text(in) + "\n")
	}
	if len(r.Sentences) > 0 {
		b.WriteString("\n" + strings.Join(r.Sentences, "\n") + "\n")
	}
	if r.Link != "" {
		b.WriteString("\n" + r.Link + "\n")
	}
	return b.String()
}

func (l Line) text(in Language) string {
	label := map[string]string{
		"present": in.pick("Devices present", "到访设备"), "segment": in.pick("Devices of segment", "分群设备"), "conversion": in.pick("Came to stage", "到达阶段"),
		"revenue": in.pick("Revenue", "收入"), "satisfaction": in.pick("Satisfaction", "满意度"),
	}[l.Measure]
	if l.Name != "" {
		label += " " + l.Name
	}
	label += in.pick(": ", ":")
	if l.Hidden != panel.Shown {
		return label + map[panel.Hidden]string{
			panel.Noise: in.pick("within the noise", "淹没在噪声中"), panel.Wide: in.pick("too wide to show", "区间过宽,不予显示"), panel.Empty: in.pick("not counted", "未统计"),
		}[l.Hidden]
	}
	write := func(v float64) string { return strconv.FormatFloat(v, 'f', 0, 64) }
	switch l.Measure {
	case "conversion":
		write = func(v float64) string { return strconv.FormatFloat(100*v, 'f', 1, 64) + in.pick(" %", "%") }
	case "satisfaction":
		write = func(v float64) string { return strconv.FormatFloat(v, 'f', 2, 64) }
	}
	return label + write(l.Value) + " " + between(l.Low, l.High, write, in) + in.pick("; ", ";") + l.changed(in)
}

// changed says how a number differs from the week before.
func (l Line) changed(in Language) string {
	c := l.Change
	if c == nil {
		return in.pick("its change is not known", "变化未知")
	}
	unit := in.pick(" %", "%")
	if l.Measure == "conversion" {
		unit = in.pick(" percentage points", " 个百分点")
	}
	write := func(v float64) string { return fmt.Sprintf("%+.1f", 100*v) }
	bounds := between(c.Low, c.High, write, in) + unit
	if c.Low <= 0 && (c.High == nil || *c.High >= 0) {
		return in.pick("no clear change ", "无明显变化 ") + bounds
	}
	return write(c.Value) + " " + bounds
}

func between(low float64, high *float64, write func(float64) string, in Language) string {
	top := in.pick("more", "更多")
	if high != nil {
		top = write(*high)
	}
	return "[" + write(low) + in.pick(" to ", " 至 ") + top + "]"
}

// sentences are the answers that name something.
func sentences(a *finding.Answers, in Language) []string {
	out := []string{}
	say := func(en, zh string, of ...any) { out = append(out, fmt.Sprintf(in.pick(en, zh), of...)) }
	share := func(e finding.Estimate) string {
		return fmt.Sprintf("%+.1f [%+.1f%s%+.1f]", 100*e.Value, 100*e.Low, in.pick(" to ", " 至 "), 100*e.High)
	}
	if l := a.Leaving; l.State == finding.Found {
		for _, g := range l.Groups {
			if g.Name == l.Segment {
				say("Leaving: %s comes back less than before, beyond the change of all others, by %s percentage points.", "流失:%s 的回访低于此前,扣除其他分群的变化后为 %s 个百分点。", g.Name, share(g.Change))
			}
		}
	}
	if l := a.Leak; l.State == finding.Found {
		for _, s := range l.Steps {
			if s.Segment == l.Segment && s.From == l.From && s.To == l.To {
				say("The funnel leaks for %s from %s to %s: some %.0f [%.0f to %.0f] devices fewer go on than of the others.", "漏斗流失:%s 从 %s 到 %s,较其他分群少约 %.0f [%.0f 至 %.0f] 台设备继续。", s.Segment, s.From, s.To, s.Lost.Value, s.Lost.Low, s.Lost.High)
			}
		}
	}
	for _, h := range a.Hours.Segments {
		if h.State == finding.Found {
			say("%s is reached best at %s.", "%s 最易触达的时段是 %s。", h.Segment, h.Band)
		}
	}
	for _, p := range a.Worth.Places {
		if p.Named {
			say("Personalization at %s changes who reaches %s by %s percentage points.", "%s 的个性化使达成 %s 的比例变化 %s 个百分点。", p.Name, p.Goal, share(p.Gain))
		}
	}
	return out
}
