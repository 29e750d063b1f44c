package planfile

import (
	"bytes"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
)

// Whatever the text: no panic, an end within seconds, every problem complete,
// and a file without problems builds and shows, or says why not.
func FuzzParse(f *testing.F) {
	for _, name := range []string{"small", "standard", "hillstrom", "shop", "feed", "school"} {
		f.Add(read(f, "plans/"+name+".yaml"))
	}
	f.Add([]byte(base))
	f.Add([]byte(school))
	f.Add([]byte(docExample(f)))
	for _, seed := range []string{"", "site: a\n---\n", "a: &b\n c: *b\n", "? [a]\n: b\n", "segments:\n- rule: \"\\u0041 > 1\"\n", "a: |\n b\n", "{{{{", "- - - -", "site: \xff", "a:\n\tb", "名: '乙'\n", "%\n", "a: !!x b\n", "<<: {}\n", "a: [b\n]: c\n", "\"\n\n\""} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		start := time.Now()
		file, problems := Parse("f", src)
		require.Less(t, time.Since(start), 10*time.Second)
		if file == nil {
			require.NotEmpty(t, problems)
			for i, p := range problems {
				require.NotEmpty(t, p.Key)
				require.NotEmpty(t, p.Message)
				require.NotEmpty(t, p.Accepted)
				require.Positive(t, p.Line)
				require.Positive(t, p.Column)
				require.LessOrEqual(t, p.Line, bytes.Count(src, []byte("\n"))+1)
				if i > 0 {
					require.LessOrEqual(t, problems[i-1].Line, p.Line)
				}
			}
			return
		}
		require.Empty(t, problems)
		report, problems := Check(file)
		if report == nil {
			require.NotEmpty(t, problems)
			require.NotContains(t, problems.Error(), "a plan as docs/plan.md describes it", "Parse and package plan disagree")
			return
		}
		p, err := file.Plan(BuildInput{Leader: input().Leader, Helper: input().Helper, Issued: 1})
		require.NoError(t, err)
		published, err := plan.Encode(p)
		require.NoError(t, err)
		require.NoError(t, Show(io.Discard, published))
	})
}

// Whatever the rule: no panic, and what compiles is code that plan accepts and
// that is written back as a rule of the same meaning.
func FuzzRule(f *testing.F) {
	for _, seed := range []string{"orders >= 3 && days_since_order <= 60", "member", "!member == (visits > 1)", `age == "older"`, "1 < visits < 3", "filter(1..1e9, true)", "((((", "not not true", "-points * 2 > 1e3", "member == vip != true", "\"\\u00", "visits ?. a", `affinity.shoes >= 0.3 && top_topic == "bags"`, `affinity["kids wear"] > affinity.in`, `affinity["x"]`, "affinity", "affinity?.shoes > 0"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		code, err := CompileRule(text, attributes, topics)
		if err != nil {
			require.Nil(t, code)
			return
		}
		require.NoError(t, plan.CheckRule(code, plan.Extent{Attributes: len(attributes), Topics: len(topics)}))
		again, err := CompileRule(FormatRule(code, attributes, topics), attributes, topics)
		if err != nil { // the written form may be longer than the bounds allow
			require.Greater(t, len(code), 100)
			return
		}
		for _, vars := range []known{{}, {plan.VarVisits: 2, plan.VarOrders: 3, member: 1, vip: 0, age: 1, points: -2, plan.VarTopTopic: 1, plan.VarAffinity: 0.4}, {member: 0, plan.VarVisits: 0}} {
			require.Equal(t, code.Match(vars), again.Match(vars))
		}
	})
}

func FuzzVerify(f *testing.F) {
	key, public := officer(f, "a")
	f.Add(Sign([]byte("published"), key))
	f.Add([]byte("DLPS\x01"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, signed []byte) {
		published, err := Verify(signed, public)
		if err == nil {
			require.Equal(t, signed, Sign(published, key), "Ed25519 signatures are deterministic")
		}
	})
}
