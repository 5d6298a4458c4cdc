import type { Documents } from "@roundlot/api"
import { Effect } from "effect"
import type { Api } from "../api/client.ts"
import { batchOf, breakOf, orderOf, type Seen, tradeOf } from "../api/records.ts"
import type { Family } from "../words/signs.ts"
import { termsWords } from "../words/terms.ts"
import type { Action } from "./Action.ts"
import { rehearsal } from "./halting.ts"

/** By which key something is asked once, and of which version of its record. */
const askedOnce = (key: string, version?: string) => ({
  "idempotency-key": key,
  ...(version === undefined ? {} : { "if-match": version })
})

/** What is asked of a record, of which version, why, and by which key it is asked once. */
const on = (id: string, reason: string, key: string, version?: string) => ({
  path: { id },
  headers: askedOnce(key, version),
  payload: { reason }
})

/** What a command on a record is asked with; a dry run only says what would follow. */
interface Wish {
  readonly path: { readonly id: string }
  readonly headers: { readonly "idempotency-key"?: string; readonly "if-match"?: string }
  readonly payload: { readonly reason: string; readonly dryRun?: boolean }
}

/** A command on a record: how it is carried out, on which version where only that one is meant, and what it would come to now. */
const command = (
  id: string,
  ask: (api: Api, wish: Wish, said: string) => Effect.Effect<Documents.DoneDocument, unknown>,
  version?: string
): Pick<Action, "run" | "rehearse"> => ({
  run: (api, reason, key, said) => ask(api, on(id, reason, key, version), said),
  rehearse: (api, said) => ask(api, { path: { id }, headers: {}, payload: rehearsal }, said)
})

/** A record that an action is about, as far as every kind of them is alike. */
interface Subject {
  readonly id: string
  readonly account: string
  readonly updatedAt: string
  readonly status: string
}

/** How an action on a record is asked again, where somebody was faster. */
const aboutOf =
  <R extends Subject>(family: Family, read: (id: string) => (api: Api) => Effect.Effect<R, unknown>) =>
  ({ account, id, updatedAt }: Subject, actionOn: (record: R) => Action): Pick<Action, "about"> => ({
    about: {
      entity: id,
      account,
      seenAt: updatedAt,
      again: (api) =>
        Effect.map(read(id)(api), (record) => ({ action: actionOn(record), family, state: record.status }))
    }
  })

const ofOrder = aboutOf("order", orderOf)
const ofTrade = aboutOf("trade", tradeOf)
const ofBatch = aboutOf("batch", batchOf)

/** When a break changed last: by its last entry. */
export const changedAt = ({ history, openedAt }: Documents.BreakDetail): string => history.at(-1)?.at ?? openedAt

const dated = (found: Seen<Documents.BreakDetail>) => ({ ...found, updatedAt: changedAt(found) })

const ofBreak = aboutOf("break", (id) => (api) => Effect.map(breakOf(id)(api), dated))

/** Asks the broker to cancel an order: of any version, since a fill that came meanwhile is no reason not to stop. */
export const cancelOrder = (order: Documents.OrderDocument): Action => {
  const { filledQuantity, id, quantity, side, symbol } = order
  return {
    verb: `Cancel ${id}`,
    ...ofOrder(order, cancelOrder),
    isDangerous: true,
    isStop: true,
    will: [`The broker is asked to cancel ${side} ${quantity} ${symbol}. It ends only when the broker confirms.`],
    willNot: [`${filledQuantity} of ${quantity} are filled and stay.`],
    cli: (reason) => `roundlot orders cancel ${id} --reason ${reason}`,
    ...command(id, (api, wish) => api.controls.cancelOrder(wish))
  }
}

/** Lets an order go that waits for a person, as it was shown. */
export const approveOrder = (order: Seen<Documents.OrderDetail>): Action => {
  const { account, id, limitPrice, quantity, side, stopPrice, symbol } = order
  const prices = [stopPrice === null ? "" : `, stop ${stopPrice}`, limitPrice === null ? "" : `, limit ${limitPrice}`]
  return {
    verb: `Approve ${id}`,
    ...ofOrder(order, () => approveOrder(order)),
    will: [
      `${side} ${quantity} ${symbol} of ${account} (${termsWords(order)}${prices.join("")}) is sent to the broker, once it is judged by the account's limits again.`
    ],
    willNot: ["No limit and no halt is lifted by it."],
    cli: (reason) => `roundlot orders approve ${id} --quantity ${quantity} --reason ${reason}`,
    ...command(id, (api, { payload, ...wish }) =>
      api.controls.approveOrder({ ...wish, payload: { ...payload, quantity } })
    )
  }
}

