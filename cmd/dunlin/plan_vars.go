package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
	"github.com/spf13/cobra"
)

// variable is one line of `plan vars`.
type variable struct {
	Name    string `json:"name"`
	Type    string `json:"type"` // integer, number, flag, text
	Unit    string `json:"unit,omitempty"`
	Range   string `json:"range"`
	Source  string `json:"source"`
	Unknown string `json:"unobserved,omitempty"` // when it is
	Meaning string `json:"meaning"`
}

func planVarsCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "vars [FILE]",
		Short: "list what rules can name: type, range, source; of a dunlin.yaml its own too",
		Long: `Lists every variable that a segment's rule, a bin, or the when of a campaign, survey or
message can name: its type, unit and range, the events that it is made from, and when it is
not observed. With a dunlin.yaml its attributes, topics, skills and predictions are among
them, and what the file lacks is left out.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			vars := variablesOf(nil)
			if len(args) == 1 {
				f, _, err := readPlanFile(args[0])
				if err != nil {
					return err
				}
				vars = variablesOf(f)
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), vars)
			}
			return writeVariables(c.OutOrStdout(), vars)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "one JSON list")
	return c
}

// variablesOf lists the variables of a file, or, without one, all there can be.
func variablesOf(f *planfile.File) (out []variable) {
	texts := func(v *plan.Variable) []string { return v.Texts }
	has := func(int) bool { return true }
	if f != nil {
		x := f.Extent()
		has = x.Has
		own := map[int][]string{plan.VarTopTopic: f.Topics, plan.VarPayment: f.Payments, plan.VarEntry: f.Pages, plan.VarStage: nil}
		for i := range f.Stages {
			own[plan.VarStage] = append(own[plan.VarStage], f.Stages[i].Name)
		}
		texts = func(v *plan.Variable) []string {
			if names, ok := own[v.Index]; ok {
				return names
			}
			return v.Texts
		}
	}
	own := map[int]string{plan.VarTopTopic: "the topics", plan.VarPayment: "the payments", plan.VarEntry: "the pages", plan.VarStage: "the funnel"}
	for i := range plan.Variables {
		v := &plan.Variables[i]
		if !has(v.Index) {
			continue
		}
		one := variable{v.Name, "number", v.Unit, limits(v.Min, v.Max), v.Source, v.Unknown, v.Meaning}
		switch names := texts(v); {
		case names != nil:
			one.Type, one.Unit, one.Range = "text", "", strings.Join(names, ", ")
		case own[v.Index] != "":
			one.Type, one.Unit, one.Range = "text", "", own[v.Index]+" of the file"
		case v.Integer:
			one.Type = "integer"
		}
		out = append(out, one)
	}
	affinity := variable{"affinity.TOPIC", "number", "", "0 to below 1", "every event about a topic", "", "share of all interest"}
	ability := variable{"ability.SKILL", "number", "logits", "-8 to 8", "attempt", "before the first attempt", "ability: 0 solves half of the exercises of difficulty 0"}
	if f == nil {
		return append(out, affinity, ability,
			variable{"an attribute", "as declared", "", "as declared", "declare", "before it is declared", "what the site, or the visitor, hands over"})
	}
	for _, t := range f.Topics {
		affinity.Name = planfile.Member("affinity", t)
		out = append(out, affinity)
	}
	for _, s := range f.Skills {
		ability.Name = planfile.Member("ability", s)
		out = append(out, ability)
	}
	for _, a := range f.Attributes {
		one := variable{Name: a.Name, Type: "flag", Range: "true, false", Source: "declare", Unknown: "before it is declared", Meaning: "the site's own"}
		switch a.Type {
		case plan.Number:
			one.Type, one.Range = "number", limits(a.Min, a.Max)
		case plan.Choice:
			one.Type, one.Range = "text", strings.Join(a.Values, ", ")
		}
		out = append(out, one)
	}
	return out
}

func limits(low, high float64) string {
	text := func(v float64) string {
		if v == 1<<32-1 {
			return "2^32-1"
		}
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return text(low) + " to " + text(high)
}

// writeVariables writes a few lines a variable, within 80 characters where names are short.
func writeVariables(w io.Writer, vars []variable) error {
	for _, v := range vars {
		kind := v.Type
		if v.Unit != "" {
			kind += ", " + v.Unit
		}
		if _, err := fmt.Fprintf(w, "%-24s %s\n", v.Name, kind); err != nil {
			return err
		}
		notes := []string{"from " + v.Source}
		if v.Unknown != "" {
			notes = append(notes, "unobserved "+v.Unknown)
		}
		lines := append(wrapped(v.Meaning, " "), wrapped(v.Range, ", ")...)
		for _, line := range append(lines, wrapped(strings.Join(notes, "; "), " ")...) {
			if _, err := fmt.Fprintf(w, "  %s\n", line); err != nil {
				return err
			}
		}
	}
	return nil
}

// wrapped breaks a text after separators, so that with two blanks before it a line has at most
// 80 characters if no piece is longer.
func wrapped(text, separator string) (lines []string) {
	line := ""
	for _, piece := range strings.SplitAfter(text, separator) {
		if line != "" && len(line)+len(strings.TrimRight(piece, " ")) > 78 {
			lines, line = append(lines, strings.TrimRight(line, " ")), ""
		}
		line += piece
	}
	return append(lines, line)
}
