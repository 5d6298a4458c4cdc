import type * as HttpClient from "@effect/platform/HttpClient"
import { Completions, Jobs, work } from "@roundlot/core"
import { Effect, Redacted } from "effect"
import { isWebhook } from "../settings/Configuration.ts"
import type { Settings } from "../settings/Settings.ts"
import { post, targetOf, type Target } from "./alerting.ts"
import type { Surroundings } from "./Surroundings.ts"

/** The end of a batch as one line, which is all that a chat shows. */
const textOf = ({ batch, cancelled, done, failed, name, status, total }: Completions.Completion): string =>
  `${batch} (${name}) is ${status}: ${done} of ${total} rows done, ${failed} failed, ${cancelled} cancelled`

const usable = (settings: Settings): Target | undefined => {
  const target = targetOf(settings)
  return target !== undefined && isWebhook(Redacted.value(target.webhook)) ? target : undefined
}

/** Who tells of the ends of batches in a daemon: nobody where no webhook is named. */
export const completingHandlers = (
  settings: Settings
): ReadonlyArray<Jobs.Handler<Surroundings | HttpClient.HttpClient>> => {
  const target = usable(settings)
  if (target === undefined) return []
  return [
    Jobs.handler(Completions.completionType, (completion) =>
      post(target, { text: textOf(completion), kind: "batch", ...completion })
    )
  ]
}

/** Looks for batches that have ended, where there is somebody to tell. */
export const watchForEnds = (settings: Settings): Effect.Effect<void, never, Jobs.Jobs | Surroundings> =>
  usable(settings) === undefined
    ? Effect.void
    : Effect.flatMap(Completions.makeTold, (told) =>
        work.every("ends of batches", "2 seconds", Completions.tellOnce(told))
      )
