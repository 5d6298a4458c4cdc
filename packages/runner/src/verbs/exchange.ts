import * as Args from "@effect/cli/Args"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Exchange, ExchangeOrder } from "@roundlot/broker-paper"
import * as FileSystem from "@effect/platform/FileSystem"
import { Effect, Option, Schema } from "effect"
import { UsageError } from "@roundlot/commands/errors"
import { Output, Verb, detail, flags } from "@roundlot/cli"
import { Door } from "@roundlot/broker-paper/serving"
import { layerExchange } from "../App.ts"
import { settle, type Flags, type Settings } from "../settings/Settings.ts"

const { place, view } = flags

/** `exchange instruct`. */
export const exchangeInstruct = Verb.make({
  name: "exchange instruct",
  summary: "instruct the paper exchange: fills, rejections, faults, prices",
  examples: [
    [
      `roundlot exchange instruct '{"id":"i1","when":{"symbol":"AAPL"},"do":{"reject":{"code":"halted","words":"AAPL is halted"}}}'`,
      "reject the next AAPL order"
    ],
    [`roundlot exchange instruct '{"id":"i2","do":{"price":{"symbol":"AAPL","price":"151.5"}}}'`, "from now on"],
    [
      `roundlot exchange instruct '{"id":"i3","do":{"takeThenTimeout":{}}}'`,
      "accept the next order, and lose the answer"
    ]
  ],
  flags: { ...place, instruction: Args.text({ name: "JSON" }).pipe(Args.withDescription("{ id, when?, do, times? }")) },
  run: (asked) =>
    Effect.gen(function* () {
      const settings = yield* settle(asked)
      const { answer } = yield* Output.Output
      const done = yield* through(asked, settings, (door) => door.instructJson(asked.instruction))
      const waits =
        done.remaining > 0 ? `pending, ${done.remaining} ${done.remaining === 1 ? "time" : "times"}` : "is done"
      yield* answer(
        done,
        [`${done.id} ${done.repeated ? "was given before and " : ""}${waits}`, ...done.did].join("\n  ")
      )
    })
})

const limit = { limit: flags.page.limit }

/** The exchange of a simulator that is running, where its variable says so and no file is named; else the file's. */
const through = <A, E>(
  { paper }: Pick<Flags, "paper">,
  { paperFile, variable }: Settings,
  use: (door: Door.Door) => Effect.Effect<A, E>
) => {
  const url = variable("ROUNDLOT_EXCHANGE_URL")
  return url === undefined || Option.isSome(paper)
    ? Effect.provide(Effect.flatMap(Exchange.Exchange, use), layerExchange({ file: paperFile }))
    : Effect.provide(Effect.flatMap(Door.at(url), use), NodeHttpClient.layerUndici)
}

/** Prints what the exchange has of a kind, if there is an exchange. */
const listed = <A, I extends object, E extends Verb.VerbError>(
  asked: Flags & { readonly limit: number | undefined },
  schema: Schema.Schema<A, I>,
  read: (door: Door.Door) => Effect.Effect<ReadonlyArray<A>, E>
): Verb.Doing =>
  Effect.gen(function* () {
    const settings = yield* settle(asked)
    const fs = yield* FileSystem.FileSystem
    const isRemote = settings.variable("ROUNDLOT_EXCHANGE_URL") !== undefined && Option.isNone(asked.paper)
    if (!isRemote && !(yield* Effect.orElseSucceed(fs.exists(settings.paperFile), () => true))) {
      return yield* new UsageError({
        problem: `No paper exchange at ${settings.paperFile}`,
        remedy: "Start one with 'roundlot start', or name its file with --paper"
      })
    }
    const all = yield* through(asked, settings, read)
    const most = asked.limit === undefined || asked.limit === 0 ? all.length : asked.limit
    const items = yield* Effect.orDie(Schema.encode(Schema.Array(schema))(all.slice(0, most)))
    const { answer } = yield* Output.Output
    const rows = items.toReversed().map((item) => Object.fromEntries(Object.entries(item)))
    return yield* answer({ items, nextCursor: null }, (screen) =>
      rows.length === 0 ? "None." : detail.table(rows, screen)
    )
  })

/** `exchange orders`. */
export const exchangeOrders = Verb.make({
  name: "exchange orders",
  summary: "list the orders of the paper exchange",
  flags: { ...view, ...limit },
  run: (asked) => listed(asked, ExchangeOrder.ExchangeOrder, (door) => door.orders)
})

/** `exchange fills`. */
export const exchangeFills = Verb.make({
  name: "exchange fills",
  summary: "list the executions of the paper exchange, all revisions",
  flags: { ...view, ...limit },
  run: (asked) => listed(asked, ExchangeOrder.Execution, (door) => door.fills)
})

/** `exchange requests`. */
export const exchangeRequests = Verb.make({
  name: "exchange requests",
  summary: "list the requests to the paper exchange with their responses",
  flags: { ...view, ...limit },
  run: (asked) => listed(asked, Door.Request, (door) => door.requests)
})
