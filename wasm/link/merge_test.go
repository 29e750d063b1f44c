package link

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tetratelabs/wazero"
)

// good are modules that Merge takes; the fuzz target starts from them as well.
var good = map[string][]byte{
	"no data":               wasm(onePage()),
	"no segments":           wasm(onePage(), data()),
	"one":                   wasm(onePage(), data(seg(8, 1, 2, 3))),
	"two near":              wasm(onePage(), data(seg(8, 1, 2), seg(12, 3))),
	"two far":               wasm(onePage(), data(seg(0, 1), seg(63, 2))),
	"touching":              wasm(onePage(), data(seg(8, 1, 2), seg(10, 3))),
	"out of order":          wasm(onePage(), data(seg(40, 9), seg(8, 1, 2), seg(20, 3))),
	"an empty one":          wasm(onePage(), data(seg(8), seg(8, 1), seg(8))),
	"zeros at both ends":    wasm(onePage(), data(seg(4, 0, 0, 7, 0, 0, 0, 0, 0, 0, 8, 0))),
	"only zeros":            wasm(onePage(), data(seg(4, 0, 0, 0))),
	"up to the last byte":   wasm(onePage(), data(append([]byte{0, 0x41, 0xfe, 0xff, 0x03, 0x0b, 2}, 1, 2))),
	"empty at memory's end": wasm(onePage(), data([]byte{0, 0x41, 0x80, 0x80, 0x04, 0x0b, 0})),
	"padded numbers": wasm(onePage(), []byte{11, 0x8b, 0x80, 0x80, 0x80, 0x00,
		0x81, 0x00, 0x80, 0x00, 0x41, 0x88, 0x00, 0x0b, 0x81, 0x00, 7}),
	"custom sections everywhere": wasm(custom("go:buildid", 1), onePage(), custom("name"), data(seg(8, 1)),
		custom("producers", 9, 9), custom("target_features")),
	"a largest memory":    wasm(sec(5, 1, 1, 1, 2), data(seg(8, 1))),
	"imports of one kind": wasm(sec(1, 1, 0x60, 0, 0), sec(2, 1, 1, 'h', 1, 'f', 0, 0), onePage(), data(seg(8, 1))),
	"runnable":            runnable(data(seg(8, 1), seg(20, 2, 3), seg(60, 4))),
}

func TestMergeKeepsTheMemory(t *testing.T) {
	for name, module := range good {
		t.Run(name, func(t *testing.T) {
			given := bytes.Clone(module)
			for _, gap := range []int{0, 1, 3, 8, DefaultGap, MaxGap} {
				merged, err := Merge(module, Options{Gap: gap})
				require.NoError(t, err)
				require.Equal(t, given, module, "the argument stays as it is")
				require.Equal(t, memoryOf(t, module, 2*pageSize), memoryOf(t, merged, 2*pageSize))
				again, err := Merge(merged, Options{Gap: gap})
				require.NoError(t, err)
				require.Equal(t, merged, again, "merging again is the identity")
			}
		})
	}
}

func TestMergeWritesExactly(t *testing.T) {
	sparse := wasm(onePage(), data(seg(40, 9), seg(8, 1, 0, 2), seg(13, 3, 0), seg(4)))
	tests := map[string]struct {
		module []byte
		gap    int
		want   []byte
	}{
		"every zero splits":     {sparse, 0, wasm(onePage(), data(seg(8, 1), seg(10, 2), seg(13, 3), seg(40, 9)))},
		"one zero is kept":      {sparse, 1, wasm(onePage(), data(seg(8, 1, 0, 2), seg(13, 3), seg(40, 9)))},
		"two zeros are kept":    {sparse, 2, wasm(onePage(), data(seg(8, 1, 0, 2, 0, 0, 3), seg(40, 9)))},
		"26 zeros are a gap":    {sparse, 25, wasm(onePage(), data(seg(8, 1, 0, 2, 0, 0, 3), seg(40, 9)))},
		"26 zeros are kept":     {sparse, 26, wasm(onePage(), data(seg(8, append(append([]byte{1, 0, 2, 0, 0, 3}, make([]byte, 26)...), 9)...)))},
		"customs go":            {wasm(custom("name", 1, 2), onePage(), custom("producers"), data(seg(1, 1))), 0, wasm(onePage(), data(seg(1, 1)))},
		"zeros need no segment": {wasm(onePage(), data(seg(4, 0, 0))), 9, wasm(onePage(), data())},
		"the rest is copied":    {runnable(data(seg(8, 1), seg(9, 2))), 0, runnable(data(seg(8, 1, 2)))},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := Merge(test.module, Options{Gap: test.gap})
			require.NoError(t, err)
			require.Equal(t, test.want, got)
		})
	}
}

