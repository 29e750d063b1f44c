package device

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"github.com/dunlin-analytics/dunlin/wasm/abi"
)

// Options of Open. The zero value is right for production.
type Options struct {
	// Cache is a folder where wazero keeps compiled code between processes;
	// empty compiles anew each time (half a second).
	Cache string
	// Rand answers the module's random_get. Default: crypto/rand.Reader. It must
	// be safe for concurrent use if instances are used concurrently. (wazero's
	// own default is deterministic: every device would draw the same report ID
	// and the same share randomness.)
	Rand io.Reader
	// MaxMemory bounds an instance's linear memory in bytes; one that needs more
	// traps. Default 32 MiB.
	MaxMemory int
	// Stderr receives what the module's runtime writes before a trap. Default:
	// thrown away.
	Stderr io.Writer
}

const (
	wasmPage         = 64 << 10
	defaultMaxMemory = 32 << 20
	hostModule       = "wasi_snapshot_preview1"
)

// imports are all that the module may ask of its host: what the Go runtime needs
// and no more. None of them reaches a network, and wazero gets no files.
var imports = []string{
	"args_get", "args_sizes_get", "clock_time_get", "environ_get", "environ_sizes_get",
	"fd_write", "poll_oneoff", "proc_exit", "random_get", "sched_yield",
}

// Errors of Open.
var (
	// ErrImports: the module asks for something else than the ten imports.
	ErrImports = errors.New("wasm/device: the module imports more than the ten functions of its runtime")
	// ErrABI: the module's exports or message version are not this package's.
	ErrABI = errors.New("wasm/device: the module speaks another version of the boundary: build both from one source")
)

// Engine is the compiled module. It is safe for concurrent use; a Device that it
// makes is not.
type Engine struct {
	runtime  wazero.Runtime
	cache    wazero.CompilationCache
	compiled wazero.CompiledModule
	options  Options
}

// Open compiles the module (wasm/module's Bytes) and checks its imports.
//
// Errors: ErrImports, or what compiling or the cache folder gave.
func Open(ctx context.Context, module []byte, o Options) (*Engine, error) {
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	if o.MaxMemory == 0 {
		o.MaxMemory = defaultMaxMemory
	}
	if o.Stderr == nil {
		o.Stderr = io.Discard
	}
	config := wazero.NewRuntimeConfig().WithMemoryLimitPages(uint32(o.MaxMemory / wasmPage))
	e := &Engine{options: o}
	if o.Cache != "" {
		cache, err := wazero.NewCompilationCacheWithDir(o.Cache)
		if err != nil {
			return nil, fmt.Errorf("open the module cache %s: %w", o.Cache, err)
		}
		e.cache = cache
		config = config.WithCompilationCache(cache)
	}
	e.runtime = wazero.NewRuntimeWithConfig(ctx, config)
	if err := e.compile(ctx, module); err != nil {
		return nil, errors.Join(err, e.Close(ctx))
	}
	return e, nil
}

func (e *Engine) compile(ctx context.Context, module []byte) error {
	if _, err := wasi_snapshot_preview1.Instantiate(ctx, e.runtime); err != nil {
		return fmt.Errorf("make the module's imports: %w", err)
	}
	var err error
	if e.compiled, err = e.runtime.CompileModule(ctx, module); err != nil {
		return fmt.Errorf("compile the module: %w", err)
	}
	for _, f := range e.compiled.ImportedFunctions() {
		if from, name, _ := f.Import(); from != hostModule || !slices.Contains(imports, name) {
			return fmt.Errorf("%w: %s.%s", ErrImports, from, name)
		}
	}
	if len(e.compiled.ImportedMemories()) > 0 {
		return fmt.Errorf("%w: a memory", ErrImports)
	}
	return nil
}

// Instance starts the module and returns a device without plan or profile.
func (e *Engine) Instance(ctx context.Context) (*Device, error) {
	return e.instance(ctx, e.options.Rand)
}

func (e *Engine) instance(ctx context.Context, random io.Reader) (*Device, error) {
	// No name: any number of instances stand side by side. No clock, no files,
	// no arguments: time comes with each message. GOGC=25 keeps the heap close
	// to what is alive, which is little.
	config := wazero.NewModuleConfig().WithName("").WithStartFunctions("_initialize").
		WithRandSource(random).WithStderr(e.options.Stderr).WithEnv("GOGC", "25").WithEnv("GODEBUG", "gcstoptheworld=1")
	m, err := e.runtime.InstantiateModule(ctx, e.compiled, config)
	if err != nil {
		return nil, fmt.Errorf("start the module: %w", err)
	}
	d := &Device{module: m, memory: m.Memory(), call: m.ExportedFunction("call")}
	if err := d.attach(ctx); err != nil {
		return nil, errors.Join(err, m.Close(ctx))
	}
	return d, nil
}

// attach finds the module's buffer and compares versions.
func (d *Device) attach(ctx context.Context) error {
	buffer := d.module.ExportedFunction("buffer")
	if d.memory == nil || d.call == nil || buffer == nil || !signature(d.call, 2) || !signature(buffer, 0) {
		return ErrABI
	}
	at, err := buffer.Call(ctx)
	if err != nil {
		return fmt.Errorf("find the module's buffer: %w", err)
	}
	d.buffer = api.DecodeU32(at[0])
	if _, ok := d.memory.Read(d.buffer, abi.BufferSize); !ok {
		return ErrABI
	}
	info, err := d.Info(ctx)
	if err != nil {
		return err
	}
	if info.Version != abi.Version {
		return ErrABI
	}
	return nil
}

func signature(f api.Function, params int) bool {
	d := f.Definition()
	return len(d.ParamTypes()) == params && len(d.ResultTypes()) == 1 && d.ResultTypes()[0] == api.ValueTypeI32
}

// Close frees the compiled module and every instance of it.
func (e *Engine) Close(ctx context.Context) error {
	err := e.runtime.Close(ctx)
	if e.cache != nil {
		err = errors.Join(err, e.cache.Close(ctx))
	}
	return err
}
