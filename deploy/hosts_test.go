//go:build linux

package deploy_test

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/stretchr/testify/require"
)

// roles are the hosts of docs/operations.md, in the order of their addresses.
var roles = []string{"collector", "leader", "helper"}

// block is one of the guide's code blocks that name a host, or a remark that says what
// people do between two of them.
type block struct {
	hosts   []string
	serves  bool // it runs until it is interrupted
	command string
	send    []string // file, from, to
	upload  bool
}

// guide reads the blocks of docs/operations.md in their order.
func guide(t *testing.T) (all []block) {
	t.Helper()
	b, err := os.ReadFile("../docs/operations.md")
	require.NoError(t, err)
	found := regexp.MustCompile("(?m)^```sh ([a-z &]+)\n((?s:.*?))^```$|^<!-- (send|upload)([^>]*?) ?-->$")
	for _, m := range found.FindAllStringSubmatch(string(b), -1) {
		switch words := strings.Fields(m[1]); {
		case m[3] == "upload":
			all = append(all, block{upload: true})
		case m[3] == "send":
			all = append(all, block{send: strings.Fields(m[4])})
		default:
			one := block{command: m[2]}
			for _, w := range words {
				if w == "&" {
					one.serves = true
				} else {
					require.Contains(t, roles, w)
					one.hosts = append(one.hosts, w)
				}
			}
			all = append(all, one)
		}
	}
	require.Greater(t, len(all), 15)
	return all
}

// network is three hosts at one switch, each a network namespace with a folder.
type network struct {
	t    *testing.T
	dir  string
	vars map[string]string // what people told each other
	stop map[string]func() // ends the service of a host, well
}

func (n *network) ip(args ...string) {
	n.t.Helper()
	out, err := exec.Command("ip", args...).CombinedOutput()
	require.NoError(n.t, err, "ip %s: %s", strings.Join(args, " "), out)
}

func name(host string) string { return fmt.Sprintf("dunlin%d-%s", os.Getpid(), host) }

func newNetwork(t *testing.T) *network {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("network namespaces need root: the guide is not walked through")
	}
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip("iproute2 is not here: the guide is not walked through")
	}
	if out, err := exec.Command("ip", "netns", "add", name("switch")).CombinedOutput(); err != nil {
		t.Skipf("network namespaces cannot be made here, and the guide is not walked through: %s", out)
	}
	n := &network{t: t, dir: t.TempDir(), vars: map[string]string{}, stop: map[string]func(){}}
	t.Cleanup(func() { _ = exec.Command("ip", "netns", "del", name("switch")).Run() })
	n.ip("-n", name("switch"), "link", "add", "bridge", "type", "bridge")
	n.ip("-n", name("switch"), "link", "set", "bridge", "up")
	for i, host := range roles {
		ns, port, addr := name(host), fmt.Sprintf("port%d", i), fmt.Sprintf("10.0.0.%d", i+1)
		n.ip("netns", "add", ns)
		t.Cleanup(func() { _ = exec.Command("ip", "netns", "del", ns).Run() })
		n.ip("-n", ns, "link", "add", "eth0", "type", "veth", "peer", "name", port, "netns", name("switch"))
		n.ip("-n", name("switch"), "link", "set", port, "master", "bridge", "up")
		n.ip("-n", ns, "addr", "add", addr+"/24", "dev", "eth0")
		n.ip("-n", ns, "link", "set", "eth0", "up")
		n.ip("-n", ns, "link", "set", "lo", "up")
		n.vars[strings.ToUpper(host)] = addr
		require.NoError(t, os.Mkdir(n.folder(host), 0o700))
	}
	return n
}

func (n *network) folder(host string) string { return filepath.Join(n.dir, host) }

// command is a program on a host.
func (n *network) command(host string, args ...string) *exec.Cmd {
	c := exec.Command("ip", append([]string{"netns", "exec", name(host)}, args...)...)
	c.Dir = n.folder(host)
	c.Env = []string{
		"PATH=" + n.dir + ":" + os.Getenv("PATH"), "DATA=" + filepath.Join(n.folder(host), "data"),
		"DUNLIN_PASSPHRASE_FILE=" + filepath.Join(n.folder(host), "passphrase"),
	}
	for k, v := range n.vars {
		c.Env = append(c.Env, k+"="+v)
	}
	return c
}

// told are the words that commands print for other people, and what the guide calls
// them.
var told = map[string]*regexp.Regexp{
	"COLLECTOR_KEY": regexp.MustCompile(`collector +is known as +(dunlin-peer1\S+)`),
	"LEADER_KEY":    regexp.MustCompile(`leader +is known as +(dunlin-peer1\S+)`),
	"OFFICER":       regexp.MustCompile(`officer +signs plans as +(dunlin-officer1\S+)`),
	"INVITE":        regexp.MustCompile(`(?m)^(dunlin-invite1\S+)`),
	"ANSWER":        regexp.MustCompile(`(?m)^(dunlin-leader1\S+)`),
}

