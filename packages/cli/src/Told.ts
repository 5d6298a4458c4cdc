/** A failure that can be told: what, where, and what to do. */
export interface Told {
  readonly _tag: string
  readonly message: string
}
