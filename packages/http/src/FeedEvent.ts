import type { Documents } from "@roundlot/api"
import type { AccountScope } from "@roundlot/core/ledger"

/** What a reader receives: commits, each whole and in order, and from time to time that nothing has happened. */
export type FeedEvent =
  | { readonly _tag: "Begun"; readonly cursor: string }
  | { readonly _tag: "Commits"; readonly cursor: string; readonly commits: Commits }
  | { readonly _tag: "Quiet"; readonly cursor: string }

/** What a reader wants to hear of. */
export interface Wanted {
  readonly after: string | undefined
  readonly account: string | undefined
  /** The accounts that he may hear of; all where nothing is said. */
  readonly scope?: AccountScope.AccountScope
  /** Kinds of records; all where it is empty. */
  readonly kinds: ReadonlyArray<string>
}

/** Commits in the order of the feed. */
export type Commits = ReadonlyArray<Documents.CommitDocument>

/** Of commits what a reader wants of them. */
export const narrowed = ({ account, kinds, scope }: Wanted, commits: Commits): Commits => {
  if (account === undefined && scope === undefined && kinds.length === 0) return commits
  const isWanted = kinds.length === 0 ? () => true : (kind: string) => kinds.includes(kind)
  return commits
    .filter((commit) => account === undefined || commit.account === account)
    .filter((commit) => scope === undefined || scope.has(commit.account))
    .map((commit) => ({ ...commit, changes: commit.changes.filter(({ kind }) => isWanted(kind)) }))
    .filter(({ changes }) => changes.length > 0)
}
