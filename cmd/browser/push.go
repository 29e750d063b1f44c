package browser

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/chromedp/cdproto/backgroundservice"
	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/serviceworker"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// AllowNotifications lets an origin show notifications, as a visitor who was asked would.
func (v *Visitor) AllowNotifications(origin string) error {
	_, err := chromedp.CallBrowser(v.chromium.ctx, browser.SetPermission, browser.SetPermissionParams{
		Permission: &browser.PermissionDescriptor{Name: "notifications"}, Setting: browser.PermissionSettingGranted,
		Origin: origin, BrowserContextID: v.id,
	})
	if err != nil {
		return fmt.Errorf("allow notifications: %w", err)
	}
	return nil
}

// Push delivers a push with a payload to the service worker of a scope, as the browser
// does once it has decrypted one, and waits until a notification is shown. Only the
// browser's own word tells that: getNotifications, asked while one is on its way, takes it
// for closed and forgets it. The tab is one of the same origin.
func (t *Tab) Push(origin, scope, payload string) error {
	ctx, cancel := context.WithTimeout(t.ctx, within)
	defer cancel()
	found := make(chan serviceworker.RegistrationID, 1)
	shown := make(chan struct{}, 1)
	var delivered atomic.Bool // before it, the browser may repeat what it recorded
	err := chromedp.Listen(ctx, func(ev any) {
		switch it := ev.(type) {
		case *serviceworker.EventWorkerRegistrationUpdated:
			for _, r := range it.Registrations {
				if r.ScopeURL == scope && !r.IsDeleted {
					select {
					case found <- r.RegistrationID:
					default:
					}
				}
			}
		case *backgroundservice.EventBackgroundServiceEventReceived:
			if it.BackgroundServiceEvent.EventName == "Notification displayed" && delivered.Load() {
				select {
				case shown <- struct{}{}:
				default:
				}
			}
		}
	})
	if err != nil {
		return fmt.Errorf("deliver a push: %w", err)
	}
	if _, err := chromedp.Call(ctx, backgroundservice.StartObserving, backgroundservice.StartObservingParams{Service: backgroundservice.ServiceNameNotifications}); err != nil {
		return fmt.Errorf("deliver a push: %w", err)
	}
	if _, err := chromedp.Call(ctx, backgroundservice.SetRecording, backgroundservice.SetRecordingParams{ShouldRecord: true, Service: backgroundservice.ServiceNameNotifications}); err != nil {
		return fmt.Errorf("deliver a push: %w", err)
	}
	// Enabled anew it tells all registrations.
	if _, err := chromedp.Call(ctx, serviceworker.Disable, cdp.Empty{}); err != nil {
		return fmt.Errorf("deliver a push: %w", err)
	}
	if _, err := chromedp.Call(ctx, serviceworker.Enable, cdp.Empty{}); err != nil {
		return fmt.Errorf("deliver a push: %w", err)
	}
	select {
	case id := <-found:
		delivered.Store(true)
		_, err = chromedp.Call(ctx, serviceworker.DeliverPushMessage, serviceworker.DeliverPushMessageParams{Origin: origin, RegistrationID: id, Data: payload})
	case <-ctx.Done():
		err = errors.New("no service worker is registered for " + scope)
	}
	if err != nil {
		return fmt.Errorf("deliver a push: %w", err)
	}
	select {
	case <-shown:
		return nil
	case <-ctx.Done():
		return errors.New("deliver a push: no notification was shown")
	}
}

// ServiceWorker is the visitor's running service worker of a script, for Eval.
func (v *Visitor) ServiceWorker(script string) (*Tab, error) {
	targets, err := chromedp.Targets(v.chromium.ctx)
	if err != nil {
		return nil, fmt.Errorf("find a service worker: %w", err)
	}
	for _, it := range targets {
		if it.Type == "service_worker" && it.URL == script && it.BrowserContextID == v.id {
			return attach(v, it.TargetID)
		}
	}
	return nil, errors.New("no service worker runs " + script)
}

func attach(v *Visitor, id target.ID) (*Tab, error) {
	ctx, cancel := chromedp.NewContext(v.chromium.ctx, chromedp.WithTargetID(id))
	if err := chromedp.Do(ctx); err != nil {
		cancel()
		return nil, fmt.Errorf("attach to a service worker: %w", err)
	}
	return &Tab{ctx, cancel}, nil
}
