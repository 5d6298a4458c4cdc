import { Decimal, Instant } from "@roundlot/core"
import { type TradeSource } from "@roundlot/core/adapter"
import { Effect, Either } from "effect"
import { idOf, mayHave, sorted, type Block, type EventLog, type Wanted } from "./Block.ts"
import { inputOf, keyOf, withdrawalOf, type Booked, type BooksSince } from "./Booked.ts"
import type { EventReader, EventTrade } from "./EventTrade.ts"
import { extended, withUnread, type Checkpoint, type Reached, type Unread } from "./EvmCursor.ts"
import type { Provider } from "./Provider.ts"
import { ProviderFault } from "./ProviderFault.ts"

/** What is read, how, and the books that it is held against. */
export interface Reading<E> {
  readonly source: string
  readonly chainId: number
  readonly from: number
  readonly confirmations: number
  readonly deepest: number
  readonly range: number
  readonly ignored: ReadonlySet<string>
  readonly reader: EventReader
  readonly books: BooksSince<E>
}

/** How far the chain was read. */
export interface Standing extends Reached {
  /** Was it held against the books since it was opened, or since the chain was seen to have been reorganised? */
  readonly isChecked: boolean
  /** What the books have of blocks that are to be read again, by event and block. */
  readonly booked: ReadonlyMap<string, ReadonlyArray<Booked>>
  /** So many blocks were last answered at once. */
  readonly size: number
}

/** What a look at the chain found. */
export interface Page {
  readonly items: ReadonlyArray<TradeSource.Item>
  /** Those that are taken back by it since their blocks are gone. */
  readonly gone: ReadonlyArray<Booked>
  /** The events that were found to be no trades. */
  readonly unread: ReadonlyArray<Unread>
  readonly standing: Standing
  readonly head: Block
  /** Is there nothing more to be read now? */
  readonly isCaughtUp: boolean
}

/** A range of an answer's logs beyond which the answer is taken for a cut one, and asked for in halves. */
const MOST_LOGS = 10_000
const AT_ONCE = 16

const fault = ({ name }: Provider, problem: ProviderFault["problem"], detail: string) =>
  new ProviderFault({ provider: name, problem, detail })

const contradicts = (provider: Provider, detail: string) => fault(provider, "Contradiction", detail)

/** A block that the chain must have. */
const blockAt = (provider: Provider, number: number | "latest") =>
  Effect.flatMap(provider.block(number), (block) => {
    if (block === undefined) return Effect.fail(fault(provider, "Behind", `has no block ${number}`))
    return number === "latest" || block.number === number
      ? Effect.succeed(block)
      : Effect.fail(contradicts(provider, `answered block ${block.number} for ${number}`))
  })

const headOf = (provider: Provider, { chainId }: Pick<Reading<never>, "chainId">) =>
  Effect.gen(function* () {
    const [found, head] = yield* Effect.all([provider.chainId, blockAt(provider, "latest")], { concurrency: 2 })
    return found === chainId ? head : yield* fault(provider, "OtherChain", `is of chain ${found} and not of ${chainId}`)
  })

const isOfChain = (provider: Provider, { hash, number }: Checkpoint) =>
  Effect.map(blockAt(provider, number), (block) => block.hash === hash)

/** The blocks that were taken in, from the newest one that is still of the chain on: the oldest is one that the deepest reorganisation leaves. */
const standingOn = (provider: Provider, blocks: ReadonlyArray<Checkpoint>, deepest: number) =>
  Effect.gen(function* () {
    for (const [index, block] of blocks.entries()) if (yield* isOfChain(provider, block)) return blocks.slice(index)
    const oldest = blocks.at(-1)
    if (oldest === undefined) return blocks
    return yield* fault(
      provider,
      "TooDeep",
      `has another chain than was taken in, from block ${oldest.number} or before on: a reorganisation of at most ${deepest} blocks is followed. Nothing more is taken in or back. Find out which chain is right; to go on with this one, correct the positions by hand, and follow it under another name from a later block`
    )
  })

/**
 * Goes back to where the chain is to be held against the books. Where the source was just opened, all of what may change is: a process
 * that ended may have taken in what its cursor does not say.
 */
