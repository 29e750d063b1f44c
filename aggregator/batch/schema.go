package batch

import (
	"github.com/dunlin-analytics/dunlin/aggregator/store"
	"github.com/dunlin-analytics/dunlin/privacy/plan"
	"github.com/dunlin-analytics/dunlin/privacy/wire"
)

// FormerOwner owns the plans of a store of format 1, when a helper had one leader.
const FormerOwner = "leader"

// format describes the store's file; Open adds the way from format 1.
//
//	1  partitions and noised shares in the clear; plans without an owner
//	2  both encrypted under the batch's period key; a record has the tallies of its
//	   partitions, the frozen counts and whether the collector is cleared
func format(path string) store.Options {
	return store.Options{
		Path: path, Advice: advice, Name: "batch", Schema: 2,
		Buckets: []string{string(bucketPlans), string(bucketBatches), string(bucketPartitions)},
	}
}

// encrypt is the way from 1 to 2. It makes the period keys that format 2 needs.
func (tx txn) encrypt() error {
	each := func(bucket []byte, change func(k, v []byte) error) error {
		type pair struct{ k, v []byte }
		var all []pair // a bucket may not be changed while it is walked
		err := tx.Bucket(bucket).ForEach(func(k, v []byte) error {
			content, err := unseal(k, v)
			all = append(all, pair{append([]byte(nil), k...), append([]byte(nil), content...)})
			return err
		})
		for _, p := range all {
			if err == nil {
				err = change(p.k, p.v)
			}
		}
		return err
	}
	err := each(bucketPlans, func(k, v []byte) error {
		in := wire.NewReader(v)
		since := plan.Time(in.U64())
		if in.Err() != nil {
			return ErrStored
		}
		return put(tx.Bucket(bucketPlans), k, appendAccepted(nil, Accepted{v[8:], since, FormerOwner}))
	})
	if err != nil {
		return err
	}
	err = each(bucketBatches, func(k, v []byte) error {
		b, ok := batchOf(k)
		if !ok {
			return ErrStored
		}
		r, err := decodeRecord1(v)
		if err != nil {
			return err
		}
		return tx.putRecord(b, r)
	})
	if err != nil {
		return err
	}
	return each(bucketPartitions, func(k, v []byte) error {
		b, ok := batchOf(k[:max(0, len(k)-1)])
		if !ok || len(v) < 5 || v[4] != 1 {
			return ErrStored
		}
		v[4] = version // a partition's own layout is the same
		p, err := decodePartition(v)
		if err != nil {
			return err
		}
		return tx.putPartition(b, k[len(k)-1], &p)
	})
}

// decodeRecord1 reads a record of version 1.
func decodeRecord1(b []byte) (r Record, err error) {
	in := wire.NewReader(b)
	if string(in.Take(4)) != "DLPB" || in.Byte() != 1 {
		in.Fail(ErrStored)
	}
	r.State = State(in.Byte())
	r.Tally, r.Rejects = readCounts(in)
	r.Own, r.Peer = blob(in, maxAggregate), blob(in, maxAggregate)
	if in.Close() != nil || r.State >= numStates {
		return Record{}, ErrStored
	}
	return r, nil
}
