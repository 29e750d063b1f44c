package service

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"strings"
)

// recovered answers for a handler that panics, and logs where: net/http would log the
// address of who asked, and a plain stack the words of its arguments, among which may
// be a report's ID or a share.
func recovered(next http.Handler, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			why := recover()
			if why == nil {
				return
			}
			if err, ok := why.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(why) // it breaks the answer off on purpose
			}
			log.Error("a handler panicked: a defect, please report it", "panic", kind(why), "at", places())
			http.Error(w, "a defect: see the service's log", http.StatusInternalServerError)
		}()
		next.ServeHTTP(w, r)
	})
}

// kind says what a panic was about without what it was about: only the runtime's own
// words are known to hold no data of a request but for indices and lengths.
func kind(why any) string {
	if err, ok := why.(runtime.Error); ok {
		return err.Error()
	}
	return fmt.Sprintf("%T", why)
}

// places are the functions and lines above a panic, the innermost first.
func places() string {
	pc := make([]uintptr, 32)
	frames := runtime.CallersFrames(pc[:runtime.Callers(3, pc)])
	var all []string
	for {
		f, more := frames.Next()
		if !strings.HasPrefix(f.Function, "runtime.") && !strings.HasPrefix(f.Function, "net/http.") {
			all = append(all, fmt.Sprintf("%s:%d", f.Function, f.Line))
		}
		if !more {
			return strings.Join(all, " < ")
		}
	}
}
