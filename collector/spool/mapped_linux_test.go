package spool

import (
	"bufio"
	"bytes"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// resident is how many bytes of a file's map lie in this process.
func resident(t *testing.T, path string) (n int64) {
	t.Helper()
	f, err := os.Open("/proc/self/smaps")
	require.NoError(t, err)
	defer f.Close()
	found, mine := false, false
	for lines := bufio.NewScanner(f); lines.Scan(); {
		words := strings.Fields(lines.Text())
		switch {
		case !strings.HasSuffix(words[0], ":"): // the head of a map
			mine = words[len(words)-1] == path
			found = found || mine
		case mine && words[0] == "Rss:":
			kb, err := strconv.ParseInt(words[1], 10, 64)
			require.NoError(t, err)
			n += kb << 10
		}
	}
	require.True(t, found, "the file is mapped")
	return n
}

// What a process holds of a file does not grow with it: not by writing, not by
// freezing, not by handing out. And all of it is there.
func TestMemoryDoesNotGrowWithTheFile(t *testing.T) {
	const each, commits, bound = 16, 2560, 2 * mappedAtMost
	s := open(t, t.TempDir())
	key := testKey(1)
	require.NoError(t, s.Prepare(key))
	b := &batch{key: key, path: s.File(key), marks: s.marks, log: s.log}
	require.NoError(t, b.open())
	b.db.NoSync = true // as many commits as under load, without waiting for the disk
	body := strings.Repeat("x", 4<<10)
	size := 0
	for i := range commits {
		var items []*item
		for j := range each {
			r := raw(t, key, uint64(i*each+j)*0x9E3779B97F4A7C15, 1, body)
			size += len(r)
			items = append(items, &item{raw: append(make([]byte, 0, len(r)+Headroom), r...)})
		}
		require.NoError(t, b.commit(items))
	}
	require.Greater(t, size, 2*bound)
	require.Less(t, resident(t, b.path), int64(bound), "written")
	_, err := b.freeze()
	require.NoError(t, err)
	require.Less(t, resident(t, b.path), int64(bound), "frozen")
	n := 0
	for p := range Partitions {
		_, err := b.page(byte(p), nil, each*commits, 1<<40, func(raw []byte) error {
			require.True(t, bytes.Contains(raw, []byte(body)))
			n++
			return nil
		})
		require.NoError(t, err)
	}
	require.Equal(t, each*commits, n)
	require.Less(t, resident(t, b.path), int64(bound), "handed out")
	require.NoError(t, b.closeFile())
}