/** An order in doubt: whoever has looked says that the broker has it, and under which id. One that is in doubt no more refuses it, whatever else of it has changed. */
export const markPlaced = (order: Seen<Documents.OrderDocument>, brokerOrderId: string | undefined): Action => {
  const { id, quantity, side, symbol } = order
  return {
    ...ofOrder(order, (now) => markPlaced(now, brokerOrderId)),
    verb: brokerOrderId === undefined ? `The broker has ${id}` : `${id} is ${brokerOrderId}`,
    asks: {
      term: "brokerOrderId",
      label: "The broker's order id",
      ...(brokerOrderId === undefined ? {} : { chosen: brokerOrderId })
    },
    will: [
      `You state that ${brokerOrderId ?? "the order of the broker's that you name"} is ${id}, ${side} ${quantity} ${symbol}. Its state and its fills are read from there.`,
      `It is read back and compared: another symbol or side is not counted, and that or another quantity is a break that holds ${symbol}.`
    ],
    willNot: ["Nothing is sent."],
    cli: (reason, said) => `roundlot orders resolve ${id} --as ${said} --reason ${reason}`,
    ...command(id, (api, { payload, ...wish }, said) =>
      api.controls.resolveOrder({ ...wish, payload: { ...payload, as: said } })
    )
  }
}

/** An order in doubt: whoever has looked says that the broker never got it. One that is in doubt no more refuses it. */
export const markNotPlaced = (order: Seen<Documents.OrderDocument>): Action => {
  const { id, quantity, side, symbol } = order
  return {
    ...ofOrder(order, markNotPlaced),
    verb: `${id} was never placed`,
    isDangerous: true,
    typed: symbol,
    will: [
      `${id} ends, and its ${side} of ${quantity} ${symbol} is in flight no more. What is due then is ordered anew: if the broker has it after all, it is traded twice.`
    ],
    willNot: ["The broker is not asked: it is your word."],
    cli: (reason) => `roundlot orders resolve ${id} --not-placed --reason ${reason} --yes`,
    ...command(id, (api, { payload, ...wish }) =>
      api.controls.resolveOrder({ ...wish, payload: { ...payload, notPlaced: true } })
    )
  }
}

/** What of the broker's evidence contradicts a live order, as a sentence. */
export const contradicting: { readonly [F in NonNullable<Documents.OrderDetail["contradiction"]>["fact"]]: string } = {
  EndReported: "The broker said that it ended; no second reading agrees.",
  NotListed: "The broker's whole history does not have it."
}

/** A live order that its broker contradicts: a person has looked, and it has ended there. One that the broker shows live refuses it. */
export const markEnded = (
  order: Seen<Documents.OrderDetail>,
  against: NonNullable<Documents.OrderDetail["contradiction"]>
): Action => {
  const { filledQuantity, id, quantity, side, symbol } = order
  return {
    ...ofOrder(order, (now) => markEnded(now, now.contradiction ?? against)),
    verb: `${id} has ended`,
    isDangerous: true,
    typed: symbol,
    will: [
      `${contradicting[against.fact]} You state that it has ended there as ${against.as}.`,
      `${id} ends with ${filledQuantity} of ${quantity} filled. What is due then is ordered anew: if ${side} ${symbol} works at the broker after all, it is traded twice.`
    ],
    willNot: ["The broker is not asked: it is your word."],
    cli: (reason) => `roundlot orders resolve ${id} --ended --reason ${reason} --yes`,
    ...command(id, (api, { payload, ...wish }) =>
      api.controls.resolveOrder({ ...wish, payload: { ...payload, ended: true } })
    )
  }
}

/** A report that is held as implausible was true: it is booked as it was reported. */
export const acceptReport = (order: Seen<Documents.OrderDetail>, number: number): Action => {
  const { heldReports, id, symbol } = order
  const held = heldReports.find((each) => each.number === number)
  return {
    ...ofOrder(order, (now) => acceptReport({ ...order, ...now }, number)),
    verb: `Accept report ${number}`,
    isDangerous: true,
    typed: symbol,
    will: [
      `Books ${held?.field ?? "what was reported"} ${held?.reported ?? ""} of ${id}, where ${held?.possible ?? "less"} was possible.`,
      `Trading in ${symbol} goes on when nothing else of ${id} is held.`
    ],
    willNot: ["The broker is not asked again."],
    cli: (reason) => `roundlot orders accept-report ${id} --report ${number} --reason ${reason} --yes`,
    ...command(id, (api, { payload, ...wish }) =>
      api.controls.acceptReport({ ...wish, payload: { ...payload, report: number } })
    )
  }
}

