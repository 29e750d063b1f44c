package site_test

import (
	"bufio"
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/cmd/site"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

func ask(a *site.Answers, lines string) (said string, err error) {
	var out strings.Builder
	err = a.Ask(bufio.NewReader(strings.NewReader(lines)), &out, "Asia/Shanghai")
	return out.String(), err
}

func TestQuestions(t *testing.T) {
	var a site.Answers
	said, err := ask(&a, "shop.example\n1,200\n\nask\n\n")
	require.NoError(t, err)
	require.Equal(t, site.Answers{Domain: "shop.example", Visitors: 1200, Period: plan.Weekly, Consent: plan.ConsentAsk, TimeZone: "Asia/Shanghai"}, a)
	require.NoError(t, a.Check())
	require.Contains(t, said, "[week]")
	require.Contains(t, said, "Article 5(3)")
	require.Contains(t, said, "PIPL")
	require.NotContains(t, said, "[ask]", "consent has no default")
}

// A wrong answer is told what would be right, and asked again; nothing is asked that
// a flag has answered, and consent is never taken for granted.
func TestQuestionsAreRepeatedUntilAnswered(t *testing.T) {
	var a site.Answers
	said, err := ask(&a, strings.Join([]string{
		"https://shop.example", "Shop.Example", "shop.example/x", "shop.example # mine", "", "shop.example",
		"many", "0", "-3", "1,5", "20,00", "1.500", "1,000 000", "250",
		"month", "day",
		"", "yes", "default", "site",
		"Berlin", "Europe/Berlin", "",
	}, "\n"))
	require.NoError(t, err)
	require.Equal(t, site.Answers{Domain: "shop.example", Visitors: 250, Period: plan.Daily, Consent: plan.ConsentSite, TimeZone: "Europe/Berlin"}, a)
	for text, times := range map[string]int{
		"accepted is a domain in lower case": 4, "This needs an answer.": 2, "accepted is a number of people a day": 7,
		"accepted are day, week, 4 weeks": 1, "accepted are ask, site, assumed": 2, "accepted is an IANA name": 1, "[4 weeks]": 2,
	} {
		require.Equal(t, times, strings.Count(said, text), text)
	}

	given := site.Answers{Domain: "a.example", Visitors: 5, Period: plan.Daily, TimeZone: "UTC"}
	said, err = ask(&given, "assumed\n")
	require.NoError(t, err)
	require.NotContains(t, said, "domain")
	require.Equal(t, plan.ConsentAssumed, given.Consent)
}

func TestQuestionsThatNobodyAnswers(t *testing.T) {
	for lines, flag := range map[string]string{
		"": "--domain", "a.example\n": "--visitors", "a.example\n1\n": "--period", "a.example\n1\nday\n\n\n": "--consent",
		"a.example\n1\nday\nask\n": "--timezone",
	} {
		var a site.Answers
		_, err := ask(&a, lines)
		require.ErrorIs(t, err, site.ErrUnanswered)
		require.ErrorContains(t, err, flag)
	}
	broken := errors.New("the terminal is gone")
	var a site.Answers
	var out strings.Builder
	err := a.Ask(bufio.NewReader(failing{broken}), &out, "UTC")
	require.ErrorIs(t, err, broken)
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestCheckNamesWhatIsMissing(t *testing.T) {
	whole := answers(1000, plan.Weekly)
	require.NoError(t, whole.Check())
	for flag, change := range map[string]func(*site.Answers){
		"--domain": func(a *site.Answers) { a.Domain = "" }, "--visitors": func(a *site.Answers) { a.Visitors = 0 },
		"--period": func(a *site.Answers) { a.Period = 0 }, "--timezone": func(a *site.Answers) { a.TimeZone = "" },
		"--consent: accepted are ask, site, assumed": func(a *site.Answers) { a.Consent = 0 },
	} {
		a := whole
		change(&a)
		require.ErrorIs(t, a.Check(), site.ErrUnanswered)
		require.ErrorContains(t, a.Check(), flag)
	}
	for want, a := range map[string]site.Answers{
		"domain": {Domain: "a b"}, "visitors": {Visitors: -1}, "time zone": {TimeZone: "Mars/Olympus"},
	} {
		require.ErrorContains(t, a.CheckGiven(), want)
	}
	require.NoError(t, site.Answers{}.CheckGiven())
}

func TestDefaults(t *testing.T) {
	a := site.Answers{Visitors: 100}.WithDefaults("UTC")
	require.Equal(t, site.Answers{Visitors: 100, Period: plan.FourWeekly, TimeZone: "UTC"}, a, "consent has no default")
	require.Zero(t, site.Answers{}.WithDefaults("UTC").Period, "nobody said how many visit")
	kept := answers(100, plan.Daily)
	require.Equal(t, kept, kept.WithDefaults("UTC"))
}

func TestSystemZone(t *testing.T) {
	none := func() (string, error) { return "", errors.New("no link") }
	berlin := func() (string, error) { return "/usr/share/zoneinfo/Europe/Berlin", nil }
	etc := fstest.MapFS{"timezone": {Data: []byte("Asia/Shanghai\n")}}
	for _, c := range []struct {
		tz   string
		link func() (string, error)
		etc  fstest.MapFS
		want string
	}{
		{"America/Lima", berlin, etc, "America/Lima"},
		{":Europe/Paris", berlin, etc, "Europe/Paris"},
		{"CET-1CEST", berlin, etc, "Europe/Berlin"},
		{"", berlin, etc, "Europe/Berlin"},
		{"", none, etc, "Asia/Shanghai"},
		{"", func() (string, error) { return "../tmp/x", nil }, etc, "Asia/Shanghai"},
		{"", none, fstest.MapFS{"timezone": {Data: []byte("nowhere")}}, "UTC"},
		{"../../etc/passwd", none, fstest.MapFS{}, "UTC"},
	} {
		require.Equal(t, c.want, site.SystemZone(c.tz, c.link, c.etc), "%+v", c)
	}
}

// Digits may stand in groups of three, as people write them.
func TestVisitorsInGroups(t *testing.T) {
	for text, want := range map[string]int{"20000": 20000, "20,000": 20000, " 1 200 ": 1200, "1_000_000": 1000000, "7": 7} {
		var a site.Answers
		_, err := ask(&a, "shop.example\n"+text+"\nday\nask\nUTC\n")
		require.NoError(t, err, text)
		require.Equal(t, want, a.Visitors, text)
	}
}
