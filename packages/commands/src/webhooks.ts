import type { Documents } from "@roundlot/api"
import { type Events, Reads } from "@roundlot/core"
import { type Table, type TradeRepository } from "@roundlot/core/adapter"
import { Job, type Jobs, type Ledger, Subscriptions } from "@roundlot/core/ledger"
import { errors, jobs, journal, type listing, type Screen, table as Columns, text } from "@roundlot/queries"
import { Effect } from "effect"

/** Who is posted events, by name: of which account and which kinds, of all where nothing is said. */
export interface Listening {
  readonly webhooks: ReadonlyMap<
    string,
    Pick<Subscriptions.Subscription, "account" | "tags"> & { readonly url: string }
  >
}

/** What the webhooks of a configuration are posted. */
export const subscriptionsOf = ({ webhooks }: Listening): ReadonlyArray<Subscriptions.Subscription> =>
  [...webhooks].map(([name, { account, tags }]) => ({ name, account, tags }))

type Seen<A> = Effect.Effect<
  A,
  Events.UnreadableEntry | Table.BadRow | TradeRepository.StoreError,
  Ledger.Ledger | TradeRepository.TradeRepository
>

/** So many events that wait are shown. */
const MOST_NEXT = 20

const stateOf = (job: Job.Job | undefined): Documents.WebhookDocument["state"] => {
  if (job === undefined) return "notBegun"
  switch (job.status) {
    case "done":
      return "waiting"
    case "dead":
      return "givenUp"
    case "cancelled":
      return "cancelled"
    case "queued":
    case "running":
      return job.failure === undefined || job.tries === 0 ? "delivering" : "failing"
  }
}

/** Of all that was passed over what is not taken yet. */
const letters = Reads.all(Job.JobTable, {
  where: [
    { column: "type", in: [Subscriptions.letterType.name] },
    { column: "status", in: ["queued", "running", "dead"] }
  ]
})

const waitingOf = ({ cursor, entry }: Events.Happened) =>
  Effect.map(journal.entryDocumentOf(entry), (document) => ({ cursor, entry: document }))

const documentOf = (
  subscription: Subscriptions.Subscription,
  { webhooks }: Listening,
  kept: ReadonlyArray<Job.Job>,
  { behind, cursor, job, next }: Subscriptions.Standing
): Effect.Effect<Documents.WebhookDocument, Table.BadRow> =>
  Effect.gen(function* () {
    const { account, name, tags } = subscription
    const url = webhooks.get(name)?.url
    return {
      name,
      host: url === undefined ? "" : new URL(url).host,
      account: text.valueOrNull(account),
      tags: tags ?? [],
      state: stateOf(job),
      job: job === undefined ? null : jobs.documentOf(job),
      cursor: text.valueOrNull(cursor),
      behind,
      next: yield* Effect.forEach(next.slice(0, MOST_NEXT), waitingOf),
      letters: kept.filter(({ key }) => key.startsWith(`${name}/`)).map(jobs.documentOf)
    }
  })

/** The webhooks of a configuration, and where the deliveries of each stand. */
export const list = (configuration: Listening): Seen<listing.ListDocument<Documents.WebhookDocument>> =>
  Effect.gen(function* () {
    const kept = yield* letters
    const items = yield* Effect.forEach(subscriptionsOf(configuration), (each) =>
      Effect.flatMap(Subscriptions.standingOf(each), (standing) => documentOf(each, configuration, kept, standing))
    )
    return { items, nextCursor: null }
  })

const named = (configuration: Listening, name: string) => {
  const found = subscriptionsOf(configuration).find((each) => each.name === name)
  return found === undefined
    ? new errors.NotFound({ kind: "webhook", id: name, list: "webhooks" })
    : Effect.succeed(found)
}

/** Goes on with the deliveries to a webhook after a cursor, or from the `beginning`. */
export const goOn = (
  configuration: Listening,
  name: string,
  after: string
): Effect.Effect<
  Documents.WebhookDocument,
  errors.NotFound | Effect.Effect.Error<ReturnType<typeof Subscriptions.goOn>>,
  Jobs.Jobs | Ledger.Ledger | TradeRepository.TradeRepository
> =>
  Effect.gen(function* () {
    const found = yield* named(configuration, name)
    yield* Subscriptions.goOn(found, after)
    return yield* documentOf(found, configuration, yield* letters, yield* Subscriptions.standingOf(found))
  })

/** How a webhook would stand after a cursor; nothing is written or posted. */
export const rehearse = (
  configuration: Listening,
  name: string,
  after: string
): Effect.Effect<
  Documents.WebhookDocument,
  errors.NotFound | Table.BadRow | Effect.Effect.Error<ReturnType<typeof Subscriptions.standingAfter>>,
  Ledger.Ledger | TradeRepository.TradeRepository
> =>
  Effect.gen(function* () {
    const found = yield* named(configuration, name)
    return yield* documentOf(found, configuration, yield* letters, yield* Subscriptions.standingAfter(found, after))
  })

/** What people see of webhooks. */
const columns: ReadonlyArray<Columns.TableColumn<Documents.WebhookDocument>> = [
  Columns.words("WEBHOOK", (each) => each.name),
  Columns.words("HOST", (each) => each.host),
  Columns.words("STATE", (each) => each.state),
  Columns.words("BEHIND", (each) => String(each.behind)),
  Columns.words("NEXT", ({ next: [first] }) =>
    first === undefined ? null : `${first.entry.tag} ${first.entry.entity.id}`
  ),
  Columns.times("NEXT TRY", ({ job, state }) => (state === "failing" ? (job?.runAt ?? null) : null)),
  Columns.words("KEPT", (each) => (each.letters.length === 0 ? null : String(each.letters.length))),
  Columns.words("FAILURE", ({ job }) => job?.failure ?? null)
]

/** Webhooks as a table for people. */
export const table = (items: ReadonlyArray<Documents.WebhookDocument>, screen?: Screen.Screen): string =>
  Columns.render(columns, items, screen)