/** What was booked of an order counts no more: its totals, and one execution where that is named. */
export const voidOrder = (order: Seen<Documents.OrderDetail>): Action => {
  const { id, sentQuantity, side, symbol } = order
  return {
    ...ofOrder(order, (now) => voidOrder({ ...order, ...now })),
    verb: `Void reports of ${id}`,
    isDangerous: true,
    typed: symbol,
    will: [
      `All totals that were reported of ${id} are forgotten; it is ${side} ${sentQuantity} ${symbol} again, as it was sent.`,
      "Held reports are closed as voided."
    ],
    willNot: ["Its executions stay: the command line voids them one by one."],
    cli: (reason) => `roundlot orders void ${id} --reason ${reason} --yes`,
    ...command(id, (api, wish) => api.controls.voidOrder(wish))
  }
}

const changesNothing = ["It stays open, and what it holds stays held."]

/** A case, as far as every kind of them is alike. */
export interface OpenCase {
  readonly id: string
  readonly owner: string | null
  readonly severity: string
}

/** The id of a case for a shell: a part of the program has a name of several words. */
const typedId = (id: string): string => (id.includes(" ") ? `'${id}'` : id)

/** Acknowledges a case: somebody has seen it. */
export const acknowledgeCase = ({ id, severity }: OpenCase): Action => ({
  verb: `Acknowledge ${id}`,
  will: [`There is no further alert of it until it is graver than ${severity}.`],
  willNot: changesNothing,
  cli: (reason) => `roundlot cases acknowledge ${typedId(id)} --reason ${reason}`,
  ...command(id, (api, wish) => api.controls.acknowledgeCase(wish))
})

/** Says who sees to a case. */
export const assignCase = ({ id, owner }: OpenCase): Action => ({
  verb: `Assign ${id}`,
  asks: { term: "owner", label: "Who sees to it" },
  will: [owner === null ? "It has an owner." : `It is ${owner}'s until now; it gets another owner.`],
  willNot: changesNothing,
  cli: (reason, said) => `roundlot cases assign ${typedId(id)} --to ${said === "" ? "NAME" : said} --reason ${reason}`,
  ...command(id, (api, wish, said) =>
    api.controls.assignCase({ ...wish, payload: { ...wish.payload, to: said === "" ? "nobody yet" : said } })
  )
})

/** Puts a note on record: its reason. */
export const noteCase = ({ id }: OpenCase): Action => ({
  verb: `Note on ${id}`,
  will: ["What you give as the reason is a note on its page, with your name and the time."],
  willNot: changesNothing,
  cli: (reason) => `roundlot cases note ${typedId(id)} --reason ${reason}`,
  ...command(id, (api, wish) => api.controls.noteCase(wish))
})

/** Closes a break: somebody has judged it. */
export const dismissBreak = (found: Seen<Documents.BreakDetail>): Action => {
  const { holds, id, kind, symbol, version } = found
  return {
    ...ofBreak(dated(found), dismissBreak),
    verb: `Resolve ${id}`,
    typed: symbol ?? kind,
    will: [
      `The break ${kind} closes with your reason.`,
      holds === "nothing" ? "It holds nothing back." : `What it holds (${holds}) goes on: orders that are due are sent.`
    ],
    willNot: ["No figure changes: positions, orders and fills stay as they are recorded."],
    cli: (reason) => `roundlot breaks resolve ${id} --reason ${reason} --yes`,
    ...command(id, (api, wish) => api.controls.resolveBreak(wish), version)
  }
}

/** What a difference between books and broker is booked as. */
const bookedAs = {
  base: {
    verb: "is not ours",
    will: "They are held beside what was traded here: nothing is owed for them, and no order follows.",
    willNot: "Trades, target and residual stay as they are."
  },
  hedged: {
    verb: "is ours",
    will: "They count as executed for the position: what it owes moves by as much.",
    willNot: "Trades and target stay as they are."
  }
} as const

/** A difference between books and broker as it was seen: signed shares. */
interface Difference {
  readonly account: string
  readonly symbol: string
  readonly by: string
  readonly ours: string
  /** When it was seen. */
  readonly seenAt: string
}

