import type * as FileSystem from "@effect/platform/FileSystem"
import { shown } from "@roundlot/api/text"
import { type Instant, Decimal } from "@roundlot/core"
import { Effect, Either, Stream } from "effect"
import { bytesOf } from "../TradeFile.ts"
import { readActivities } from "./alpacaActivities.ts"
import { readFlex } from "./ibkrFlex.ts"
import { readTransactions } from "./schwabTransactions.ts"
import {
  type Contents,
  type Execution,
  type Kinds,
  type StatementBroker,
  type UnreadRow,
  digestOf
} from "./Statement.ts"
import { beginOf, dateOf, dayAfter, isZone, NEW_YORK } from "./statementTime.ts"
import { type Fault, StatementUnreadable } from "./StatementUnreadable.ts"

export { brokers, type Execution, type Kinds, type Place, type StatementBroker, type UnreadRow } from "./Statement.ts"

export { StatementUnreadable } from "./StatementUnreadable.ts"

/** How a statement is read. */
export interface Options {
  /** Default: by what is in the file, where that is clear. */
  readonly broker?: StatementBroker | undefined
  /** The zone of times and dates that name none. Default: that of Flex queries, and New York's at the other brokers. */
  readonly zone?: string | undefined
  /** The zone that is configured for Flex queries. Without it theirs is not known, and they are refused. */
  readonly flexZone?: string | undefined
  /** The first and the last date that the file covers, where it does not say so. Default: those of its first and last row. */
  readonly from?: string | undefined
  readonly to?: string | undefined
}

/** What a file covers: from a moment on, and before another one. */
export interface Period {
  readonly from: Instant.Instant
  readonly until: Instant.Instant
  /** The same as dates, both of them in it. */
  readonly dates: { readonly from: string; readonly to: string }
  readonly zone: string
  /** Who says so: the caller, the file, or only its rows. */
  readonly by: "caller" | "file" | "rows"
}

/** A broker's file of what it executed. */
export interface Statement {
  readonly broker: StatementBroker
  readonly period: Period
  readonly executions: ReadonlyArray<Execution>
  readonly unread: ReadonlyArray<UnreadRow>
  readonly kinds: Kinds
  /** The broker's numbers of the accounts whose rows they are, where the file says them. */
  readonly accounts: ReadonlySet<string>
}

/** Larger files are refused: a year of 100,000 executions is about a third of it. */
const MOST_BYTES = 268_435_456

/** Reads a broker's file from end to end; it is in memory whole. */
export const read = (
  file: string,
  options: Options
): Effect.Effect<Statement, StatementUnreadable, FileSystem.FileSystem> =>
  Effect.flatMap(textOf(file), (text) =>
    Either.mapLeft(parse(text, options), (fault) => new StatementUnreadable({ file, ...fault }))
  )

/** What a text says that is a broker's file. */
export const parse = (text: string, options: Options): Either.Either<Statement, Fault> =>
  Either.gen(function* () {
    if (text.trim() === "") return yield* Either.left({ problem: "is empty", remedy: "download it again" })
    const broker = options.broker ?? (yield* brokerOf(text))
    const zone = yield* zoneFor(broker, options)
    const contents = keepable(yield* contentsOf(text, broker, zone))
    const { accounts, executions, kinds, unread } = contents
    return { broker, period: yield* periodOf(contents, broker, zone, options), executions, unread, kinds, accounts }
  })

const textOf = (file: string): Effect.Effect<string, StatementUnreadable, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const pieces: Array<Uint8Array> = []
    let length = 0
    const fail = (problem: string, remedy: string) => new StatementUnreadable({ file, problem, remedy })
    yield* bytesOf(file).pipe(
      Stream.mapError(({ problem, remedy }) => fail(problem, remedy)),
      Stream.runForEach((bytes) => {
        length += bytes.length
        pieces.push(Uint8Array.from(bytes))
        return length > MOST_BYTES
          ? fail(`is larger than ${MOST_BYTES} bytes`, "download a shorter period")
          : Effect.void
      })
    )
    return yield* Effect.try({
      try: () => new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(pieces)),
      catch: () => fail("is not valid UTF-8", "download it again, and save it as it is")
    })
  })

const ACTIVITY = /"activity_type"\s*:/

const TRANSACTION = /"(?:activityId|transferItems)"\s*:/

/** So far a text is looked at for whose it is. */
const HEAD = 65_536

const brokerOf = (text: string): Either.Either<StatementBroker, Fault> => {
  if (text.trimStart().startsWith("<")) return Either.right("ibkr")
  const head = text.slice(0, HEAD)
  const [isAlpaca, isSchwab] = [ACTIVITY.test(head), TRANSACTION.test(head)]
  if (isAlpaca !== isSchwab) return Either.right(isAlpaca ? "alpaca" : "schwab")
  const problem = "is not clearly a Flex statement, Alpaca's activities or Schwab's transactions"
  return Either.left({ problem, remedy: "name the broker with --broker, and give the broker's response itself" })
}

