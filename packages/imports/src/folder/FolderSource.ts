import type { AccountName } from "@roundlot/core"
import { TradeRepository, type TradeSource } from "@roundlot/core/adapter"
import { Health } from "@roundlot/core/ledger"
import { Clock, Deferred, Effect, Ref, Stream, type Duration } from "effect"
import { join, sep } from "node:path"
import { shown } from "@roundlot/api/text"
import { claim, stillOurs, type Holder } from "./Claim.ts"
import { isStill, look, type Entry } from "./Look.ts"
import { makeRooms, move, numbered, type Numbered, LIST, newestOf, numberedIn } from "./Numbered.ts"
import { cursorOf, expectKnown, reachedBy, type Reached } from "./Reached.ts"
import { stop, type SpoolFault, asking, codeOf, ifThere } from "./SpoolFault.ts"
import { taking } from "./taking.ts"
import { watching } from "./Watched.ts"
import { realpath, open, readdir, stat } from "node:fs/promises"

/** A source that is a folder. */
export interface FolderEntry {
  readonly name: string
  readonly account: AccountName.AccountName
  readonly folder: string
  /** The folders of the other sources. */
  readonly others: ReadonlyArray<string>
  /** A file is taken that was the same at two looks. */
  readonly lookEvery?: Duration.DurationInput
}

const LOOK_EVERY = "1 second"

/** Says how the folder stands, and what of it needs a person. */
type Say = (standing: string, faults: ReadonlyArray<string>) => Effect.Effect<void>

/** Health hears of what is new only: it counts what it hears. */
const sayer = (part: string): Effect.Effect<Say, never, Health.Health> =>
  Effect.map(Health.Health, (health) => {
    let said: string | undefined
    return (standing, faults) =>
      Effect.suspend(() => {
        const text = [...faults, standing].filter((each) => each !== "").join("; ")
        if (text === said) return Effect.void
        said = text
        return faults.length === 0 ? health.succeeded(part, undefined, text) : health.failed(part, text)
      })
  })

/** A folder that is ours, and how far it was taken in. */
interface Opened {
  readonly name: string
  readonly folder: string
  readonly ours: Holder
  readonly reached: Ref.Ref<Reached>
  readonly say: Say
  /** Hears what needs a person where nothing is left to be taken. */
  readonly idle: (faults: ReadonlyArray<string>) => Effect.Effect<unknown>
}

/** Takes a file that was claimed. */
const take = ({ folder, name, reached }: Opened, file: Numbered): Stream.Stream<TradeSource.Delivery, SpoolFault> =>
  Stream.unwrap(
    Effect.map(Ref.get(reached), (at) =>
      Stream.concat(
        taking(name, folder, file, at),
        Stream.execute(Ref.set(reached, { folder: at.folder, file: file.number, to: "done" }))
      )
    )
  )

/** Claims a file that still is what was looked at, and takes it. */
const claimed = (opened: Opened, entry: Entry): Stream.Stream<TradeSource.Delivery, SpoolFault> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const { folder, reached } = opened
      if (!(yield* isStill(folder, entry))) return Stream.empty
      const file = numbered((yield* Ref.get(reached)).file + 1, entry.name)
      yield* move(join(folder, entry.name), join(folder, "taking", file.file))
      return take(opened, file)
    })
  )

/** Looks again and again, and takes what is whole, a file after the other. */
const passes = (opened: Opened, lookEvery: Duration.DurationInput): Stream.Stream<TradeSource.Delivery, SpoolFault> => {
  const { folder, idle, ours, reached, say } = opened
  const watched = watching(folder)
  let before: ReadonlyMap<string, string> = new Map()
  let last = { file: -1, text: "" }
  const pass = Effect.gen(function* () {
    const at = yield* Ref.get(reached)
    yield* stillOurs(folder, ours, at.folder)
    yield* watched
    const entries = yield* look(folder, before)
    before = new Map(entries.map((entry) => [entry.name, entry.stamp]))
    const steady = entries.filter(({ _tag }) => _tag === "Steady")
    const waiting = entries.filter(({ _tag }) => _tag !== "Unfit").length
    const faults = [
      ...entries.flatMap((entry) => (entry._tag === "Unfit" ? [entry.fault] : [])),
      ...(yield* rejectedIn(folder))
    ]
    // What lies in `taking` between two files is another one's, or a person's: it is taken when the source is opened again.
    const foreign = steady.length > 0 ? yield* expectKnown(folder, at) : undefined
    if (foreign !== undefined)
      return yield* stop(
        `${foreign.file} is in ${folder}/taking, and was not put there by this source`,
        "It is imported first"
      )
    if (last.file !== at.file) last = { file: at.file, text: yield* lastTaken(folder, at) }
    yield* say(`${waiting} files wait; ${last.text}`, faults)
    if (waiting === 0) yield* idle(faults)
    return Stream.flatMap(Stream.fromIterable(steady.entries()), ([index, entry]) =>
      Stream.concat(
        Stream.execute(say(`${waiting - index - 1} files wait; importing ${shown(entry.name)}`, faults)),
        claimed(opened, entry)
      )
    )
  })
  return Stream.forever(Stream.concat(Stream.unwrap(pass), Stream.execute(Effect.sleep(lookEvery))))
}