func TestMergeRefuses(t *testing.T) {
	oneFunc := sec(1, 1, 0x60, 0, 0)
	tests := map[string]struct {
		module []byte
		want   error
	}{
		"nothing":                    {nil, ErrFormat},
		"no magic number":            {[]byte("\x00asx\x01\x00\x00\x00"), ErrFormat},
		"version 2":                  {[]byte("\x00asm\x02\x00\x00\x00"), ErrFormat},
		"a component":                {[]byte("\x00asm\x0d\x00\x01\x00"), ErrFormat},
		"section without a size":     {append(wasm(onePage()), 11), ErrFormat},
		"section cut off":            {append(wasm(onePage()), 11, 9, 1), ErrFormat},
		"section size of six bytes":  {append(wasm(onePage()), 11, 0x81, 0x80, 0x80, 0x80, 0x80, 0, 0), ErrFormat},
		"trailing byte":              {append(wasm(onePage(), data(seg(1, 1))), 0), ErrFormat},
		"unknown section":            {wasm(onePage(), sec(14)), ErrUnsupported},
		"tag section":                {wasm(onePage(), sec(13, 0)), ErrUnsupported},
		"data count section":         {wasm(onePage(), sec(12, 1), data(seg(1, 1))), ErrUnsupported},
		"start section":              {wasm(oneFunc, sec(3, 1, 0), onePage(), sec(8, 0), sec(10, 1, 2, 0, 0x0b)), ErrUnsupported},
		"sections out of order":      {wasm(data(seg(1, 1)), onePage()), ErrFormat},
		"a section twice":            {wasm(onePage(), data(seg(1, 1)), data(seg(2, 1))), ErrFormat},
		"unknown custom section":     {wasm(custom(".debug_info", 1), onePage()), ErrUnsupported},
		"custom section unnamed":     {wasm(sec(0), onePage()), ErrFormat},
		"custom name cut off":        {wasm(sec(0, 5, 'n'), onePage()), ErrFormat},
		"no memory":                  {wasm(), ErrUnsupported},
		"no memory, but data":        {wasm(data(seg(1, 1))), ErrUnsupported},
		"memory section of none":     {wasm(sec(5, 0)), ErrUnsupported},
		"two memories":               {wasm(sec(5, 2, 0, 1, 0, 1)), ErrUnsupported},
		"shared memory":              {wasm(sec(5, 1, 3, 1, 2)), ErrUnsupported},
		"64-bit memory":              {wasm(sec(5, 1, 4, 1)), ErrUnsupported},
		"memory above its own limit": {wasm(sec(5, 1, 1, 2, 1)), ErrFormat},
		"memory with a byte more":    {wasm(sec(5, 1, 0, 1, 0)), ErrFormat},
		"memory cut off":             {wasm(sec(5, 1, 0)), ErrFormat},
		"memory of 257 pages":        {wasm(sec(5, 1, 0, 0x81, 0x02)), ErrUnsupported},
		"imported memory":            {wasm(sec(2, 1, 1, 'h', 1, 'm', 2, 0, 1)), ErrUnsupported},
		"imported table":             {wasm(sec(2, 1, 1, 'h', 1, 't', 1, 0x70, 0, 1), onePage()), ErrUnsupported},
		"imports cut off":            {wasm(sec(2, 2, 1, 'h', 1, 'f', 0, 0), onePage()), ErrFormat},
		"imports with a byte more":   {wasm(sec(2, 1, 1, 'h', 1, 'f', 0, 0, 0), onePage()), ErrFormat},
		"exports with a byte more":   {wasm(onePage(), sec(7, 1, 1, 'm', 2, 0, 0)), ErrFormat},
		"export of a tag":            {wasm(onePage(), sec(7, 1, 1, 'm', 4, 0)), ErrUnsupported},
		"passive segment":            {wasm(onePage(), sec(11, 1, 1, 1, 7)), ErrUnsupported},
		"segment with a memory":      {wasm(onePage(), sec(11, 1, 2, 0, 0x41, 1, 0x0b, 1, 7)), ErrUnsupported},
		"address from a global":      {wasm(onePage(), sec(11, 1, 0, 0x23, 0, 0x0b, 1, 7)), ErrUnsupported},
		"address of 64 bits":         {wasm(onePage(), sec(11, 1, 0, 0x42, 1, 0x0b, 1, 7)), ErrUnsupported},
		"address computed":           {wasm(onePage(), sec(11, 1, 0, 0x41, 1, 0x41, 1, 0x6a, 0x0b, 1, 7)), ErrUnsupported},
		"address of six bytes":       {wasm(onePage(), sec(11, 1, 0, 0x41, 0x81, 0x80, 0x80, 0x80, 0x80, 0, 0x0b, 1, 7)), ErrFormat},
		"address of -1":              {wasm(onePage(), sec(11, 1, 0, 0x41, 0x7f, 0x0b, 1, 7)), ErrUnsupported},
		"segment past memory":        {wasm(onePage(), sec(11, 1, 0, 0x41, 0xff, 0xff, 0x03, 0x0b, 2, 7, 7)), ErrUnsupported},
		"empty segment past memory":  {wasm(onePage(), sec(11, 1, 0, 0x41, 0x81, 0x80, 0x04, 0x0b, 0)), ErrUnsupported},
		"segment cut off":            {wasm(onePage(), sec(11, 1, 0, 0x41, 1, 0x0b, 2, 7)), ErrFormat},
		"fewer segments than said":   {wasm(onePage(), sec(11, 2, 0, 0x41, 1, 0x0b, 1, 7)), ErrFormat},
		"more segments than said":    {wasm(onePage(), sec(11, 1, 0, 0x41, 1, 0x0b, 1, 7, 0, 0x41, 9, 0x0b, 1, 7)), ErrFormat},
		"overlapping segments":       {wasm(onePage(), data(seg(8, 1, 2), seg(9, 3))), ErrUnsupported},
		"the same segment twice":     {wasm(onePage(), data(seg(8, 1), seg(8, 1))), ErrUnsupported},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := Merge(test.module, Options{Gap: DefaultGap})
			require.ErrorIs(t, err, test.want)
			require.Nil(t, got)
			_, err = Inspect(test.module)
			require.ErrorIs(t, err, test.want, "Inspect refuses what Merge does")
		})
	}
	for _, gap := range []int{-1, MaxGap + 1} {
		_, err := Merge(good["one"], Options{Gap: gap})
		require.ErrorIs(t, err, ErrGap)
	}
}

