package link_test

import (
	"fmt"

	"github.com/dunlin-analytics/dunlin/wasm/link"
)

// A module of one page of memory with three segments, of which two are near each
// other, and a section that only tools read.
func ExampleMerge() {
	module := []byte("\x00asm\x01\x00\x00\x00" +
		"\x05\x03\x01\x00\x01" + // one memory of one page
		"\x0b\x15\x03" + // three data segments
		"\x00\x41\x08\x0b\x02hi" +
		"\x00\x41\x0c\x0b\x02yo" +
		"\x00\x41\x3f\x0b\x01!" +
		"\x00\x0a\x09producers")
	merged, err := link.Merge(module, link.Options{Gap: 8})
	if err != nil {
		fmt.Println(err)
		return
	}
	report, err := link.Inspect(merged)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d bytes were %d, in %d segments\n%q\n", len(merged), len(module), report.Segments, merged[13:])
	// Output:
	// 33 bytes were 48, in 2 segments
	// "\v\x12\x02\x00A\b\v\x06hi\x00\x00yo\x00A?\v\x01!"
}
