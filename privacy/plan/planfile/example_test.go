package planfile_test

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"os"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/plan/planfile"
)

func ExampleParse() {
	_, problems := planfile.Parse("dunlin.yaml", []byte(`site: shop.example
timezone: Europe/Berlin
period: week
serial: 1
starts: 2026-11-23
ends: 2027-11-21
budget: {epsilon: 1}
consent: asked
segments:
  - name: regulars
    rule: orders >= 3 && member
  - name: everyone else
attributes:
  membr: {type: flag}
`))
	for _, p := range problems {
		fmt.Printf("line %d, column %d: %s: %s\n", p.Line, p.Column, p.Key, p.Message)
	}
	// Output:
	// line 8, column 10: consent: unknown value "asked"; did you mean "ask"?
	// line 11, column 26: segments[0].rule: unknown variable "member"; did you mean "membr"?
}

// The way of a plan: the file is checked, built, signed, verified and decoded.
func Example() {
	src, err := os.ReadFile("../../../plans/small.yaml")
	if err != nil {
		panic(err)
	}
	file, problems := planfile.Parse("plans/small.yaml", src)
	if problems != nil {
		panic(problems)
	}
	report, problems := planfile.Check(file)
	if problems != nil {
		panic(problems)
	}
	fmt.Printf("%d cells, weight %d, sigma squared %d\n", report.Cells, report.Weight, report.Sigma2)

	p, err := file.Plan(planfile.BuildInput{
		Leader:    plan.Recipient{Type: plan.X25519, Key: "age1leader"}, // from dunlin pair
		Helper:    plan.Recipient{Type: plan.X25519, Key: "age1helper"},
		VerifyKey: plan.Commitment{1},
		Issued:    1795000000,
	})
	if err != nil {
		panic(err)
	}
	published, err := plan.Encode(p)
	if err != nil {
		panic(err)
	}
	officer := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, 32)) // GenerateOfficer makes a real one
	signed := planfile.Sign(published, officer)
	bytesBack, err := planfile.Verify(signed, officer.Public().(ed25519.PublicKey))
	if err != nil {
		panic(err)
	}
	again, err := plan.Decode(bytesBack)
	fmt.Println(again.Site, again.Periods[0].Date, err)

	signed[len(signed)-1] ^= 1
	_, err = planfile.Verify(signed, officer.Public().(ed25519.PublicKey))
	fmt.Println(errors.Is(err, planfile.ErrSignature))
	// Output:
	// 36 cells, weight 4, sigma squared 83
	// corner-shop.example 2026-11-23 <nil>
	// true
}