/** All that a folder has after what the books know of it. */
const deliveriesOf = (
  { folder: named, lookEvery = LOOK_EVERY, name, others }: FolderEntry,
  ours: Holder,
  cursor: string | undefined,
  rest: Pick<Opened, "say" | "idle">
) =>
  Effect.gen(function* () {
    const folder = yield* realFolder(named)
    yield* expectApart(folder, others)
    const known = yield* reachedBy(name, cursor)
    const held = yield* claim(folder, ours, known?.folder)
    yield* makeRooms(folder)
    const begin: Reached = known ?? { folder: held.folder, file: held.before, to: "done" }
    const opened = { ...rest, name, folder, ours, reached: yield* Ref.make<Reached>(begin) }
    const left = yield* expectKnown(folder, begin)
    if (left !== undefined) yield* rest.say(`importing ${shown(left.file)}`, yield* rejectedIn(folder))
    // Whose folder it is, is in the books before anything of it is.
    const first = known === undefined ? [{ trades: [], cursor: cursorOf(begin) }] : []
    return Stream.fromIterable(first).pipe(
      Stream.concat(left === undefined ? Stream.empty : take(opened, left)),
      Stream.concat(passes(opened, lookEvery))
    )
  })

/** A followed source without its name and policy, which are the caller's to give. */
export type Followed = Omit<TradeSource.TradeSourceService<unknown>, "name" | "policy">

/**
 * B6: follows a folder into which other programs put files of trades: takes each in the order of its name, row by row, and puts it away. Its
 * stream does not end; `caughtUp` does when nothing lies there any more that is taken, with what needs a person.
 */
export const make = (
  entry: FolderEntry
): Effect.Effect<Followed, never, TradeRepository.TradeRepository | Health.Health> =>
  Effect.gen(function* () {
    const { account, name } = entry
    const { identity } = yield* TradeRepository.TradeRepository
    const say = yield* sayer(`folder of ${name}`)
    const heardAt = yield* Ref.make(yield* Clock.currentTimeMillis)
    const caughtUp = yield* Deferred.make<ReadonlyArray<string>>()
    const ours = { store: identity.id, incarnation: identity.incarnation, source: name, account }
    const idle = (faults: ReadonlyArray<string>) =>
      Deferred.succeed(
        caughtUp,
        faults.map((fault) => `source ${name}: ${fault}`)
      )
    return {
      deliveries: (cursor) =>
        Stream.unwrap(deliveriesOf(entry, ours, cursor, { say, idle })).pipe(
          Stream.tap(() => Effect.flatMap(Clock.currentTimeMillis, (now) => Ref.set(heardAt, now))),
          Stream.tapError(({ message }) => say("", [message]))
        ),
      ageMs: Effect.zipWith(Clock.currentTimeMillis, Ref.get(heardAt), (now, heard) => now - heard),
      // Who writes files says nothing between them: only an `alarmAfter` knows how often they come.
      alarmAfterMs: Number.POSITIVE_INFINITY,
      caughtUp: Deferred.await(caughtUp)
    }
  })

/** The one path that all names of a folder lead to. */
const realFolder = (folder: string): Effect.Effect<string, SpoolFault> =>
  asking(`${folder} cannot be opened`, () => realpath(folder))

const isWithin = (one: string, other: string): boolean => `${one}${sep}`.startsWith(`${other}${sep}`)

/** Two sources that have one folder, or one in the other's, would each buy what lies there. */
const expectApart = (folder: string, others: ReadonlyArray<string>): Effect.Effect<void, SpoolFault> =>
  Effect.forEach(
    others,
    (each) =>
      Effect.flatMap(
        Effect.orElseSucceed(realFolder(each), () => each),
        (other) =>
          isWithin(folder, other) || isWithin(other, folder)
            ? stop(
                `${folder} is also the folder of another source, or one is inside the other (${each})`,
                "Give each source its own folder"
              )
            : Effect.void
      ),
    { discard: true }
  )

const HEAD = 1_024

const LONGEST = 200

/** The first row of a list of what was not taken: line, column, value, reason. */
const firstRow = async (path: string): Promise<string> => {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD), 0, HEAD, 0)
    const [, row = ""] = buffer.toString("utf8", 0, bytesRead).split("\r\n")
    return shown(row, LONGEST)
  } finally {
    await file.close()
  }
}

/** What was not taken and waits for a person: how many lists of it there are, and how the first begins. */
const rejectedIn = (folder: string): Effect.Effect<ReadonlyArray<string>, SpoolFault> =>
  asking(`${join(folder, "rejected")} cannot be read`, async () => {
    const lists = (await readdir(join(folder, "rejected"))).filter((file) => file.endsWith(LIST)).toSorted()
    const [first] = lists
    if (first === undefined) return []
    const more = lists.length === 1 ? "" : ` and ${lists.length - 1} more`
    return [
      // A person may have removed it by now.
      `not imported, see rejected/${shown(first, LONGEST)}${more}: ${await firstRow(join(folder, "rejected", first)).catch(codeOf)}`
    ]
  })

/** What was taken last, and when: what is put away says it. */
const lastTaken = (folder: string, { file }: Reached): Effect.Effect<string, SpoolFault> =>
  Effect.gen(function* () {
    const newest = newestOf((yield* numberedIn(folder, "done")).filter(({ number }) => number <= file))
    const path = join(folder, "done", newest?.file ?? "")
    const stats = newest === undefined ? undefined : yield* ifThere(`${path} cannot be looked at`, () => stat(path))
    return newest === undefined || stats === undefined
      ? "none imported yet"
      : `the last imported is ${shown(newest.file)}, at ${stats.ctime.toISOString()}`
  })
