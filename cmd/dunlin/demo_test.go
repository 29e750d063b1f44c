package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/dunlin-analytics/dunlin/cmd/verify"
	"github.com/stretchr/testify/require"
)

// The demo prints where its shop and its dashboard are, serves both, and an interrupt
// ends it at once with nothing left behind.
func TestDemo(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command("dunlin", "demo", "--listen", "127.0.0.1:0")
	cmd.Env = append(os.Environ(), "TMPDIR="+dir)
	var problems bytes.Buffer
	cmd.Stderr = &problems
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	began := time.Now()
	require.NoError(t, cmd.Start())
	defer cmd.Process.Kill() // where the test fails before it ends
	var said strings.Builder
	for b := make([]byte, 4096); !strings.Contains(said.String(), "Ctrl-C"); {
		n, err := out.Read(b)
		said.Write(b[:n])
		if err != nil {
			break
		}
	}
	require.Less(t, time.Since(began), 10*time.Second)
	require.Contains(t, said.String(), "Ctrl-C ends the demo", problems.String())
	addresses := regexp.MustCompile(`http://127\.0\.0\.1:\d+/\S+`).FindAllString(said.String(), -1)
	require.Len(t, addresses, 2, said.String())
	require.Regexp(t, `/demo/shop/$`, addresses[0])
	require.Regexp(t, `/#/sign-in/[-\w]{40,}$`, addresses[1])

	get := func(address string) string {
		res, err := http.Get(address)
		require.NoError(t, err)
		defer res.Body.Close()
		require.Equal(t, http.StatusOK, res.StatusCode)
		b, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		return string(b)
	}
	page := get(addresses[0])
	require.Regexp(t, `<script src="/dunlin/dunlin\.js[^"]*" integrity="sha384-[^"]{64}" data-dunlin-officer="dunlin-officer1[0-9a-f]{64}" data-dunlin-consent="ask" data-dunlin-clock="-?\d+"></script>`, page)
	src := regexp.MustCompile(`src="(/dunlin/[^"]+)"`).FindStringSubmatch(page)
	base, _, _ := strings.Cut(addresses[0], "/demo/")
	require.NotEmpty(t, get(base+src[1]))
	require.Contains(t, get(addresses[1]), "<!doctype html>")

	// The shop is a page as dunlin verify wants it.
	var found, why bytes.Buffer
	require.Zero(t, run(t.Context(), []string{"verify", "--no-browser", "--json", addresses[0]}, nil, &found, &why), "%s%s", &found, &why)
	var verified verify.Report
	require.NoError(t, json.Unmarshal(found.Bytes(), &verified))
	require.False(t, verified.Wrong)
	require.Equal(t, addresses[0], verified.URL)
	for _, c := range verified.Checks {
		require.Equal(t, verify.OK, c.State, c)
	}

	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	asked := time.Now()
	require.NoError(t, cmd.Wait(), problems.String())
	require.Less(t, time.Since(asked), 2*time.Second)
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestDemoRefuses(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	for listen, want := range map[string]string{
		taken.Addr().String(): "name another one with --listen",
		"0.0.0.0:8080":        "listen at a loopback address such as 127.0.0.1:8080",
		"8080":                "listen at a loopback address such as 127.0.0.1:8080",
	} {
		var out, problems bytes.Buffer
		require.Equal(t, 1, run(t.Context(), []string{"demo", "--listen", listen}, strings.NewReader(""), &out, &problems))
		require.Contains(t, problems.String(), want)
		require.Empty(t, out.String())
	}
}
