import type * as HttpClient from "@effect/platform/HttpClient"
import { Completions, Jobs, work } from "@roundlot/core"
import { Effect } from "effect"
import type { Settings } from "../settings/Settings.ts"
import { channelOf } from "./alerting.ts"
import type { Surroundings } from "./Surroundings.ts"

/** The end of a batch as one line, which is all that a chat shows. */
const textOf = ({ batch, cancelled, done, failed, name, status, total }: Completions.Completion): string =>
  `${batch} (${name}) is ${status}: ${done} of ${total} rows done, ${failed} failed, ${cancelled} cancelled`

/** Who tells of the ends of batches in a daemon: nobody where no channel is named. */
export const completingHandlers = (
  settings: Settings
): ReadonlyArray<Jobs.Handler<Surroundings | HttpClient.HttpClient>> => {
  const send = channelOf(settings)
  if (send === undefined) return []
  return [
    Jobs.handler(Completions.completionType, (completion) =>
      send({ text: textOf(completion), kind: "batch", ...completion })
    )
  ]
}

/** Looks for batches that have ended, where there is somebody to tell. */
export const watchForEnds = (settings: Settings): Effect.Effect<void, never, Jobs.Jobs | Surroundings> =>
  channelOf(settings) === undefined
    ? Effect.void
    : Effect.flatMap(Completions.makeTold, (told) =>
        work.every("ends of batches", "2 seconds", Completions.tellOnce(told))
      )
