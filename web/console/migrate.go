package console

import (
	"encoding/json"
	"errors"
	"fmt"

	bolt "go.etcd.io/bbolt"
)

// errFormer: a store that says no format is not of the first one either.
var errFormer = errors.New("console: it is not the accounts' first format: " + damaged)

// toRoles takes the accounts from format 1 to 2. Whoever had an account could read reports
// and set a password of their own, and nobody could let others in but the operator's shell:
// so all become analysts, and nobody an admin, which is more than they were given. The
// operator makes one with `dunlin console role NAME admin`.
func toRoles(tx *bolt.Tx) error {
	for _, name := range [][]byte{bucketAccounts, bucketLinks, bucketSessions} {
		if tx.Bucket(name) == nil {
			return errFormer
		}
	}
	accounts := tx.Bucket(bucketAccounts)
	all := map[string]account{}
	err := accounts.ForEach(func(k, v []byte) error {
		var one account
		if err := json.Unmarshal(v, &one); err != nil || one.Role != "" {
			return fmt.Errorf("%w: the account %.40q", errFormer, k)
		}
		all[string(k)] = account{Hash: one.Hash, Role: Analyst}
		return nil
	})
	for name, one := range all {
		err = errors.Join(err, put(accounts, []byte(name), one))
	}
	for _, name := range buckets[3:8] {
		_, failed := tx.CreateBucket([]byte(name))
		err = errors.Join(err, failed)
	}
	return err
}