/** Books what the broker holds beyond the books, or less, as theirs or ours: refused where the books hold something else by now. */
export const adjustPosition = (
  as: keyof typeof bookedAs,
  { account, by, ours, seenAt, symbol }: Difference
): Action => {
  const signed = by.startsWith("-") ? by : `+${by}`
  const { verb, will, willNot } = bookedAs[as]
  const ask = (api: Api, payload: Wish["payload"], said: string, key?: string) =>
    api.controls.adjust({
      path: { symbol },
      headers: key === undefined ? {} : { "idempotency-key": key },
      payload: { ...payload, account, as, by, held: ours, ...(said === "" ? {} : { price: said }) }
    })
  return {
    verb: `${signed} ${symbol} ${verb}`,
    about: { entity: `position/${symbol}`, account, seenAt },
    isDangerous: true,
    typed: signed,
    ...(as === "hedged" ? { asks: { term: "paidPrice", label: "Price", isOptional: true } } : {}),
    will: [
      `${signed} ${symbol} is booked on ${account}. ${will}`,
      "The break closes when books and broker are next compared and agree."
    ],
    willNot: [willNot, "No entry is changed: this is one more."],
    cli: (reason, said) =>
      `roundlot positions adjust ${symbol} --account ${account} --as ${as} --by ${by}${said === "…" ? "" : ` --price ${said}`} --reason ${reason} --yes`,
    run: (api, reason, key, said) => ask(api, { reason }, said, key),
    rehearse: (api, said) => ask(api, rehearsal, said)
  }
}

/** Undoes a trade by its opposite. */
export const reverseTrade = (trade: Seen<Documents.TradeDocument>): Action => {
  const { id, quantity, side, symbol, version } = trade
  return {
    ...ofTrade(trade, reverseTrade),
    verb: `Reverse ${id}`,
    typed: symbol,
    will: [
      `A trade of the other side over ${quantity} ${symbol} undoes this ${side}. It joins the queue like any other.`
    ],
    willNot: ["The trade itself stays on record, and so do its orders and fills."],
    cli: (reason) => `roundlot trades reverse ${id} --reason ${reason}`,
    ...command(id, (api, wish) => api.controls.reverseTrade(wish), version)
  }
}

/** Decides that a held trade is not counted. */
export const dismissTrade = (trade: Seen<Documents.TradeDocument>): Action => {
  const { id, quantity, side, symbol, version } = trade
  return {
    ...ofTrade(trade, dismissTrade),
    verb: `Dismiss ${id}`,
    typed: symbol,
    will: [`The held trade, ${side} ${quantity} ${symbol}, will not be counted.`],
    willNot: ["Nothing is ordered for it."],
    cli: (reason) => `roundlot trades dismiss ${id} --reason ${reason}`,
    ...command(id, (api, wish) => api.controls.dismissTrade(wish), version)
  }
}

const recorded = (verb: string) => (batch: Documents.BatchDocument) => ({
  done: `${verb}: ${batch.name} is ${batch.status.replace("_", " ")}.`,
  account: batch.account,
  commandId: batch.uid,
  effects: null
})

/** What a dry run on a batch told, as the dialog shows it. */
const foreseen = ({ account, effects, uid }: Documents.ChangedBatchDocument) => ({
  done: effects?.done ?? "",
  account,
  commandId: uid,
  effects: null,
  rows: effects?.rows ?? []
})

/** A dry run leaves no trace. */
const dry = { urlParams: { dryRun: true }, headers: {} } as const

/** Stops a batch where it is: of any version, since one that runs changes with every row. */
export const cancelBatch = (batch: Documents.BatchDetail): Action => ({
  role: "trade",
  ...ofBatch(batch, cancelBatch),
  verb: `Cancel ${batch.id}`,
  isDangerous: true,
  isStop: true,
  will: [
    "Rows not begun yet will stop.",
    "The orders of rows under way get a cancel request, as far as they have not ended."
  ],
  willNot: ["What is done stays."],
  cli: (reason) => `roundlot batches cancel ${batch.id} --reason ${reason} --yes`,
  run: (api, reason, key) => Effect.map(api.batches.cancel(on(batch.id, reason, key)), recorded("Cancelled")),
  rehearse: (api) =>
    Effect.map(api.batches.cancel({ path: { id: batch.id }, headers: {}, payload: rehearsal }), foreseen)
})

