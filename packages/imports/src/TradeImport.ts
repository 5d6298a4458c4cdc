import { Accumulator, type AccountName, SourcePolicy } from "@roundlot/core"
import { Id } from "@roundlot/core/adapter"
import { type intake, type Ledger } from "@roundlot/core/ledger"
import { Chunk, Effect, Option, Stream } from "effect"
import { tradesOf } from "./readRows.ts"
import type { Bad, Parsed, Row } from "./TradeRow.ts"

/** What became of the rows of a file so far. Rejected: no trade, never stored; quarantined: stored, and can be released. */
export interface Counts {
  readonly accepted: number
  readonly duplicates: number
  readonly conflicts: number
  readonly quarantined: number
  /** Kept and never counted: history. */
  readonly recorded: number
  readonly rejected: number
}

/** Nothing yet. */
export const none: Counts = { accepted: 0, duplicates: 0, conflicts: 0, quarantined: 0, recorded: 0, rejected: 0 }

/** How many rows were taken or refused. */
export const total = (counts: Counts): number => Object.values(counts).reduce((sum, each) => sum + each, 0)

/** A row with what became of it, for those who should look. */
export interface Noticed {
  readonly line: number
  readonly what: string
}

/** What one chunk of rows came to. */
export interface Step {
  readonly counts: Counts
  readonly bad: ReadonlyArray<Bad>
  readonly noticed: ReadonlyArray<Noticed>
  readonly taken: ReadonlyArray<readonly [row: Parsed, result: intake.IntakeResult]>
}

/** Whose trades these are, how their source writes them, and the file that they stand in. */
export interface Target {
  readonly account: AccountName.AccountName
  readonly policy: SourcePolicy.SourcePolicy
  readonly file: string
}

const ROWS = 256

const keyOf: { readonly [T in intake.IntakeResult["_tag"]]: Exclude<keyof Counts, "rejected"> } = {
  Accepted: "accepted",
  Duplicate: "duplicates",
  Conflict: "conflicts",
  Quarantined: "quarantined",
  Recorded: "recorded"
}

const add = (counts: Counts, results: ReadonlyArray<intake.IntakeResult>, rejected: number): Counts => {
  const sums = { ...counts, rejected: counts.rejected + rejected }
  for (const result of results) sums[keyOf[result._tag]] += 1
  return sums
}

/** What is wrong with a bad row, by line, column and value. */
export const complaint = ({ column, reason, value }: Bad): string =>
  column === undefined ? `${reason}${value === "" ? "" : `: "${value}"`}` : `${column} "${value}" ${reason}`

const noticeOf = (row: Parsed, result: intake.IntakeResult): ReadonlyArray<Noticed> => {
  if (result._tag !== "Conflict" && result._tag !== "Quarantined") return []
  const name = Id.format("trade", result.tradeId)
  const what =
    result._tag === "Conflict"
      ? `conflicts with ${name}, which stays unchanged: ${result.why}`
      : `is quarantined as ${name} (${result.reason}); see 'roundlot trades show ${name}'`
  return [{ line: row.line, what: `${row.input.sourceId} ${what}` }]
}

/**
 * Takes rows in, a few hundred at a time and one chunk after the other, so that memory stays flat and the ledger sets the pace.
 * Each element tells the counts so far and what the newest chunk came to; what it tells is durable.
 */
export const takeIn = <E, R>(
  rows: Stream.Stream<Row, E, R>,
  target: Target,
  together: number = ROWS
): Stream.Stream<Step, E | Ledger.LedgerError | Accumulator.Unfit, R | Accumulator.Accumulator> =>
  rows.pipe(
    Stream.grouped(together),
    Stream.mapAccumEffect(none, (counts, chunk) =>
      Effect.gen(function* () {
        const accumulator = yield* Accumulator.Accumulator
        const all = Chunk.toReadonlyArray(chunk)
        const parsed = all.filter((row) => row._tag === "Parsed")
        const bad = all.filter((row) => row._tag === "Bad")
        const { raw, trades } = tradesOf(parsed, target.file)
        const policy = SourcePolicy.readFrom(target.policy, raw)
        const results = yield* accumulator.submitMany(target.account, trades, policy)
        const taken = parsed.flatMap((row, index) =>
          Option.match(Option.fromNullable(results[index]), {
            onNone: () => [],
            onSome: (result) => [[row, result] as const]
          })
        )
        const noticed = [
          ...bad.map((row) => ({ line: row.line, what: complaint(row) })),
          ...taken.flatMap(([row, result]) => noticeOf(row, result))
        ]
        const sums = add(counts, results, bad.length)
        const step: Step = { counts: sums, bad, noticed, taken }
        return [sums, step] as const
      })
    )
  )
