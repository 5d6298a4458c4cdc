import type { RefusalClass } from "../records/Report.ts"

/** A code of a broker's for an order that it does not create. */
export interface RefusalCode {
  readonly code: string
  readonly means: string
  /** The class where no cause below is named in the words. */
  readonly class: RefusalClass
  /** One code, many causes: the words name which. */
  readonly isBroad: boolean
  /** Where it was found: a page of the broker's, an issue, a recording. */
  readonly source: string
}

/** A cause that a broad code covers, known by fragments of the broker's words. */
export interface RefusalCause {
  /** Of this code alone, where it is named. */
  readonly code?: string
  readonly says: RegExp
  readonly means: string
  readonly class: RefusalClass
  readonly source: string
}

/** A row of a table of codes. */
export const code = (
  name: string,
  means: string,
  refusalClass: RefusalClass,
  source: string,
  isBroad = false
): RefusalCode => ({ code: name, means, class: refusalClass, isBroad, source })

/** A row of a table of causes; of one code alone where that is named. */
export const cause = (
  means: string,
  refusalClass: RefusalClass,
  says: RegExp,
  source: string,
  name?: string
): RefusalCause => ({ ...(name === undefined ? {} : { code: name }), means, class: refusalClass, says, source })

/** A broker's table of what its refusals are about. */
export interface RefusalTable {
  readonly codes: ReadonlyArray<RefusalCode>
  readonly causes: ReadonlyArray<RefusalCause>
  /** The cause that the words name; the first of the table decides. */
  readonly causeOf: (code: string, words: string) => RefusalCause | undefined
  /** What a refusal is about, by its code and, where one code covers many causes, its words; `unknown` of a code in no table. */
  readonly classOf: (code: string, words: string) => RefusalClass
}

/** What a refusal says is in its first words; more of it would only cost time. */
const MOST_WORDS = 500

/**
 * The table of a broker.
 *
 * @example
 * const refusals = RefusalTable.make(
 *   [RefusalTable.code("403", "not allowed", "final", "specification", true)],
 *   [RefusalTable.cause("not enough money", "later", /buying power/i, "recorded")]
 * )
 * refusals.classOf("403", "insufficient buying power") // "later"
 */
export const make = (codes: ReadonlyArray<RefusalCode>, causes: ReadonlyArray<RefusalCause>): RefusalTable => {
  const byCode = new Map(codes.map((each) => [each.code, each]))
  const causeOf = (code: string, words: string): RefusalCause | undefined => {
    if (byCode.get(code)?.isBroad !== true) return undefined
    const first = words.slice(0, MOST_WORDS)
    return causes.find((cause) => (cause.code ?? code) === code && cause.says.test(first))
  }
  return {
    codes,
    causes,
    causeOf,
    classOf: (code, words) => causeOf(code, words)?.class ?? byCode.get(code)?.class ?? "unknown"
  }
}
