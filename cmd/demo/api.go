package demo

import (
	"encoding/json"
	"errors"
	"net/http"
)

// state is what GET /demo/api/state answers.
type state struct {
	Date     string  `json:"date"`  // today's
	Clock    int64   `json:"clock"` // seconds that it is ahead of the wall's
	Run      string  `json:"run"`   // of this start
	Ready    bool    `json:"ready"` // the others can live the day
	Warming  warming `json:"warming"`
	Visitors int     `json:"visitors"` // others a day, about
	Site     string  `json:"site"`
}

// warming is how many of the history's days the others have relived.
type warming struct {
	Done  int `json:"done"`
	Total int `json:"total"`
}

// refusal is an RFC 9457 problem document.
type refusal struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
}

func answer(w http.ResponseWriter, status int, v any) {
	kind := "application/json"
	if _, ok := v.(refusal); ok {
		kind = "application/problem+json"
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // a browser that is gone has nobody to tell
}

func refuse(w http.ResponseWriter, status int, reason, title, detail string) {
	answer(w, status, refusal{"urn:dunlin:problem:demo-" + reason, title, status, detail})
}

func (d *Demo) state(w http.ResponseWriter, _ *http.Request) {
	relived, ready := d.days.others.progress()
	answer(w, http.StatusOK, state{
		Date: d.days.today().String(), Clock: d.days.watch.Ahead(), Run: d.run, Ready: ready,
		Warming:  warming{relived, len(d.days.others.history.Plan.Periods)},
		Visitors: d.usual, Site: d.rig.Plan.Site,
	})
}

func (d *Demo) closing(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, d.days.last())
}

// next starts closing the day that the request names. The header is one that no form and
// no link of another site can set.
func (d *Demo) next(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("X-Dunlin-Demo") != "1" {
		refuse(w, http.StatusForbidden, "origin", "The request is not the demo's own.", "Press the button \"next day\" in the demo's shop.")
		return
	}
	switch err := d.days.next(r.URL.Query().Get("date")); {
	case errors.Is(err, errBusy):
		refuse(w, http.StatusConflict, "busy", "The day is being closed.", "The day is being closed already. Wait until it is over; GET /demo/api/next says how far it is.")
		return
	case err != nil:
		refuse(w, http.StatusConflict, "not-today", "That is not today.", "Name today as GET /demo/api/state has it: POST /demo/api/next?date="+d.days.today().String()+". A day that is over is not closed again.")
		return
	}
	answer(w, http.StatusAccepted, d.days.last())
}
