package site

import (
	"io/fs"
	"path"
	"strings"
)

// SystemZone returns the machine's time zone by its IANA name, and "UTC" where the
// machine tells none that dunlin.yaml would accept. tz is the environment's TZ;
// link reads where /etc/localtime leads; etc is the folder /etc.
func SystemZone(tz string, link func() (string, error), etc fs.FS) string {
	names := []string{strings.TrimPrefix(tz, ":")}
	if target, err := link(); err == nil {
		if _, name, ok := strings.Cut(path.Clean(target), "zoneinfo/"); ok {
			names = append(names, name)
		}
	}
	if b, err := fs.ReadFile(etc, "timezone"); err == nil {
		names = append(names, strings.TrimSpace(string(b)))
	}
	for _, name := range names {
		if name != "" && checkZone(name) == nil {
			return name
		}
	}
	return "UTC"
}
