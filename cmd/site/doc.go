// Package site is what a new site needs: the questions to ask its owner, the plan
// that suits its size, what its numbers will be worth before anything is measured,
// its keys and services file, and the tag for its pages.
//
//	answers   Ask, or flags   ->  Answers.Check
//	promise   Expect              intervals, before anything is written
//	folder    Create              dunlin.yaml, keys, services.yaml, snippet.html
//	page      Tag.HTML            <script …>, pinned by integrity and officer's key
//
// It decides nothing about privacy: what a plan costs is package planfile's to
// compute, and devices hold their caps whatever stands in a file.
package site
