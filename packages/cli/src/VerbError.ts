/** A failure of a verb, as it is shown: what, where, and what to do. */
export interface VerbError {
  readonly _tag: string
  readonly message: string
}
