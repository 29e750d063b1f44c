package soak

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
)

// resident is the memory of a process that lies in the machine's, in bytes: VmRSS.
func resident(pid int) (int64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	_, after, ok := bytes.Cut(b, []byte("VmRSS:"))
	words := bytes.Fields(after)
	if !ok || len(words) < 2 || string(words[1]) != "kB" {
		return 0, fmt.Errorf("process %d does not say how large it is", pid)
	}
	n, err := strconv.ParseInt(string(words[0]), 10, 64)
	return n << 10, err
}
