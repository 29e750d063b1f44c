package store

import bolt "go.etcd.io/bbolt"

// Update changes db in one transaction and calls step, if it is not nil, with
// "NAME before" when the transaction is about to be committed and with "NAME after" when
// it is durable. What step returns Update returns; before the commit, nothing is stored
// then. Tests crash a service there.
//
// Errors: ErrFull, step's, fn's, and the disk's.
func Update(db *bolt.DB, step func(point string) error, name string, fn func(*bolt.Tx) error) error {
	if step == nil {
		return room(db.Update(fn))
	}
	err := db.Update(func(tx *bolt.Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		return step(name + " before")
	})
	if err != nil {
		return room(err)
	}
	return step(name + " after")
}

// step does something durable that is no transaction.
func (o *Options) step(name string, fn func() error) error {
	if o.Step == nil {
		return fn()
	}
	if err := o.Step(o.Name + "." + name + " before"); err != nil {
		return err
	}
	if err := fn(); err != nil {
		return err
	}
	return o.Step(o.Name + "." + name + " after")
}