/** Submits the failed rows of a batch again. */
export const retryBatch = (batch: Seen<Documents.BatchDocument>): Action => ({
  role: "trade",
  ...ofBatch(batch, retryBatch),
  verb: `Retry what failed of ${batch.id}`,
  will: [`A new batch with what is left of the failed rows of ${batch.id}.`],
  willNot: ["Rows that were sent are not in it."],
  cli: (reason) => `roundlot batches retry ${batch.id} --reason ${reason} --yes`,
  rehearse: (api) => Effect.map(api.batches.retry({ path: { id: batch.id }, ...dry }), foreseen),
  run: (api, reason, key) =>
    Effect.map(
      api.batches.retry({ path: { id: batch.id }, urlParams: { reason }, headers: askedOnce(key, batch.version) }),
      ({ id, ...rest }) => recorded(`Retried as ${id}`)({ id, ...rest })
    )
})

/** Takes a finished batch out of the lists. */
export const archiveBatch = (batch: Seen<Documents.BatchDocument>): Action => ({
  ...ofBatch(batch, archiveBatch),
  verb: `Archive ${batch.id}`,
  will: ["It is shown in lists no more, except among the archived."],
  willNot: ["Its trades, orders and journal stay."],
  cli: (reason) => `roundlot batches archive ${batch.id} --reason ${reason}`,
  rehearse: (api) => Effect.map(api.batches.archive({ path: { id: batch.id }, ...dry }), foreseen),
  run: (api, reason, key) =>
    Effect.map(
      api.batches.archive({ path: { id: batch.id }, urlParams: { reason }, headers: askedOnce(key, batch.version) }),
      recorded("Archived")
    )
})

/** Takes a finished batch out of all lists. */
export const deleteBatch = (batch: Seen<Documents.BatchDocument>): Action => ({
  ...ofBatch(batch, deleteBatch),
  verb: `Delete ${batch.id}`,
  isDangerous: true,
  typed: batch.id,
  will: [`Removes the record of batch ${batch.id} from lists, from those of archived ones too.`],
  willNot: ["Its trades, orders and journal stay."],
  cli: (reason) => `roundlot batches delete ${batch.id} --reason ${reason} --yes`,
  rehearse: (api) => Effect.map(api.batches.remove({ path: { id: batch.id }, ...dry }), foreseen),
  run: (api, reason, key) =>
    Effect.map(
      api.batches.remove({ path: { id: batch.id }, urlParams: { reason }, headers: askedOnce(key, batch.version) }),
      recorded("Deleted")
    )
})

/** Tries again what the background gave up. */
export const retryJob = ({ id, key, type }: typeof Documents.JobDocument.Type): Action => ({
  verb: `Retry ${type} ${key}`,
  will: ["The job is queued again, with as many tries as it had at first."],
  willNot: ["What it did before it failed is not undone."],
  cli: (reason) => `roundlot jobs retry ${id} --reason ${reason}`,
  run: (api, reason, wish) =>
    Effect.map(api.jobs.retry(on(id, reason, wish)), ({ status }) => ({
      done: `Retried: it is ${status}.`,
      account: "",
      commandId: id,
      effects: null
    }))
})

/** Forgets how files of a kind are read. */
export const removeTemplate = (name: string): Action => ({
  role: "trade",
  verb: `Remove the template ${name}`,
  isHarmless: true,
  will: ["Nobody can choose it any more."],
  willNot: ["Batches that were submitted by it stay as they are."],
  cli: () => `roundlot batches templates delete ${name}`,
  run: (api, _reason, key) =>
    Effect.map(api.batches.removeTemplate({ path: { name }, headers: { "idempotency-key": key } }), () => ({
      done: `${name} is removed.`,
      account: "",
      commandId: key,
      effects: null
    }))
})

/** Has a trial sent by every channel of alerts. */
export const testAlerts: Action = {
  verb: "Test alerts",
  isHarmless: true,
  will: ["A job sends a trial by every channel of alerts. It fails where a channel does, and says why."],
  willNot: ["No case is opened, and nobody is asked to do anything."],
  cli: () => "roundlot alerts test",
  run: (api, _reason, key) =>
    Effect.map(
      api.jobs.enqueue({ headers: { "idempotency-key": key }, payload: { type: "alerts.test", key } }),
      ({ id }) => ({ done: "Asked: its job says what came of it.", account: "", commandId: id, effects: null })
    )
}