const wentBack = <E>(provider: Provider, reading: Reading<E>, standing: Standing) =>
  Effect.gen(function* () {
    const still = yield* standingOn(provider, standing.blocks, reading.deepest)
    const blocks = standing.isChecked ? still : still.slice(-1)
    const [base] = blocks
    const rows = yield* reading.books(Instant.fromMillis((base?.timestamp ?? 0) * 1_000))
    const above = rows.filter(({ blockNumber }) => base === undefined || blockNumber > base.number)
    return { ...standing, blocks, booked: byEvent(above), isChecked: true }
  })

const byEvent = (rows: ReadonlyArray<Booked>): Standing["booked"] => {
  const found = new Map<string, Array<Booked>>()
  for (const row of rows) {
    const key = keyOf(row.trade.sourceId, row.blockHash)
    const known = found.get(key)
    if (known === undefined) found.set(key, [row])
    else known.push(row)
  }
  return found
}

const halvable: ReadonlyArray<ProviderFault["problem"]> = ["TimedOut", "TooLarge", "Refused"]
const UNAUTHORIZED = 401
const FORBIDDEN = 403
const TOO_MANY = 429
const ofTheCaller: ReadonlyArray<number | undefined> = [UNAUTHORIZED, FORBIDDEN, TOO_MANY]

const mayBeTooLarge = ({ code, problem }: ProviderFault): boolean =>
  halvable.includes(problem) && !ofTheCaller.includes(code)

/** Is more there from an answer's last log on than it has? Some nodes cut a long answer off, and do not say so. */
const isCutOff = (provider: Provider, wanted: Wanted, logs: ReadonlyArray<EventLog>, from: number, to: number) => {
  const last = logs.at(-1)?.blockNumber
  if (last === undefined || from === to) return Effect.succeed(false)
  const since = last === from ? from + 1 : last
  const known = logs.filter(({ blockNumber }) => blockNumber >= since).length
  return Effect.map(provider.logs(wanted, since, to), (again) => new Set(again.map(idOf)).size > known)
}

/** The logs of a range in their order, and where it ends: a range that is refused, or whose answer is cut off, is halved. */
const logsOf = (
  provider: Provider,
  wanted: Wanted,
  from: number,
  to: number
): Effect.Effect<{ readonly logs: ReadonlyArray<EventLog>; readonly end: number }, ProviderFault> => {
  const halved = Effect.suspend(() => logsOf(provider, wanted, from, from + Math.floor((to - from) / 2)))
  return provider.logs(wanted, from, to).pipe(
    Effect.matchEffect({
      onFailure: (failure) => (to > from && mayBeTooLarge(failure) ? halved : Effect.fail(failure)),
      onSuccess: (logs) => {
        if (to > from && logs.length >= MOST_LOGS) return halved
        return Either.match(sorted(logs, wanted, from, to), {
          onLeft: (what) => Effect.fail(contradicts(provider, `answered with ${what}`)),
          onRight: (inOrder) =>
            Effect.if(isCutOff(provider, wanted, inOrder, from, to), {
              onTrue: () => halved,
              onFalse: () => Effect.succeed({ logs: inOrder, end: to })
            })
        })
      }
    })
  )
}

type Blocks = ReadonlyMap<number, Block>

const byNumber = (blocks: ReadonlyArray<Block>): Blocks =>
  new Map(blocks.map((block) => [block.number, block] as const))

const blocksAt = (provider: Provider, numbers: Iterable<number>) =>
  Effect.map(
    Effect.forEach(new Set(numbers), (number) => blockAt(provider, number), { concurrency: AT_ONCE }),
    byNumber
  )

const numbersFrom = (from: number, to: number): ReadonlyArray<number> =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index)

/** Why blocks, and the one before them, are no chain. */
const linkFault = (base: Checkpoint | undefined, blocks: Blocks): string | undefined => {
  let before = base
  for (const block of [...blocks.values()].toSorted((one, other) => one.number - other.number)) {
    if (before !== undefined && block.number === before.number + 1 && block.parentHash !== before.hash)
      return `has a block ${block.number} that does not follow its block ${before.number}`
    if (before !== undefined && block.timestamp < before.timestamp)
      return `has a block ${block.number} of an earlier time than its block ${before.number}`
    before = block
  }
  return undefined
}

/** What was read of a range: its logs, and the blocks that were looked at. */
interface Range {
  readonly logs: ReadonlyArray<EventLog>
  readonly blocks: Blocks
  readonly end: Block
}

