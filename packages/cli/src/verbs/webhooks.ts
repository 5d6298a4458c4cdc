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
import * as confirm from "../terminal/confirm.ts"
import * as Verb from "../terminal/Verb.ts"
import { changing } from "../rehearsal.ts"
import { writing } from "../within.ts"
import { settle } from "../Program.ts"
import { pageText } from "./listOutput.ts"

const ofWebhook = {
  ...flags.place,
  name: Args.text({ name: "NAME" }).pipe(Args.withDescription("Name of the webhook in the configuration"))
}

/** `webhooks list`. */
export const webhooksList = Verb.make({
  name: "webhooks list",
  summary: "list webhooks with the state of their deliveries",
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
  examples: [["roundlot webhooks test fills", "check address and secret"]],
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
      yield* output.answer({ webhook: name, failure }, failure ?? `${name} accepted a test delivery.`)
    }).pipe(Effect.provide(Layer.merge(NodeHttpClient.layerUndici, Clock.layerAlwaysOpen)))
})

/** `webhooks continue`. */
export const webhooksContinue = Verb.make({
  name: "webhooks continue",
  summary: "continue the deliveries of a webhook from another cursor",
  examples: [
    ["roundlot webhooks continue fills --after beginning", "replay all events"],
    ["roundlot webhooks continue fills --after 3f2a-120.4", "skip ahead: events up to there are posted separately"]
  ],
  flags: {
    ...ofWebhook,
    after: Options.text("after").pipe(
      Options.withDescription("Cursor, shown by 'webhooks list --json', or 'beginning'")
    ),
    dryRun: confirm.dryRun
  },
  run: ({ after, dryRun, name, ...where }) =>
    changing(dryRun, where, ({ configuration, hostFault }) =>
      Effect.gen(function* () {
        const { answer } = yield* Output
        const known = (yield* webhooks.list(configuration)).items.find((each) => each.name === name)
        const document = yield* webhooks.goOn(configuration, name, after)
        if (dryRun)
          return yield* confirm.show(`${name} would continue after ${after}:`, known ? { ...known } : {}, {
            ...document
          })
        yield* answer(document, `${name} continues after ${after}.\n\n${webhooks.table([document])}`)
      }).pipe(Effect.provide(queue.layerJobsAt(hostFault)))
    )
})