func (n *network) run(host, script string) string {
	n.t.Helper()
	out, err := n.command(host, "/bin/sh", "-euc", script).CombinedOutput()
	require.NoError(n.t, err, "on the %s's host:\n%s\n%s", host, script, out)
	return string(out)
}

func (n *network) hear(out string) {
	for what, pattern := range told {
		if m := pattern.FindStringSubmatch(out); m != nil && (n.vars[what] == "" || what == "INVITE" || what == "ANSWER") {
			n.vars[what] = m[1]
		}
	}
}

// transcript is what a service says.
type transcript struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *transcript) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *transcript) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// serve runs a service until the end of the test.
func (n *network) serve(host, script string) *transcript {
	n.t.Helper()
	said := &transcript{}
	c := n.command(host, "/bin/sh", "-euc", "exec "+strings.TrimSpace(script))
	c.Stdout, c.Stderr = said, said
	require.NoError(n.t, c.Start())
	var once sync.Once
	stop := func() {
		once.Do(func() {
			require.NoError(n.t, c.Process.Signal(syscall.SIGTERM))
			require.NoError(n.t, c.Wait(), "the %s ends well: %s", host, said)
		})
	}
	n.stop[host] = stop
	n.t.Cleanup(func() { once.Do(func() { _ = c.Process.Kill(); _ = c.Wait() }) })
	ready := regexp.MustCompile("listens|works with")
	require.Eventually(n.t, func() bool { return ready.MatchString(said.String()) }, 20*time.Second, 20*time.Millisecond, "%s: %s", host, said)
	return said
}

// self runs one of this test's own verbs on a host.
func (n *network) self(host string, args ...string) string {
	n.t.Helper()
	program, err := os.Executable()
	require.NoError(n.t, err)
	out, err := n.command(host, append([]string{program}, args...)...).CombinedOutput()
	require.NoError(n.t, err, "%s", out)
	return string(out)
}

// zone returns a time zone in which it is about noon, so that the first period is far
// from both of its ends; or with soon the one whose day ends next, and when.
func zone(now time.Time, soon bool) (name string, day plan.Date, ends time.Time) {
	offset := func(hours int) string { // POSIX has the sign the other way round
		if hours >= 0 {
			return fmt.Sprintf("Etc/GMT-%d", hours)
		}
		return fmt.Sprintf("Etc/GMT+%d", -hours)
	}
	zones := []string{"Asia/Kolkata", "Asia/Kathmandu", "Asia/Kabul", "Australia/Eucla", "Asia/Yangon", "America/St_Johns", "Pacific/Marquesas", "Pacific/Chatham"}
	for h := -12; h <= 14; h++ {
		zones = append(zones, offset(h))
	}
	best := time.Duration(0)
	for _, z := range zones {
		l, err := time.LoadLocation(z)
		if err != nil {
			continue
		}
		y, m, d := now.In(l).Date()
		end := time.Date(y, m, d+1, 0, 0, 0, 0, l)
		left := end.Sub(now)
		score := max(left-12*time.Hour, 12*time.Hour-left) // from noon
		if soon {
			if score = left; left < 4*time.Minute {
				continue
			}
		}
		if name == "" || score < best {
			date, err := plan.ParseDate(fmt.Sprintf("%04d-%02d-%02d", y, int(m), d))
			if err == nil {
				name, day, ends, best = z, date, end, score
			}
		}
	}
	return name, day, ends
}

