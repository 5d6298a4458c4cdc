import type * as HttpClient from "@effect/platform/HttpClient"
import { AlertChannels, Completions, Jobs, work } from "@roundlot/core/ledger"
import { Effect } from "effect"
import type { Settings } from "../Settings.ts"
import { channelOf, hasChannel } from "./alerting.ts"
import { channelsOf } from "./channels.ts"
import type { Surroundings } from "./Surroundings.ts"

/** Who tells of the ends of batches in a daemon: nobody where no channel is named. */
export const completingHandlers = (
  settings: Settings
): ReadonlyArray<Jobs.Handler<Surroundings | HttpClient.HttpClient | Jobs.Jobs>> => {
  if (!hasChannel(settings)) return []
  const send = channelOf(settings)
  const channels = channelsOf(settings)
  return [
    Jobs.handler(Completions.completionType, (completion) =>
      Effect.zipRight(
        AlertChannels.forwardCompletion(channels, completion),
        send === undefined ? Effect.succeed({}) : send(completion)
      )
    )
  ]
}

/** Looks for batches that have ended, where there is somebody to tell. */
export const watchForEnds = (settings: Settings): Effect.Effect<void, never, Jobs.Jobs | Surroundings> =>
  !hasChannel(settings)
    ? Effect.void
    : Effect.flatMap(Completions.makeTold, (told) =>
        work.every("ends of batches", "2 seconds", Completions.tellOnce(told))
      )
