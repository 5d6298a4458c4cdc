import * as HttpClient from "@effect/platform/HttpClient"
import { Health, work } from "@roundlot/core/ledger"
import { Effect, Redacted, Schema } from "effect"
import { PostAddress } from "@roundlot/commands"
import type { Settings } from "../Settings.ts"

/** What hears that the daemon runs did not take that. */
class Unheard extends Schema.TaggedError<Unheard>()("Unheard", { why: Schema.String }) {
  override get message() {
    return `the heartbeat was not delivered: ${this.why}`
  }
}

const LONGEST = "10 seconds"

/** The address may be a secret: failures do not name it. */
const beat = (url: Redacted.Redacted) =>
  Effect.gen(function* () {
    const client = yield* HttpClient.HttpClient
    const { status } = yield* Effect.scoped(client.get(Redacted.value(url))).pipe(
      Effect.mapError(() => new Unheard({ why: "its address cannot be reached" })),
      Effect.timeoutFail({ duration: LONGEST, onTimeout: () => new Unheard({ why: `no answer in ${LONGEST}` }) })
    )
    if (status < 200 || status > 299) return yield* new Unheard({ why: `its address answered ${status}` })
  })

/**
 * Lets an address hear that the daemon runs, again and again, where one is configured or in `ROUNDLOT_HEARTBEAT`: who misses it for long
 * alerts of a daemon that cannot alert any more.
 */
export const keepBeating = ({
  configuration: { heartbeat },
  variable
}: Settings): Effect.Effect<void, never, Health.Health | HttpClient.HttpClient> => {
  const url = variable("ROUNDLOT_HEARTBEAT") ?? heartbeat?.url
  if (url === undefined && heartbeat === undefined) return Effect.void
  if (url === undefined || !PostAddress.isPostAddress(url))
    return Effect.flatMap(Health.Health, (health) => health.failed("heartbeat", UNUSABLE))
  const once = work.reported("heartbeat", beat(Redacted.make(url)))
  return Effect.zipRight(once, work.every("heartbeat", heartbeat?.everyMs ?? A_MINUTE_MS, beat(Redacted.make(url))))
}

const UNUSABLE = "ROUNDLOT_HEARTBEAT is not an https:// address, or http:// on this host: no heartbeats are sent"

const A_MINUTE_MS = 60_000
