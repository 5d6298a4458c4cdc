import { Effect, Schema } from "effect"
import { ask, json, signatureOf } from "./serving.ts"

/** What is given where a path has a parameter and no list says what there is. */
const ids: Readonly<Record<string, string>> = {
  cases: "B1",
  allocations: "A1",
  confirmations: "T1",
  payloads: "P1",
  batches: "G1",
  sources: "venue",
  webhooks: "fills",
  templates: "venue",
  approvals: "R1",
  breaks: "B1",
  backups: "monday.db",
  decisions: "D1",
  owners: "client-1"
}

/** Rows of a batch that are taken. */
export const rows = [{ symbol: "KO", side: "buy", quantity: "2" }]

/** What bodies say; every operation with a body is here. */
export const bodies: Readonly<Record<string, unknown>> = {
  "trades.take": [{ symbol: "AAPL", side: "buy", quantity: "0.3" }],
  "trades.deliver": {
    trades: [{ sourceId: "v-1", symbol: "AAPL", side: "buy", quantity: "0.3", tradedAt: "2026-01-05T15:00:00Z" }]
  },
  "controls.halt": { reason: "news", symbol: "AAPL" },
  "controls.resume": { reason: "over", symbol: "AAPL" },
  "controls.cancelOrder": { reason: "no more" },
  "controls.observe": { reason: "looking", symbol: "AAPL" },
  "controls.reduce": { reason: "closing", symbol: "AAPL" },
  "controls.approve": { reason: "first day", symbol: "AAPL" },
  "controls.grantApproval": { reason: "checked" },
  "controls.rejectApproval": { reason: "a mistake" },
  "controls.approveOrder": { reason: "as planned", quantity: "1" },
  "controls.resolveOrder": { reason: "by phone", notPlaced: true },
  "controls.resolveBreak": { reason: "seen" },
  "controls.acknowledgeCase": { reason: "seen" },
  "controls.assignCase": { reason: "hers", to: "dana" },
  "controls.noteCase": { reason: "the broker was called" },
  "controls.releaseTrade": { reason: "renamed", symbol: "AAPL" },
  "controls.adjust": { reason: "held before", as: "base", by: "2" },
  "controls.split": { reason: "announced", to: 2, from: 1 },
  "controls.rename": { reason: "announced", to: "KOX", since: "2026-01-05" },
  "controls.writeOff": { reason: "delisted" },
  "controls.acceptReport": { reason: "by phone", report: 1 },
  "controls.voidOrder": { reason: "by phone" },
  "controls.retryOrder": { reason: "again" },
  "controls.confirmInstrument": { reason: "by hand", lot: "1", tick: "0.05" },
  "controls.adopt": { reason: "held before", holdings: [{ symbol: "KO", quantity: "3" }] },
  "controls.setLimits": { orderQuantity: "500" },
  "controls.setOrderPolicy": { timeInForce: "gtc" },
  "controls.decide": { symbol: "KO", side: "buy", quantity: "1", waitSeconds: 0 },
  "controls.audit": {},
  "controls.identifyLots": { reason: "long term first", lots: [{ openedBy: "F1", quantity: "1" }] },
  "controls.reverseTrade": { reason: "a mistake" },
  "controls.dismissTrade": { reason: "a mistake" },
  "batches.upload": "symbol,side,quantity\nKO,buy,2\n",
  "batches.submit": { name: "Friday", mode: "execute", rows },
  "batches.saveTemplate": { mode: "accumulate", decimal: "comma" },
  "batches.cancel": { reason: "no" },
  "jobs.enqueue": { type: "trades.sync" },
  "jobs.cancel": { reason: "no" },
  "jobs.retry": { reason: "again" },
  "jobs.goOn": { after: "beginning" },
  "session.signIn": { token: "rlt_unknown" },
  "store.backUp": { reason: "before the upgrade" },
  "store.restore": { reason: "to compare" },
  "tokens.create": { name: "watch", role: "read", secret: "rlt_unknown" },
  "tokens.revoke": { secret: "rlt_unknown" },
  "tokens.rotate": { secret: "rlt_unknown" },
  "jobs.reconcile": {}
}

/** What is said beside a path. */
export const queries: Readonly<Record<string, string>> = {
  "batches.upload": "?name=Monday&mode=execute",
  "positions.preview": "?side=buy&quantity=2",
  "positions.residuals": "?since=2020-01-01",
  "overview.resolve": "?q=O1",
  "overview.profit": "?by=symbolDay",
  "journal.why": "?of=F3"
}

/** What a call has to say beside its body: a source signs that. */
export const headersOf = (name: string, body: unknown) =>
  name === "trades.deliver" ? signatureOf(JSON.stringify(body)) : Effect.succeed({})

/** What is given where something was made by a call before. */
export type Made = Map<string, string>

/** A path of the description, with ids of the scene in it. */
export const filled = (path: string, made: Made): string =>
  path.replaceAll(/\/([a-z]+)\/\{\w+\}/g, (_, kind: string) => `/${kind}/${made.get(kind) ?? ids[kind] ?? "1"}`)

/** As much of a job as a caller needs. */
export const Job = Schema.Struct({ id: Schema.String })

const name = Schema.optional(Schema.String)

const Page = Schema.Struct({ items: Schema.Array(Schema.Struct({ id: name, name, symbol: name })) })

/** The first record of every list that there is at the start. */
export const found = (port: number) =>
  Effect.gen(function* () {
    const made: Made = new Map()
    for (const kind of ["trades", "positions", "orders", "attempts", "fills", "accounts"]) {
      const [first] = (yield* Schema.decodeUnknown(Page)(json(yield* ask(port, `/api/v1/${kind}`)))).items
      made.set(kind, first?.id ?? first?.name ?? first?.symbol ?? "none")
    }
    return made
  })
