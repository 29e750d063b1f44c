package planfile

import (
	"fmt"
	"io"
	"strings"

	"github.com/rivo/uniseg"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// WriteText writes the report as a table and the lines that explain it.
func (r *Report) WriteText(w io.Writer) error {
	var b strings.Builder
	table := [][]string{{"panel", "metric", "cells", "", "most ones"}}
	for _, row := range r.Rows {
		table = append(table, []string{row.Panel, row.Metric, fmt.Sprint(row.Cells), row.product(), fmt.Sprint(row.Most)})
	}
	table = append(table, []string{"total", "", fmt.Sprint(r.Cells), "", fmt.Sprint(r.Weight)})
	align(&b, table, map[int]bool{2: true, 4: true})
	fmt.Fprintf(&b, "\nweight %d, sigma squared %d in each aggregator's noise: one released cell has a standard deviation of %.1f\n",
		r.Weight, r.Sigma2, deviation(r.Sigma2))
	r.writeChoices(&b)
	fmt.Fprintf(&b, "\nWhat one device's reports tell about it (delta %g, against everyone if one aggregator is honest)\n", float64(r.Delta))
	costs := [][]string{{"  over", "reports at most", "rho", "epsilon"}}
	for _, c := range r.Costs {
		costs = append(costs, []string{"  " + count(c.Days, "day"), fmt.Sprint(c.Reports), fmt.Sprintf("%.6f", float64(r.Rho.Times(c.Reports))), fmt.Sprintf("%.4f", float64(c.Epsilon))})
	}
	align(&b, costs, map[int]bool{1: true, 2: true, 3: true})
	fmt.Fprintf(&b, "\n%s of %s, from %s; the last starts on %s\n", count(r.Periods, "period"), count(r.Cadence.Days(), "day"), r.First, r.Last)
	if r.Left > 0 {
		fmt.Fprintf(&b, "the %s after the last whole period, up to `ends`, will not be measured\n", count(r.Left, "day"))
	}
	fmt.Fprintf(&b, "no release below %d reports; a report has %d bytes, of every device the same\n", r.MinBatch, r.ReportSize)
	_, err := io.WriteString(w, b.String())
	return err
}

// product tells where a row's cells come from: 4 segments x 3 arms.
func (row Row) product() string {
	var factors []string
	if row.By == plan.BySegment {
		factors = append(factors, count(row.Cells/row.Columns, "segment"))
	}
	columns := fmt.Sprintf("%d %s", row.Columns, row.Across)
	if row.Holdout {
		columns = fmt.Sprintf("%d %s + holdout", row.Columns-1, row.Across)
		if len(factors) > 0 {
			columns = "(" + columns + ")"
		}
	}
	if row.Across != "" {
		factors = append(factors, columns)
	}
	return strings.Join(factors, " x ")
}

func count(n int, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}

// align writes rows with columns as wide as their widest cell on a terminal,
// where a Chinese character takes two places. Columns of numbers go to the right.
func align(b *strings.Builder, rows [][]string, right map[int]bool) {
	wide := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			wide[i] = max(wide[i], uniseg.StringWidth(cell))
		}
	}
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			space := strings.Repeat(" ", wide[i]-uniseg.StringWidth(cell))
			if right[i] {
				line.WriteString(space + cell + "  ")
			} else {
				line.WriteString(cell + space + "  ")
			}
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
}
