package browser_test

import (
	"io"
	"io/fs"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dunlin-analytics/dunlin/cmd/browser"
	"github.com/dunlin-analytics/dunlin/cmd/demo"
	"github.com/dunlin-analytics/dunlin/wasm/module"
	"github.com/dunlin-analytics/dunlin/web"
)

// files are a part of what is built for browsers.
func files(t *testing.T, part func() (fs.FS, error)) fs.FS {
	t.Helper()
	f, err := part()
	require.NoError(t, err)
	return f
}

// stand is a running demo, and a browser that people come to it with.
type stand struct {
	*testing.T
	*demo.Demo
	chromium *browser.Chromium
}

func startDemo(t *testing.T) *stand {
	t.Helper()
	c := chromium(t)
	bytes, err := module.Bytes()
	require.NoError(t, err)
	d, err := demo.Start(t.Context(), demo.Options{
		Dir: t.TempDir(), Listen: "127.0.0.1:0", Module: bytes, ModuleBrotli: module.Brotli(), Log: io.Discard, Visitors: 7000,
		SDK: files(t, web.SDK), Dashboard: files(t, web.Dashboard), Shop: files(t, web.Shop),
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.Close()) })
	return &stand{t, d, c}
}

// somebody is a tab of a profile of its own.
func (s *stand) somebody() *browser.Tab {
	s.Helper()
	v, err := s.chromium.Visitor()
	require.NoError(s, err)
	s.Cleanup(func() { require.NoError(s, v.Close()) })
	tab, err := v.Tab()
	require.NoError(s, err)
	require.NoError(s, tab.Screen(1280, 900))
	return tab
}

// analyst is somebody who is signed in to the dashboard and looks at one of its views.
func (s *stand) analyst(view string) *browser.Tab {
	s.Helper()
	link, err := s.Link()
	require.NoError(s, err)
	tab := s.somebody()
	require.NoError(s, tab.Go(link))
	at := `document.querySelector('nav a[href^="#/` + view + `"]')`
	require.NoError(s, tab.Until(at))
	s.do(tab, at+`.click()`)
	return tab
}

// do runs an expression in a page.
func (s *stand) do(tab *browser.Tab, expression string) {
	s.Helper()
	_, err := browser.Eval[any](tab, expression)
	require.NoError(s, err)
}
