// Command peers is what a site would otherwise build, for `dunlin bench operation` to
// measure beside the collector: an echo handler that inserts one row a page view into
// SQLite (WAL, synchronous=FULL), and an empty echo handler as the ceiling.
//
//	peers sqlite FOLDER
//	peers empty
//
// It says on its standard output where it listens, on loopback, and ends with its
// standard input. It is a module of its own, so that SQLite and its C compiler are
// nobody's business who builds Dunlin.
package main

import (
	"database/sql"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/labstack/echo/v4"
	_ "github.com/mattn/go-sqlite3"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

// view is what a script of the usual kind sends.
type view struct {
	Name     string `json:"n"`
	URL      string `json:"u"`
	Referrer string `json:"r"`
	Visitor  string `json:"v"`
	Width    int    `json:"w"`
}

const schema = `
CREATE TABLE views (
  id INTEGER PRIMARY KEY, time INTEGER NOT NULL, name TEXT NOT NULL, url TEXT NOT NULL,
  referrer TEXT NOT NULL, visitor TEXT NOT NULL, width INTEGER NOT NULL);
CREATE INDEX views_time ON views (time);`

func run(args []string) error {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	switch {
	case len(args) == 1 && args[0] == "empty":
		e.POST("/v1/views", func(c echo.Context) error {
			if _, err := io.Copy(io.Discard, c.Request().Body); err != nil {
				return err
			}
			return c.NoContent(http.StatusAccepted)
		})
	case len(args) == 2 && args[0] == "sqlite":
		db, err := sql.Open("sqlite3", "file:"+filepath.Join(args[1], "views.db")+"?_journal_mode=WAL&_synchronous=FULL&_busy_timeout=10000")
		if err != nil {
			return err
		}
		defer db.Close()
		db.SetMaxOpenConns(1) // SQLite has one writer
		if _, err := db.Exec(schema); err != nil {
			return err
		}
		insert, err := db.Prepare("INSERT INTO views (time, name, url, referrer, visitor, width) VALUES (?, ?, ?, ?, ?, ?)")
		if err != nil {
			return err
		}
		e.POST("/v1/views", func(c echo.Context) error {
			var v view
			if err := c.Bind(&v); err != nil {
				return err
			}
			// Answered once the row is on disk, as a report is.
			if _, err := insert.Exec(time.Now().Unix(), v.Name, v.URL, v.Referrer, v.Visitor, v.Width); err != nil {
				return err
			}
			return c.NoContent(http.StatusAccepted)
		})
	default:
		return fmt.Errorf("peers sqlite FOLDER | peers empty")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	server := &http.Server{Handler: e, ReadHeaderTimeout: 5 * time.Second}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		_ = server.Close()
	}()
	if err := server.Serve(l); err != http.ErrServerClosed {
		return err
	}
	return nil
}