const zoneFor = (broker: StatementBroker, { flexZone, zone: said }: Options): Either.Either<string, Fault> => {
  const zone = said ?? (broker === "ibkr" ? flexZone : NEW_YORK)
  if (zone !== undefined) {
    const remedy = "write one of the zone database, such as America/New_York"
    return isZone(zone)
      ? Either.right(zone)
      : Either.left({ problem: `cannot be read with the zone "${shown(zone)}": there is no such zone`, remedy })
  }
  const problem = "has times without a zone"
  return Either.left({ problem, remedy: "give the zone of the Flex query with --zone or IB_TIME_ZONE" })
}

const contentsOf = (text: string, broker: StatementBroker, zone: string): Either.Either<Contents, Fault> => {
  switch (broker) {
    case "ibkr":
      return readFlex(text, zone)
    case "alpaca":
      return readActivities(text)
    case "schwab":
      return readTransactions(text)
  }
}

const dateFor = (flag: string, text: string | undefined): Either.Either<string | undefined, Fault> => {
  const date = text === undefined ? undefined : dateOf(text)
  if (text === undefined || date !== undefined) return Either.right(date)
  const remedy = "write a date such as 2026-01-31"
  return Either.left({ problem: `cannot cover ${flag} "${shown(text)}", which is not a date`, remedy })
}

/** STMT-2: what the caller says, else what the file says, else the dates of its rows; never what the broker could not know yet. */
const periodOf = (
  { dates, madeAt }: Contents,
  broker: StatementBroker,
  zone: string,
  options: Options
): Either.Either<Period, Fault> =>
  Either.gen(function* () {
    const from = (yield* dateFor("--from", options.from)) ?? dates?.from
    const to = (yield* dateFor("--to", options.to)) ?? dates?.to
    const begin = from === undefined ? undefined : beginOf(from, zone)
    const end = to === undefined ? undefined : beginOf(dayAfter(to), zone)
    if (from === undefined || to === undefined || begin === undefined || end === undefined)
      return yield* Either.left({
        problem: "has no row with the date that it covers",
        remedy: "give the dates with --from and --to"
      })
    if (end <= begin)
      return yield* Either.left({ problem: `cannot cover ${from} to ${to}`, remedy: "give the earlier date first" })
    const isSaid = options.from !== undefined && options.to !== undefined
    const byFile = broker === "ibkr" ? "file" : "rows"
    const until = madeAt === undefined || madeAt > end || madeAt < begin ? end : madeAt
    return { from: begin, until, dates: { from, to }, zone, by: isSaid ? "caller" : byFile }
  })

/** Longer than any broker's id. */
const MOST_CHARACTERS = 200

const MOST_OF_REASON = 400

const NO_NAME = /[\p{Cc}\p{Cs}]/u

const isName = (text: string | undefined): boolean =>
  text === undefined || (text.length <= MOST_CHARACTERS && !NO_NAME.test(text))

/** STMT-4: a row whose ids or symbol no store could keep as they are, such as one with control characters, cannot be read. */
const keepable = (contents: Contents): Contents => {
  const judged = contents.executions.map((row) => ({ row, fault: faultOf(row) }))
  return {
    ...contents,
    executions: judged.flatMap(({ fault, row }) => (fault === undefined ? [row] : [])),
    unread: [
      ...contents.unread.map((row) => ({ ...row, reason: shown(row.reason, MOST_OF_REASON) })),
      ...judged.flatMap(({ fault, row }) => (fault === undefined ? [] : [unreadOf(row, fault)]))
    ].map((row) => (isName(row.execId) ? row : { ...row, execId: undefined }))
  }
}

const unreadOf = (row: Execution, reason: string): UnreadRow => {
  const { at, execId, item, line, orderId, price, quantity, side, symbol } = row
  const figures = [side, Decimal.format(quantity), Decimal.format(price), String(at)]
  return { line, item, execId, reason, digest: digestOf(execId, orderId, symbol, figures) }
}

const faultOf = ({ execId, feeCurrency, orderId, symbol }: Execution): string | undefined => {
  const [fault] = Object.entries({
    symbol,
    "order id": orderId,
    "execution id": execId,
    "fee currency": feeCurrency
  }).flatMap(([name, text]) => (text === undefined || isName(text) ? [] : [{ name, text }]))
  return (
    fault && `${fault.name} "${shown(fault.text)}" has control characters, or more than ${MOST_CHARACTERS} characters`
  )
}