const signedOut = (done: string, key: string) => () => ({ done, account: "", commandId: key, effects: null })

/** Signs a browser out. */
export const endSession = ({ host, id, token }: Documents.SessionDocument): Action => ({
  verb: "Sign out",
  isHarmless: true,
  will: [`The browser of ${token} at ${host} is signed out at once.`],
  willNot: ["It can sign in again: its token stays good, and so does its team's provider."],
  cli: () => `roundlot sessions end ${id}`,
  run: (api, _reason, key) =>
    Effect.map(api.session.end({ path: { id } }), signedOut("That browser is signed out.", key))
})

/** Signs out all other browsers of the caller's token. */
export const endOtherSessions: Action = {
  verb: "Sign out my other browsers",
  isHarmless: true,
  will: ["Every other browser that signed in as you is signed out at once."],
  willNot: ["This browser stays signed in, and so do those of other tokens."],
  cli: () => "roundlot sessions list",
  run: (api, _reason, key) => Effect.map(api.session.endOthers(), signedOut("Your other browsers are signed out.", key))
}

type Webhook = typeof Documents.WebhookDocument.Type

/** Posts a delivery without events to a webhook. */
export const testWebhook = ({ name }: Webhook): Action => ({
  verb: `Test ${name}`,
  isHarmless: true,
  will: ["A job posts a delivery without events, signed. It fails where that is not taken, and says why."],
  willNot: ["No event is posted, and nothing moves on."],
  cli: () => `roundlot webhooks test ${name}`,
  run: (api, _reason, key) =>
    Effect.map(
      api.jobs.enqueue({
        headers: { "idempotency-key": key },
        payload: { type: "webhooks.test", key, payload: { webhook: name } }
      }),
      ({ id }) => ({ done: "Asked: its job says what came of it.", account: "", commandId: id, effects: null })
    )
})

const goOn = (api: Api, { name }: Webhook, after: string, key: string) =>
  Effect.map(api.jobs.goOn({ path: { name }, headers: { "idempotency-key": key }, payload: { after } }), ({ job }) => ({
    done: `It goes on after ${after}.`,
    account: "",
    commandId: job?.id ?? "",
    effects: null
  }))

/** Goes on with the deliveries to a webhook where they stand, or after a cursor that is asked for. */
export const continueWebhook = (webhook: Webhook, at?: string): Action => ({
  verb: at === undefined ? `Post again to ${webhook.name}` : `Try ${webhook.name} now`,
  isHarmless: true,
  will: [
    at === undefined
      ? "Events after a cursor are posted again, in order. What a later cursor passes over is posted apart, unless the cursor before was lost."
      : "What waits is posted at once, and tried for a day again."
  ],
  willNot: ["Nothing of the books changes."],
  ...(at === undefined ? { asks: { term: "after", label: "Continue after" } as const } : {}),
  cli: (_reason, said) => `roundlot webhooks continue ${webhook.name} --after ${at ?? said}`,
  run: (api, _reason, key, said) => goOn(api, webhook, at ?? said.trim(), key)
})

/** Goes on past the first event that waits; that is posted apart, once more, and kept where it is not taken. */
export const passOver = (webhook: Webhook, { cursor, entry }: Webhook["next"][number]): Action => ({
  verb: `Pass over ${entry.tag} ${entry.entity.id}`,
  isHarmless: true,
  will: [
    `What follows ${entry.tag} of ${entry.entity.id} is posted to ${webhook.name} now.`,
    "What was passed over is posted apart, once more. Where it is not taken it is kept as a job that can be retried."
  ],
  willNot: ["No event is lost."],
  cli: () => `roundlot webhooks continue ${webhook.name} --after ${cursor}`,
  run: (api, _reason, key) => goOn(api, webhook, cursor, key)
})

/** Has books and brokers compared now. */
export const reconcileNow: Action = {
  verb: "Reconcile now",
  isHarmless: true,
  will: ["Every account is compared with its broker by a job; what differs becomes a break."],
  willNot: ["Nothing is sent to a broker."],
  cli: () => "roundlot reconcile",
  run: (api, _reason, key) =>
    Effect.map(api.jobs.reconcile({ headers: { "idempotency-key": key }, payload: {} }), ({ items }) => ({
      done: `Asked: ${items.length} ${items.length === 1 ? "account" : "accounts"} to compare.`,
      account: "",
      commandId: items[0]?.id ?? "",
      effects: null
    }))
}
