import { AlertChannels, Completions, Jobs, work } from "@roundlot/core/ledger"
import { Effect } from "effect"
import type { Settings } from "../Settings.ts"
import { delivering, hasChannel } from "./alerting.ts"
import type { Surroundings } from "./Surroundings.ts"

/** Who reports the ends of batches in a daemon. */
export const completingHandlers = (settings: Settings): ReturnType<typeof delivering> =>
  delivering(settings, (channels, send) =>
    Jobs.handler(Completions.completionType, (completion) =>
      Effect.zipRight(AlertChannels.forwardCompletion(channels, completion), send(completion))
    )
  )

/** Looks for batches that have ended, where a channel is named. */
export const watchForEnds = (settings: Settings): Effect.Effect<void, never, Jobs.Jobs | Surroundings> =>
  !hasChannel(settings)
    ? Effect.void
    : Effect.flatMap(Completions.makeTold, (told) =>
        work.every("ends of batches", "2 seconds", Completions.tellOnce(told))
      )
