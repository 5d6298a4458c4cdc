import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Clock } from "@roundlot/core"
import { Effect, Layer } from "effect"
import { unknownWord, UsageError } from "@roundlot/commands/errors"
import { trying } from "@roundlot/daemon"
import * as flags from "../terminal/flags.ts"
import { Output } from "../terminal/Output.ts"
import * as Table from "../terminal/Table.ts"
import * as Verb from "../terminal/Verb.ts"
import { settle } from "../Program.ts"

const refused = ({ asked, known }: trying.NoChannel): UsageError =>
  asked === undefined || known.length === 0
    ? new UsageError({
        problem: "No alert channel is configured",
        remedy: 'Add "alerts": { "channels": { … } } to the configuration'
      })
    : unknownWord("Channel", asked, known)

/** `alerts test`. */
export const alertsTest = Verb.make({
  name: "alerts test",
  summary: "send a test alert through every channel; exit code 3 if any fails",
  examples: [
    ["roundlot alerts test", "every channel"],
    ["roundlot alerts test --channel pager", "one channel"]
  ],
  flags: { ...flags.place, channel: flags.text("channel", "Through this channel only") },
  run: ({ channel, ...where }) =>
    Effect.gen(function* () {
      const output = yield* Output
      const settings = yield* settle(where)
      const tried = yield* Effect.mapError(trying.tryChannels(settings, channel), refused)
      if (tried.some(({ failure }) => failure !== null)) yield* output.look
      yield* output.answer({ items: tried }, (screen) =>
        Table.format(
          ["channel", "result"],
          tried.map(({ channel: name, failure }) => [name, failure ?? "sent"]),
          screen
        )
      )
    }).pipe(Effect.provide(Layer.merge(NodeHttpClient.layerUndici, Clock.layerAlwaysOpen)))
})