/** Reads a range whose blocks may still be reorganised: each is looked at. What changes meanwhile, the next look finds out. */
const rangeNearHead = (
  provider: Provider,
  { reader: { wanted } }: Pick<Reading<never>, "reader">,
  from: number,
  to: number
) =>
  Effect.gen(function* () {
    const asked = yield* blocksAt(provider, numbersFrom(from, to))
    const { end, logs } = yield* logsOf(provider, wanted, from, to)
    const blocks = new Map([...asked].filter(([number]) => number <= end))
    return { logs, blocks, end: blocks.get(end) ?? (yield* blockAt(provider, end)) }
  })

/** Reads a range deep in the chain: the blocks are looked at that have logs, and those at its ends. */
const rangeDeep = (
  provider: Provider,
  { reader: { wanted } }: Pick<Reading<never>, "reader">,
  from: number,
  to: number
) =>
  Effect.gen(function* () {
    const { end, logs } = yield* logsOf(provider, wanted, from, to)
    const blocks = yield* blocksAt(provider, [from, ...logs.map(({ blockNumber }) => blockNumber), end])
    return { logs, blocks, end: blocks.get(end) ?? (yield* blockAt(provider, end)) }
  })

/** A range that cannot be the chain's: logs of other blocks, blocks that do not follow each other, logs that are left out. */
const expectSound = (provider: Provider, wanted: Wanted, base: Checkpoint | undefined, { blocks, logs }: Range) =>
  Effect.gen(function* () {
    const link = linkFault(base, blocks)
    if (link !== undefined) return yield* contradicts(provider, link)
    const stray = logs.find(({ blockHash, blockNumber }) => blocks.get(blockNumber)?.hash !== blockHash)
    if (stray !== undefined)
      return yield* contradicts(
        provider,
        `has a log of another block ${stray.blockNumber} than its own (${idOf(stray)})`
      )
    const withLogs = new Set(logs.map(({ blockNumber }) => blockNumber))
    const suspect = [...blocks.values()].filter((block) => !withLogs.has(block.number) && mayHave(block, wanted))
    yield* Effect.forEach(
      suspect,
      ({ hash, number }) =>
        Effect.flatMap(provider.logsOfBlock(wanted, hash), (left) =>
          left.length === 0 ? Effect.void : contradicts(provider, `left out ${left.length} logs of block ${number}`)
        ),
      { concurrency: AT_ONCE, discard: true }
    )
  })

const samePrice = (one: EventTrade["price"], other: EventTrade["price"]): boolean =>
  one === undefined || other === undefined ? one === other : Decimal.equals(one, other)

const isSame = (one: EventTrade, other: EventTrade): boolean =>
  one.symbol === other.symbol &&
  one.side === other.side &&
  one.tradedAt === other.tradedAt &&
  Decimal.equals(one.quantity, other.quantity) &&
  samePrice(one.price, other.price)

/** The incarnation under which a trade of a block of the chain is to be taken in; none where the books have it as it is. */
const incarnationOf = (trade: EventTrade, booked: ReadonlyArray<Booked>): number | undefined => {
  const newest = booked.reduce<Booked | undefined>(
    (most, each) => (most === undefined || each.incarnation > most.incarnation ? each : most),
    undefined
  )
  if (newest === undefined) return 1
  if (newest.state === "withdrawn") return newest.incarnation + 1
  // Other contents under a known identity are for the books to show.
  return isSame(newest.trade, trade) ? undefined : newest.incarnation
}

/** What the logs of a range are: trades that the books do not have, and events that are none. */
const readLogs = (
  { blocks, logs }: Range,
  { ignored, reader, source }: Pick<Reading<never>, "ignored" | "reader" | "source">,
  booked: Standing["booked"]
) => {
  const items: Array<TradeSource.Item> = []
  const unread: Array<Unread> = []
  for (const log of logs) {
    const id = idOf(log)
    const timestamp = blocks.get(log.blockNumber)?.timestamp ?? 0
    if (ignored.has(id)) continue
    Either.match(reader.tradeOf(log, timestamp), {
      onLeft: (reason) => void unread.push({ id, reason }),
      onRight: (trade) => {
        const incarnation = incarnationOf(trade, booked.get(keyOf(id, log.blockHash)) ?? [])
        if (incarnation === undefined) return
        items.push({ trades: [inputOf(source, trade, { ...log, incarnation })], bytes: log.raw })
      }
    })
  }
  return { items, unread }
}

