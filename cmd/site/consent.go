package site

import (
	"fmt"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// consentNames are the modes, as dunlin.yaml and the tag write them.
var consentNames = []struct {
	mode plan.Consent
	name string
}{{plan.ConsentAsk, "ask"}, {plan.ConsentSite, "site"}, {plan.ConsentAssumed, "assumed"}}

// ParseConsent returns the mode of a name.
func ParseConsent(name string) (plan.Consent, error) {
	for _, c := range consentNames {
		if c.name == name {
			return c.mode, nil
		}
	}
	return 0, fmt.Errorf("consent %q: accepted are ask, site, assumed; there is no default", name)
}

func consentName(mode plan.Consent) (string, error) {
	for _, c := range consentNames {
		if c.mode == mode {
			return c.name, nil
		}
	}
	return "", fmt.Errorf("the consent mode is missing: accepted are ask, site, assumed; there is no default")
}

// ConsentText is for the owner to read before deciding. It names what the laws say and what
// each mode does about it; it is not advice.
const ConsentText = `How do visitors consent? There is no default, for you answer for it.

Two laws that often apply (ask who advises you; this is not advice):
  ePrivacy Directive, Article 5(3), in the EU and EEA: storing something on a
  visitor's device, or reading it there, needs consent given before, unless it is
  strictly necessary for a service that the visitor asked for. Whether what is stored
  is personal data does not matter. Dunlin keeps a profile on the device.
  PIPL in China: what your page does with personal information on the device it does
  for you, so that you are its handler. Without another ground of Article 13 you need
  consent; by Article 14 it is voluntary, explicit and informed, and asked for again
  when purposes change; by Article 16 nobody may be turned away for refusing what the
  service does not need.

  ask      Your page asks and Dunlin keeps the answer. Nothing is stored or sent
           before it.
           ePrivacy: the consent that Article 5(3) wants, if you ask before and say
           what for. PIPL: what Articles 13 and 14 want, if refusing is as easy as
           giving; Article 16 holds, for the page is whole without Dunlin.
  site     Your consent tool asks and tells Dunlin on every page. Dunlin keeps no
           answer, and nothing is stored or sent before it is told one.
           ePrivacy: as above, for what your tool asked; it must name measuring and
           personalizing on the device. PIPL: the same; both purposes are to be
           named (Article 14), and refusing them must cost nothing (Article 16).
  assumed  Dunlin begins at once and stops when the visitor refuses.
           ePrivacy: Article 5(3) knows no consent by silence; neither measuring nor
           personalizing is as a rule strictly necessary. This is for places where
           you hold consent already or where the rule does not apply. PIPL: silence
           is no consent either (Article 14); you need another ground of Article 13,
           and legitimate interest is none of them.

In every mode Global Privacy Control counts as refused until the visitor says
otherwise, and measuring and personalizing are two answers.
`

// shortConsent says of a mode what stands beside it in dunlin.yaml.
func shortConsent(name string) string {
	return map[string]string{
		"ask":     "your page asks, Dunlin keeps the answer; nothing is stored or sent before",
		"site":    "your consent tool asks and tells Dunlin on every page",
		"assumed": "begins at once, stops when the visitor refuses: see what the law says first",
	}[name]
}
