package operator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// Name is the socket's name in a service's data folder.
const Name = "operator.sock"

var (
	// ErrInUse: a process serves this data folder already.
	ErrInUse = errors.New("another process serves this data folder: stop it first")
	// ErrDown: no process serves the data folder.
	ErrDown = errors.New("the service does not run")
)

// longest is how many bytes of a socket's path every system takes.
const longest = 100

// reach returns a path to the socket of dir that is short enough for the system:
// a long one goes through the open folder. Call done after use.
func reach(dir string) (path string, done func() error, err error) {
	path = filepath.Join(dir, Name)
	if len(path) <= longest {
		return path, func() error { return nil }, nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return "", nil, err
	}
	return fmt.Sprintf("/proc/self/fd/%d/%s", d.Fd(), Name), d.Close, nil
}

// Socket is a socket that is served.
type Socket struct {
	path string // by its own name
	http *http.Server
	done chan error
}

// Serve listens at the socket of dir and answers with handler until Close. One
// that a killed process left behind is replaced.
//
// Errors: ErrInUse.
func Serve(dir string, handler http.Handler) (*Socket, error) {
	path, done, err := reach(dir)
	if err != nil {
		return nil, fmt.Errorf("open the operator's socket: %w", err)
	}
	defer done()
	l, err := net.Listen("unix", path)
	if errors.Is(err, syscall.EADDRINUSE) {
		if c, dialled := net.Dial("unix", path); dialled == nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", dir, ErrInUse), c.Close())
		}
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("open the operator's socket: %w", err)
		}
		l, err = net.Listen("unix", path)
	}
	if err != nil {
		return nil, fmt.Errorf("open the operator's socket: %w", err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false) // it would take the path through the folder
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("open the operator's socket: %w", err), l.Close())
	}
	s := &Socket{path: filepath.Join(dir, Name), done: make(chan error, 1), http: &http.Server{
		Handler: handler, ReadHeaderTimeout: 5 * time.Second,
	}}
	go func() {
		defer close(s.done)
		if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.done <- err
		}
	}()
	return s, nil
}

// Close ends the socket, giving a backup that runs until ctx ends.
func (s *Socket) Close(ctx context.Context) error {
	err := errors.Join(s.http.Shutdown(ctx), <-s.done)
	if gone := os.Remove(s.path); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
		err = errors.Join(err, gone)
	}
	return err
}

// Client speaks with the process that serves a data folder.
type Client struct{ dir string }

// At returns the client of a data folder.
func At(dir string) Client { return Client{dir} }

func (c Client) do(ctx context.Context, method, path string) (*http.Response, error) {
	client := &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			path, done, err := reach(c.dir)
			if err != nil {
				return nil, err
			}
			defer done()
			return (&net.Dialer{}).DialContext(ctx, "unix", path)
		},
	}}
	req, err := http.NewRequestWithContext(ctx, method, "http://operator"+path, nil)
	if err != nil {
		return nil, err
	}
	res, err := client.Do(req)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ECONNREFUSED):
		return nil, ErrDown
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("%s belongs to the user that the service runs as: run this as that user (sudo -u)", filepath.Join(c.dir, Name))
	case err != nil:
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		why, err := io.ReadAll(io.LimitReader(res.Body, 4096))
		return nil, errors.Join(fmt.Errorf("the service says: %s", why), err, res.Body.Close())
	}
	return res, nil
}

// Status asks for the service's status.
//
// Errors: ErrDown.
func (c Client) Status(ctx context.Context) (s Status, err error) {
	res, err := c.do(ctx, http.MethodGet, "/status")
	if err != nil {
		return s, err
	}
	if err = errors.Join(json.NewDecoder(res.Body).Decode(&s), res.Body.Close()); err != nil {
		return s, fmt.Errorf("read the service's status: %w", err)
	}
	return s, nil
}

// Metrics asks for the service's metrics, in Prometheus' text format.
//
// Errors: ErrDown.
func (c Client) Metrics(ctx context.Context) ([]byte, error) {
	res, err := c.do(ctx, http.MethodGet, "/metrics")
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(res.Body)
	return b, errors.Join(err, res.Body.Close())
}

// Backup asks for a tar archive of the role. A stream that the service breaks off
// ends with an error, not with io.EOF.
//
// Errors: ErrDown.
func (c Client) Backup(ctx context.Context) (io.ReadCloser, error) {
	res, err := c.do(ctx, http.MethodPost, "/backup")
	if err != nil {
		return nil, err
	}
	return res.Body, nil
}
