package spool

import "fmt"

// Step hears of every durable step, right before and right after it, as
// "NAME before" and "NAME after". When it returns an error the step that follows
// is not taken and the caller gets that error: a simulation crashes a service
// so, wherever it wants to. In production it is nil and costs nothing.
//
//	spool.create     a batch's file is written, under a name that nothing reads
//	spool.link       it appears under its own
//	spool.commit     waiting reports are appended
//	spool.freeze     index and mark of a closed period are written
//	spool.mark.begun, spool.mark.deleted        a mark of a batch is made
//	spool.remove     the file of a deleted batch goes
//	spool.unmark.begun, spool.unmark.deleted    its marks go, long after
type Step func(point string) error

// Around takes one durable step.
func (s Step) Around(name string, durable func() error) error {
	if s == nil {
		return durable()
	}
	if err := s(name + " before"); err != nil {
		return fmt.Errorf("%s before: %w", name, err)
	}
	if err := durable(); err != nil {
		return err
	}
	if err := s(name + " after"); err != nil {
		return fmt.Errorf("%s after: %w", name, err)
	}
	return nil
}