// The guide's commands, each on its host, from empty folders to reports that are
// acknowledged: plan accepted, doctor content on all three hosts, nothing closed before
// its time, services that end well. A period lasts a day at least; with SOAK set the
// test takes the time zone whose day ends next and stays until the release, half an
// hour at most.
func TestOperationsGuide(t *testing.T) {
	if testing.Short() {
		t.Skip("half a minute of scrypt and three hosts")
	}
	soak := os.Getenv("SOAK") != ""
	n := newNetwork(t)
	build := exec.Command("go", "build", "-o", filepath.Join(n.dir, "dunlin"), "./cmd/dunlin")
	build.Dir = ".."
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)

	now := time.Now()
	zone, day, ends := zone(now, soak)
	require.NotEmpty(t, zone)
	maps.Copy(n.vars, map[string]string{"ZONE": zone, "FIRST": day.String(), "LAST": (day + 59).String()})
	reports := 3
	if soak {
		reports = 120 // more than min batch
	}
	served := map[string]*transcript{}
	for _, b := range guide(t) {
		switch {
		case b.upload:
			require.Eventually(t, func() bool { return strings.Contains(served["leader"].String(), "plans accepted") }, 30*time.Second, 50*time.Millisecond, "%s", served["leader"])
			require.Contains(t, n.self("collector", "upload", "http://127.0.0.1:8080", filepath.Join(n.folder("leader"), "plan.bin"), strconv.Itoa(reports)), "acknowledged "+strconv.Itoa(reports))
		case b.send != nil:
			from, err := os.ReadFile(filepath.Join(n.folder(b.send[1]), b.send[0]))
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(filepath.Join(n.folder(b.send[2]), b.send[0]), from, 0o644))
		case b.serves:
			served[b.hosts[0]] = n.serve(b.hosts[0], b.command)
		default:
			for _, host := range b.hosts {
				n.hear(n.run(host, b.command))
			}
		}
	}

	// What each host says of the running period.
	status := n.run("collector", "dunlin status")
	require.Contains(t, status, fmt.Sprintf("takes reports: %d reports arrived", reports))
	for _, host := range []string{"leader", "helper"} {
		require.Contains(t, n.run(host, "dunlin status"), "running until "+ends.UTC().Format("2006-01-02 15:04 UTC"))
	}
	// No key of one side is on the other's host, and none is in a backup.
	for _, pair := range [][2]string{{"leader", "helper.pem"}, {"leader", "officer.pem"}, {"helper", "leader.pem"}} {
		_, err := os.Stat(filepath.Join(n.folder(pair[0]), "keys", pair[1]))
		require.ErrorIs(t, err, os.ErrNotExist)
	}
	// A leader that is early gets nothing, and a stranger no answer at all.
	require.Contains(t, n.self("leader", "early", "https://10.0.0.3:8082", "keys/leader.pem", n.helperKey(), "plan.bin", day.String()), "period-open")
	require.Contains(t, n.self("collector", "early", "https://10.0.0.3:8082", "keys/collector.pem", n.helperKey(), filepath.Join(n.folder("leader"), "plan.bin"), day.String()), "refused at the door")

	if soak {
		t.Logf("waiting until %s", ends)
		time.Sleep(time.Until(ends)) // the services' clock is the wall's
		for _, host := range []string{"leader", "helper"} {
			require.Eventually(t, func() bool {
				return strings.Contains(n.run(host, "dunlin release list --config services.yaml"), day.String())
			}, 3*time.Minute, time.Second)
		}
	}
	n.loseLeader(soak, day)
	for _, host := range []string{"leader", "helper", "collector"} {
		n.stop[host]()
	}
	// Doctor says so of each host, and how to start it.
	for _, host := range roles {
		out, err := n.command(host, "dunlin", "doctor").CombinedOutput()
		var exit *exec.ExitError
		require.ErrorAs(t, err, &exit)
		require.Equal(t, 1, exit.ExitCode())
		require.Contains(t, string(out), host+": does not run\n      -> start it: dunlin serve --role "+host)
	}
}

// loseLeader is the guide's way back from a leader's disk that died.
func (n *network) loseLeader(released bool, day plan.Date) {
	n.t.Helper()
	n.stop["leader"]()
	require.NoError(n.t, os.RemoveAll(filepath.Join(n.folder("leader"), "data")))
	n.run("leader", "dunlin restore --config services.yaml backup-1.tar")
	n.hear(n.run("helper", "dunlin pair invite --name shop --url https://$HELPER:8082"))
	n.hear(n.run("leader", "dunlin pair accept $INVITE"))
	n.run("helper", "dunlin pair accept $ANSWER")
	said := n.serve("leader", "dunlin serve --role leader --config services.yaml")
	if released {
		require.Eventually(n.t, func() bool {
			return strings.Contains(n.run("leader", "dunlin release list --config services.yaml"), day.String())
		}, time.Minute, time.Second, "%s", said)
	}
	out, err := n.command("leader", "dunlin", "doctor").CombinedOutput()
	require.Error(n.t, err)
	require.Contains(n.t, string(out), "its keys are not in")
	require.Contains(n.t, string(out), "leader to helper: https://10.0.0.3:8082 answers")
}

// helperKey is the one that the helper's host shows.
func (n *network) helperKey() string {
	n.t.Helper()
	if n.vars["HELPER_KEY"] == "" {
		b, err := os.ReadFile(filepath.Join(n.folder("leader"), "data", "leader", "helper.json"))
		require.NoError(n.t, err)
		m := regexp.MustCompile(`dunlin-peer1[0-9a-f]{64}`).Find(b)
		require.NotEmpty(n.t, m, "%s", b)
		n.vars["HELPER_KEY"] = string(m)
	}
	return n.vars["HELPER_KEY"]
}

func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "upload":
			verb(upload(os.Stdout, os.Args[2:]))
		case "early":
			verb(early(os.Stdout, os.Args[2:]))
		}
	}
	os.Exit(m.Run())
}

func verb(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}
