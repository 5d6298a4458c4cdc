import * as Args from "@effect/cli/Args"
import * as Options from "@effect/cli/Options"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Clock } from "@roundlot/core"
import { Effect, Layer } from "effect"
import { unknownWord } from "@roundlot/commands/errors"
import { webhooks } from "@roundlot/commands"
import { delivering, queue } from "@roundlot/daemon"
import * as flags from "../terminal/flags.ts"
import { Output } from "../terminal/Output.ts"
import * as preview from "../terminal/preview.ts"
import * as Verb from "../terminal/Verb.ts"
import { changing } from "../rehearsal.ts"
import { writing } from "../within.ts"
import { settle } from "../Program.ts"
import { pageText } from "./lists.ts"

const ofWebhook = {
  ...flags.place,
  name: Args.text({ name: "NAME" }).pipe(Args.withDescription("The webhook, as the configuration names it"))
}

/** `webhooks list`. */
export const webhooksList = Verb.make({
  name: "webhooks list",
  summary: "list configured webhooks, their deliveries and what waits",
  examples: [["roundlot webhooks list", "all of them"]],
  flags: flags.place,
  run: (where) =>
    writing(where, ({ configuration }) =>
      Effect.gen(function* () {
        const { answer } = yield* Output
        const document = yield* webhooks.list(configuration)
        yield* answer(document, pageText(document, webhooks.table))
      })
    )
})

/** `webhooks test`. */
export const webhooksTest = Verb.make({
  name: "webhooks test",
  summary: "post a signed test delivery; exit code 3 if it is refused",
  examples: [["roundlot webhooks test fills", "is the address right, and the secret?"]],
  flags: ofWebhook,
  run: ({ name, ...where }) =>
    Effect.gen(function* () {
      const output = yield* Output
      const settings = yield* settle(where)
      const known = [...settings.configuration.webhooks.keys()]
      if (!known.includes(name)) return yield* unknownWord("Webhook", name, known)
      const failure = yield* delivering
        .postTrial(settings, name)
        .pipe(Effect.match({ onFailure: ({ message }) => message, onSuccess: () => null }))
      if (failure !== null) yield* output.look
      yield* output.answer({ webhook: name, failure }, failure ?? `${name} took a delivery without events.`)
    }).pipe(Effect.provide(Layer.merge(NodeHttpClient.layerUndici, Clock.layerAlwaysOpen)))
})

/** `webhooks continue`. */
export const webhooksContinue = Verb.make({
  name: "webhooks continue",
  summary: "continue the deliveries of a webhook from another cursor",
  examples: [
    ["roundlot webhooks continue fills --after beginning", "all events once more"],
    [
      "roundlot webhooks continue fills --after 3f2a-120.4",
      "what waits up to there is posted apart, and no longer waited for"
    ]
  ],
  flags: {
    ...ofWebhook,
    after: Options.text("after").pipe(
      Options.withDescription("A cursor, as 'webhooks list --json' shows those of what waits; or 'beginning'")
    ),
    dryRun: preview.dryRun
  },
  run: ({ after, dryRun, name, ...where }) =>
    changing(dryRun, where, ({ configuration, hostFault }) =>
      Effect.gen(function* () {
        const { answer } = yield* Output
        const known = (yield* webhooks.list(configuration)).items.find((each) => each.name === name)
        const document = yield* webhooks.goOn(configuration, name, after)
        if (dryRun)
          return yield* preview.show(`${name} would go on after ${after}:`, known ? { ...known } : {}, { ...document })
        yield* answer(document, `${name} goes on after ${after}.\n\n${webhooks.table([document])}`)
      }).pipe(Effect.provide(queue.layerJobsAt(hostFault)))
    )
})
