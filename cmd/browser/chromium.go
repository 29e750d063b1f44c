package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/chromedp/chromedp"
)

// ErrMissing: there is no Chromium to drive.
var ErrMissing = errors.New("there is no Chromium here: as root on Debian run `apt-get install chromium`, elsewhere install it or name its path in CHROME_PATH")

// names are what a Chromium may be called, or one of the browsers that are built of it.
var names = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge", "microsoft-edge-stable", "msedge"}

// places are where it lies on systems that keep programs out of PATH, below the folders of
// the environment's variables where one is named.
var places = []struct{ variable, path string }{
	{"", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"},
	{"", "/Applications/Chromium.app/Contents/MacOS/Chromium"},
	{"", "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge"},
	{"HOME", "Applications/Google Chrome.app/Contents/MacOS/Google Chrome"},
	{"ProgramFiles", `Google\Chrome\Application\chrome.exe`},
	{"ProgramFiles(x86)", `Google\Chrome\Application\chrome.exe`},
	{"LocalAppData", `Google\Chrome\Application\chrome.exe`},
	{"ProgramFiles(x86)", `Microsoft\Edge\Application\msedge.exe`},
	{"", "/snap/bin/chromium"},
}

// Find returns the path of a Chromium: CHROME_PATH, or the first of the usual names and
// places.
//
// Errors: ErrMissing.
func Find() (string, error) {
	if path := os.Getenv("CHROME_PATH"); path != "" {
		if _, err := os.Stat(path); err != nil {
			return "", fmt.Errorf("CHROME_PATH: %w", err)
		}
		return path, nil
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	for _, at := range places {
		path, folder := at.path, os.Getenv(at.variable)
		if at.variable != "" {
			path = filepath.Join(folder, path)
		}
		if about, err := os.Stat(path); err == nil && !about.IsDir() && (at.variable == "" || folder != "") {
			return path, nil
		}
	}
	return "", ErrMissing
}

// Chromium is a running browser.
type Chromium struct {
	ctx  context.Context
	stop context.CancelFunc
}

// Options of Launch.
type Options struct {
	// Automated leaves the mark of automation on: navigator.webdriver is true.
	Automated bool
	// NoStorage is the setting by which a person denies all sites cookies, localStorage
	// and databases.
	NoStorage bool
	// Folder, an empty one, holds the browser's profile and all else that it writes, for
	// whoever must leave nothing behind: it is theirs to remove after Close. Its path is
	// short, for a socket lies in it. Default: the system's, where Chromium leaves an empty
	// folder behind when it is ended.
	Folder string
}

// noStorage is a profile's preferences under NoStorage: 2 blocks.
const noStorage = `{"profile": {"default_content_setting_values": {"cookies": 2}}}`

// Launch starts a headless Chromium with an empty profile. It ends with ctx, or by Close.
func Launch(ctx context.Context, o Options) (*Chromium, error) {
	path, err := Find()
	if err != nil {
		return nil, err
	}
	flags := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path), chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck, chromedp.Headless, chromedp.DisableGPU,
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-default-apps", true),
		chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.Flag("disable-extensions", true),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-background-timer-throttling", true),
		chromedp.Flag("disable-renderer-backgrounding", true),
		chromedp.Flag("disable-features", "Translate,OptimizationHints,MediaRouter"),
		chromedp.Flag("password-store", "basic"),
		chromedp.WindowSize(1280, 900),
	}
	if o.Automated {
		flags = append(flags, chromedp.Flag("enable-automation", true))
	} else {
		flags = append(flags, chromedp.Flag("disable-blink-features", "AutomationControlled"))
	}
	if os.Geteuid() == 0 {
		flags = append(flags, chromedp.NoSandbox)
	}
	clear := func() {}
	if o.Folder != "" {
		flags = append(flags, chromedp.Env("TMPDIR="+o.Folder, "TMP="+o.Folder, "TEMP="+o.Folder))
	}
	if o.NoStorage || o.Folder != "" {
		profile, err := os.MkdirTemp(o.Folder, "dunlin-chromium-")
		if err != nil {
			return nil, fmt.Errorf("make a profile: %w", err)
		}
		clear = func() { _ = os.RemoveAll(profile) } // as chromedp does with profiles of its own
		if o.NoStorage {
			if err := writePreferences(profile, noStorage); err != nil {
				clear()
				return nil, fmt.Errorf("make a profile: %w", err)
			}
		}
		flags = append(flags, chromedp.UserDataDir(profile))
	}
	allocator, free := chromedp.NewExecAllocator(ctx, flags...)
	// What the browser says of itself is of no use to whoever drives it.
	quiet := func(string, ...any) {}
	root, cancel := chromedp.NewContext(allocator, chromedp.WithErrorf(quiet), chromedp.WithLogf(quiet))
	c := &Chromium{ctx: root, stop: func() { cancel(); free(); clear() }}
	if err := chromedp.Do(root); err != nil {
		c.stop()
		return nil, fmt.Errorf("start %s: %w", path, err)
	}
	return c, nil
}

func writePreferences(profile, preferences string) error {
	dir := filepath.Join(profile, "Default")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "Preferences"), []byte(preferences), 0o600)
}

// Close ends the browser and removes its profile.
func (c *Chromium) Close() { c.stop() }