// TestEngineSeesTheSameMemory asks wazero, which shares no code with this package.
func TestEngineSeesTheSameMemory(t *testing.T) {
	ctx := context.Background()
	memory := func(module []byte) (first []byte, at uint64) {
		runtime := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter())
		defer func() { require.NoError(t, runtime.Close(ctx)) }()
		m, err := runtime.Instantiate(ctx, module)
		require.NoError(t, err)
		b, ok := m.Memory().Read(0, pageSize)
		require.True(t, ok)
		answer, err := m.ExportedFunction("at").Call(ctx, 60)
		require.NoError(t, err)
		return bytes.Clone(b), answer[0]
	}
	module := good["runnable"]
	merged, err := Merge(module, Options{Gap: 20})
	require.NoError(t, err)
	require.NotEqual(t, module, merged)
	given, at := memory(module)
	got, atMerged := memory(merged)
	require.Equal(t, given, got)
	require.EqualValues(t, 4, at)
	require.EqualValues(t, 4, atMerged)
}

func FuzzMerge(f *testing.F) {
	for _, module := range good {
		f.Add(module, uint16(DefaultGap))
		f.Add(module, uint16(0))
	}
	f.Add(wasm(onePage(), data(seg(8, 1, 2), seg(9, 3))), uint16(4)) // refused
	f.Fuzz(func(t *testing.T, module []byte, gap uint16) {
		o := Options{Gap: int(gap)}
		merged, err := Merge(module, o)
		if err != nil {
			require.Nil(t, merged)
			return
		}
		l, err := layOut(module)
		require.NoError(t, err)
		// Every segment of both lies inside the given memory, at most 16 MiB.
		require.True(t, bytes.Equal(memoryOf(t, module, int(l.memory)), memoryOf(t, merged, int(l.memory))), "memory differs")
		again, err := Merge(merged, o)
		require.NoError(t, err)
		require.True(t, bytes.Equal(merged, again), "merging again changes it")
	})
}
