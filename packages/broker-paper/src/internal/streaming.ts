import type { AccountName } from "@roundlot/core"
import { type Scope, Chunk, Effect, PubSub, Queue, Ref, Schema, Stream } from "effect"
import type { ExchangeFailed } from "../ExchangeFile.ts"
import { ExchangeOrder, Execution } from "../ExchangeOrder.ts"
import type { Replied, Streamed } from "../ExchangeReply.ts"
import type { Floor } from "./Floor.ts"
import { PAGE } from "./reading.ts"
import { read } from "./requests.ts"
import type { EventRow } from "./rows.ts"

const POLL = "250 millis"

/** What happens to an account's orders from now on. */
export const stream = (
  floor: Floor,
  account: AccountName.AccountName,
  changes: PubSub.PubSub<void>
): Effect.Effect<Replied<Stream.Stream<Streamed, ExchangeFailed>>, ExchangeFailed, Scope.Scope> =>
  Effect.gen(function* () {
    const woken = yield* PubSub.subscribe(changes)
    const { at, reply } = yield* read(floor, { account, operation: "stream", payload: {} }, () =>
      floor.rows.lastEvent()
    )
    if (reply._tag !== "Done") return { at, reply }
    const cursor = yield* Ref.make(reply.body)
    return { at, reply: { _tag: "Done" as const, body: follow(floor, account, cursor, woken) } }
  })

/** Reads on from the cursor; woken by this process, and looking for what other processes wrote where they share its file. */
const follow = (
  { file, options, rows }: Floor,
  account: AccountName.AccountName,
  cursor: Ref.Ref<number>,
  woken: Queue.Dequeue<void>
): Stream.Stream<Streamed, ExchangeFailed> => {
  const more = Effect.gen(function* () {
    const after = yield* Ref.get(cursor)
    const events = yield* file.transact(() => rows.eventsAfter(after, account, PAGE))
    const last = events.at(-1)
    if (last === undefined)
      yield* options.file === undefined ? Queue.take(woken) : Effect.race(Queue.take(woken), Effect.sleep(POLL))
    else yield* Ref.set(cursor, last.number)
    return Chunk.fromIterable(events.map(streamedOf))
  })
  return Stream.repeatEffectChunk(more).pipe(Stream.takeUntil(({ _tag }) => _tag === "Dropped"))
}

const decodeOrder = Schema.decodeUnknownSync(Schema.parseJson(ExchangeOrder))

const decodeExecution = Schema.decodeUnknownSync(Schema.parseJson(Execution))

const streamedOf = ({ body, kind }: EventRow): Streamed => {
  switch (kind) {
    case "order":
      return { _tag: "Order", order: decodeOrder(body), text: body }
    case "execution":
      return { _tag: "Execution", execution: decodeExecution(body), text: body }
    case "dropped":
      return { _tag: "Dropped" }
  }
}
