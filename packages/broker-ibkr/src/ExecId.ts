/** What an execution is known by, and which revision of it this is. */
export interface ExecId {
  readonly base: string
  readonly revision: number
  /** The id has another shape than the documented one. */
  readonly isOdd: boolean
}

const SEGMENTS = 4
const DIGITS = /^[0-9]{1,9}$/

/**
 * SYNC-3: the digits behind the last point are the revision, the rest is the execution. Of five parts the last tells the legs of a
 * combination apart, and is no revision; neither is what is no number: such an id is the execution itself, revision 0.
 */
export const parse = (execId: string): ExecId => {
  const parts = execId.split(".")
  const last = parts.at(-1) ?? ""
  const isRevision = parts.length > 1 && parts.length <= SEGMENTS && DIGITS.test(last)
  if (!isRevision) return { base: execId, revision: 0, isOdd: true }
  return { base: parts.slice(0, -1).join("."), revision: Number(last), isOdd: parts.length !== SEGMENTS }
}
