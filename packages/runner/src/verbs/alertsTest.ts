import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Clock, Instant } from "@roundlot/core"
import { Effect, Either, Layer, Option } from "effect"
import * as flags from "../cli/flags.ts"
import { Output } from "../cli/Output.ts"
import * as Table from "../cli/Table.ts"
import { UsageError, unknownWord } from "../cli/UsageError.ts"
import * as Verb from "../cli/Verb.ts"
import { channelOf } from "../jobs/alerting.ts"
import { channelsOf, trial } from "../jobs/channels.ts"
import { settle, type Settings } from "../settings/Settings.ts"

const WEBHOOK = "webhook"

/** Every way that alerts go, and how each sends one: the webhook or function of the configuration by the name `webhook`. */
const waysOf = (settings: Settings) => {
  const first = channelOf(settings)
  return [...(first === undefined ? [] : [{ name: WEBHOOK, send: first }]), ...channelsOf(settings)]
}

/** `alerts test`. */
export const alertsTest = Verb.make({
  name: "alerts test",
  summary: "send a trial by every channel of alerts; exit code 3 if any fails",
  examples: [
    ["roundlot alerts test", "by all"],
    ["roundlot alerts test --channel pager", "by one"]
  ],
  flags: { ...flags.place, channel: flags.text("channel", "By this channel alone") },
  run: ({ channel, ...where }) =>
    Effect.gen(function* () {
      const output = yield* Output
      const ways = waysOf(yield* settle(where))
      const asked = channel === undefined ? ways : ways.filter(({ name }) => name === channel)
      if (channel !== undefined && asked.length === 0) {
        return yield* unknownWord(
          "Channel",
          channel,
          ways.map(({ name }) => name)
        )
      }
      if (asked.length === 0) {
        const remedy = 'Add "alerts": { "channels": { … } } to the configuration'
        return yield* new UsageError({ problem: "No channel of alerts is configured", remedy })
      }
      const at = Instant.format(yield* Effect.flatMap(Clock.Clock, (clock) => clock.now))
      const tried = yield* Effect.forEach(
        asked,
        ({ name, send }) =>
          Effect.map(Effect.either(send(trial(at))), (sent) => ({
            channel: name,
            failure: Option.getOrNull(Option.map(Either.getLeft(sent), ({ message }) => message))
          })),
        { concurrency: "unbounded" }
      )
      if (tried.some(({ failure }) => failure !== null)) yield* output.look
      yield* output.answer(
        { items: tried },
        Table.format(
          ["channel", "trial"],
          tried.map(({ channel: name, failure }) => [name, failure ?? "sent"])
        )
      )
    }).pipe(Effect.provide(Layer.merge(NodeHttpClient.layerUndici, Clock.layerAlwaysOpen)))
})