/** The trades that stand in the books and are of no block of the chain, or are not to be trades. */
const withdrawn = (
  provider: Provider,
  { ignored }: Pick<Reading<never>, "ignored">,
  { blocks, end, logs }: Range,
  booked: Standing["booked"]
) =>
  Effect.gen(function* () {
    const there = new Set(logs.map((log) => keyOf(idOf(log), log.blockHash)))
    const candidates = [...booked.values()]
      .flat()
      .filter(
        ({ blockHash, blockNumber, state, trade: { sourceId } }) =>
          state === "standing" &&
          blockNumber <= end.number &&
          (!there.has(keyOf(sourceId, blockHash)) || ignored.has(sourceId))
      )
    const hashes = new Map(blocks)
    const unknown = candidates.map(({ blockNumber }) => blockNumber).filter((number) => !hashes.has(number))
    for (const [number, block] of yield* blocksAt(provider, unknown)) hashes.set(number, block)
    const denied = candidates.find(
      ({ blockHash, blockNumber, trade: { sourceId } }) =>
        hashes.get(blockNumber)?.hash === blockHash && !ignored.has(sourceId)
    )
    if (denied !== undefined)
      return yield* contradicts(
        provider,
        `has no log ${denied.trade.sourceId} in block ${denied.blockNumber}, of which it was taken in. Nothing more is taken in: find out which is right, and name it in "ignore" if it never was`
      )
    return candidates
  })

const withoutRead = (booked: Standing["booked"], end: number): Standing["booked"] =>
  new Map([...booked].filter(([, rows]) => rows.some(({ blockNumber }) => blockNumber > end)))

const READS_MORE = 2

/** Reads the next range of the chain, and what is to be taken in of it. */
const pageFrom = <E>(provider: Provider, reading: Reading<E>, standing: Standing, head: Block) =>
  Effect.gen(function* () {
    const { confirmations, deepest, from, ignored, range: most, reader } = reading
    const [base] = standing.blocks
    const target = head.number - confirmations
    const first = base === undefined ? from : base.number + 1
    if (first > target) return { items: [], gone: [], unread: [], standing, head, isCaughtUp: true }
    const isDeep = first <= target - deepest
    const last = Math.min(first + standing.size - 1, isDeep ? target - deepest : target)
    const range = yield* (isDeep ? rangeDeep : rangeNearHead)(provider, reading, first, last)
    yield* expectSound(provider, reader.wanted, base, range)
    const gone = yield* withdrawn(provider, reading, range, standing.booked)
    const { items, unread } = readLogs(range, reading, standing.booked)
    const isWhole = range.end.number === last
    const seen = new Set(range.logs.map(idOf))
    const before = standing.unread.filter(({ id }) => !seen.has(id))
    const read = range.end.number - first + 1
    const blocks = [...range.blocks.values()]
      .toSorted((one, other) => one.number - other.number)
      .reduce((kept, block) => extended(kept, block, deepest), standing.blocks)
    return {
      items: [...gone.map((each) => ({ trades: [withdrawalOf(reading.source, each)] })), ...items],
      gone: gone.filter(({ trade: { sourceId } }) => !ignored.has(sourceId)),
      unread,
      head,
      isCaughtUp: range.end.number >= target,
      standing: {
        ...standing,
        blocks,
        unread: withUnread(before, unread, ignored),
        booked: withoutRead(standing.booked, range.end.number),
        size: isWhole ? Math.min(most, standing.size * READS_MORE) : read
      }
    }
  })

/** Before the first block: what it has to follow. */
const anchored = <E>(provider: Provider, { deepest, from }: Reading<E>, standing: Standing) =>
  standing.blocks.length > 0 || from === 0
    ? Effect.succeed(standing)
    : Effect.map(blockAt(provider, from - 1), (block) => ({ ...standing, blocks: extended([], block, deepest) }))

/** Looks at the chain as a provider has it, and reads on where there is more. Nothing of the standing is changed where it fails. */
export const look = <E>(
  provider: Provider,
  reading: Reading<E>,
  before: Standing
): Effect.Effect<Page, ProviderFault | E> =>
  Effect.gen(function* () {
    const head = yield* headOf(provider, reading)
    const target = head.number - reading.confirmations
    const known = before.blocks[0]?.number ?? reading.from - 1
    if (target < known) return { items: [], gone: [], unread: [], standing: before, head, isCaughtUp: true }
    const standing = yield* anchored(provider, reading, before)
    const [tip] = standing.blocks
    const isSettled = standing.isChecked && (tip === undefined || (yield* isOfChain(provider, tip)))
    const here = isSettled ? standing : yield* wentBack(provider, reading, standing)
    return yield* pageFrom(provider, reading, here, head)
  })
