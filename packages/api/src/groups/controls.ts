import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import { Schema } from "effect"
import { Operating, Reading, Trading } from "../Access.ts"
import * as Documents from "../documents/index.ts"
import { acting, asTyped, body, byId, idempotent, moment, query, said, text, versioned } from "./shared.ts"

/** Sets the trading state of everything, an account or a symbol. */
const setState = <const Name extends string, Fields extends Schema.Struct.Fields>(
  name: Name,
  line: string,
  fields: Fields
) =>
  HttpApiEndpoint.post(name, `/api/v1/controls/${name}`)
    .setHeaders(idempotent)
    .setPayload(body({ ...Documents.command, account: text, symbol: text, ...fields }))
    .addSuccess(Documents.DoneDocument)
    .middleware(Operating)
    .pipe(asTyped(`${line} --account {account} --symbol {symbol} --reason {reason}`))

/** A command on the record of an id: what it asks beside why, and how it is typed. */
const on = <const Name extends string, Fields extends Schema.Struct.Fields>(
  name: Name,
  path: HttpApiEndpoint.PathSegment,
  line: string,
  fields: Fields
) =>
  HttpApiEndpoint.post(name, path)
    .setPath(byId)
    .setHeaders(versioned)
    .setPayload(body({ ...Documents.command, ...fields }))
    .addSuccess(Documents.DoneDocument)
    .middleware(Operating)
    .pipe(asTyped(`${line} --reason {reason}`))

/** What the books held, in signed shares, when that was decided: where they hold something else by now it is refused. */
const held = Schema.optional(Documents.Decimal)

const bySymbol = Schema.Struct({ symbol: Schema.String })
const byName = Schema.Struct({ name: Schema.String })

/** A command on a symbol of an account. */
const onSymbol = <const Name extends string, Fields extends Schema.Struct.Fields>(
  name: Name,
  path: HttpApiEndpoint.PathSegment,
  line: string,
  fields: Fields
) =>
  HttpApiEndpoint.post(name, path)
    .setPath(bySymbol)
    .setHeaders(idempotent)
    .setPayload(body({ ...Documents.command, account: text, ...fields }))
    .addSuccess(Documents.DoneDocument)
    .middleware(Operating)
    .pipe(asTyped(`${line} --account {account} --reason {reason}`))

/** What an operator orders. Each with its reason on record; with `dryRun` it is told what would follow, and nothing is written. */
export const controls = acting("controls")
  .add(
    HttpApiEndpoint.get("list", "/api/v1/controls")
      .setUrlParams(query(moment))
      .addSuccess(Documents.ControlPage)
      .middleware(Reading)
  )
  .add(
    setState("halt", "roundlot halt --cancel-open {cancelOpen}", {
      /** Ask for the end of our open orders within it too; their positions are held until resumed. */
      cancelOpen: Schema.optional(Schema.Boolean)
    })
  )
  .add(setState("resume", "roundlot resume", {}))
  .add(setState("observe", "roundlot controls set --state observe", {}))
  .add(setState("reduce", "roundlot controls set --state reduce", {}))
  .add(setState("approve", "roundlot controls set --state approve", {}))
  .add(on("cancelOrder", "/api/v1/orders/:id/cancel", "roundlot orders cancel {id}", {}))
  .add(
    on("approveOrder", "/api/v1/orders/:id/approve", "roundlot orders approve {id} --quantity {quantity}", {
      /** The shares that are meant: another order is not approved by mistake. */
      quantity: Documents.Decimal
    })
  )
  .add(
    on("resolveOrder", "/api/v1/orders/:id/resolve", "roundlot orders resolve {id} --as {as}", {
      /** The broker's id of the order in doubt, where it has it. */
      as: text,
      /** The broker never got it. */
      notPlaced: Schema.optional(Schema.Boolean),
      /** It has ended there, as the broker's newest evidence says; refused where nothing says so. */
      ended: Schema.optional(Schema.Boolean)
    })
  )
  .add(
    on(
      "acceptReport",
      "/api/v1/orders/:id/accept-report",
      "roundlot orders accept-report {id} --report {report} --yes",
      {
        /** The number of the held report. */
        report: Schema.Int
      }
    )
  )
  .add(
    on("voidOrder", "/api/v1/orders/:id/void", "roundlot orders void {id} --execution {execution} --yes", {
      /** The executions that count for nothing. */
      execution: Schema.optional(Schema.Array(Schema.String))
    })
  )
  .add(on("retryOrder", "/api/v1/orders/:id/retry", "roundlot orders retry {id} --yes", {}))
  .add(
    HttpApiEndpoint.post("recheckOrder", "/api/v1/orders/:id/recheck")
      .setPath(byId)
      .setHeaders(idempotent)
      .addSuccess(Documents.JobDocument)
      .middleware(Operating)
      .pipe(asTyped("roundlot orders recheck {id}"))
  )
  .add(on("resolveBreak", "/api/v1/breaks/:id/resolve", "roundlot breaks resolve {id} --yes", {}))
  .add(on("acknowledgeCase", "/api/v1/cases/:id/acknowledge", "roundlot cases acknowledge {id}", {}))
  .add(
    on("assignCase", "/api/v1/cases/:id/assign", "roundlot cases assign {id} --to {to}", {
      /** Who sees to it. */
      to: Schema.NonEmptyString.pipe(Schema.maxLength(100))
    })
  )
  .add(on("noteCase", "/api/v1/cases/:id/note", "roundlot cases note {id}", {}))
  .add(on("reverseTrade", "/api/v1/trades/:id/reverse", "roundlot trades reverse {id}", {}))
  .add(on("dismissTrade", "/api/v1/trades/:id/dismiss", "roundlot trades dismiss {id}", {}))
  .add(
    on("releaseTrade", "/api/v1/trades/:id/release", "roundlot trades release {id} --symbol {symbol}", {
      /** The symbol to count it in: a trade without a mapping needs it. */
      symbol: text
    })
  )
  .add(
    onSymbol(
      "adjust",
      "/api/v1/positions/:symbol/adjust",
      "roundlot positions adjust {symbol} --as {as} --by {by} --price {price} --yes",
      {
        /** `base`: not ours, nothing else moves. `hedged`: ours, what is owed moves with it. */
        as: Schema.Literal("base", "hedged"),
        /** Signed shares. */
        by: Documents.Decimal,
        /** Dollars a share, where it was a trade of ours. */
        price: Schema.optional(Documents.Decimal),
        held
      }
    )
  )
  .add(
    onSymbol(
      "split",
      "/api/v1/positions/:symbol/split",
      "roundlot positions split {symbol} --to {to} --from {from} --yes",
      {
        to: Schema.Int,
        from: Schema.Int,
        /** The fraction of a share, after the split, that the broker paid out, and dollars a share for it. */
        cashInLieu: Schema.optional(
          Schema.Struct({ quantity: Documents.Decimal, price: Schema.optional(Documents.Decimal) })
        ),
        held
      }
    )
  )
  .add(
    onSymbol(
      "rename",
      "/api/v1/positions/:symbol/rename",
      "roundlot positions rename {symbol} --to {to} --since {since} --yes",
      {
        /** Its symbol at the market from then on. */
        to: Schema.String,
        /** A date, or a time with a zone; now where nothing is said. */
        since: text
      }
    )
  )
  .add(
    onSymbol(
      "writeOff",
      "/api/v1/positions/:symbol/write-off",
      "roundlot positions write-off {symbol} --quantity {quantity} --yes",
      {
        /** So many shares of what is owed; all of it where nothing is said. */
        quantity: Schema.optional(Documents.Decimal),
        /** What was owed when that was decided, in signed shares: where it is another by now, nothing is done. */
        owed: Schema.optional(Documents.Decimal)
      }
    )
  )
  .add(
    onSymbol("confirmInstrument", "/api/v1/instruments/:symbol/confirm", "roundlot instruments confirm {symbol}", {
      /** Orders are for multiples of so many shares. */
      lot: Schema.optional(Documents.Decimal),
      /** Limit prices are multiples of so many dollars. */
      tick: Schema.optional(Documents.Decimal)
    })
  )
  .add(
    HttpApiEndpoint.post("adopt", "/api/v1/accounts/:name/adopt")
      .setPath(byName)
      .setHeaders(idempotent)
      .setPayload(
        body({
          ...Documents.command,
          /** What the account held before: signed shares by symbol. */
          holdings: Schema.Array(Schema.Struct({ symbol: Schema.String, quantity: Documents.Decimal }))
        })
      )
      .addSuccess(Documents.DoneDocument)
      .middleware(Operating)
      .pipe(asTyped("roundlot accounts adopt --account {name} --reason {reason} --yes"))
  )
  .add(
    HttpApiEndpoint.put("setLimits", "/api/v1/accounts/:name/limits")
      .setPath(byName)
      .setHeaders(idempotent)
      .setPayload(said(Documents.LimitsRequest))
      .addSuccess(Documents.AccountDetail)
      .middleware(Operating)
      .pipe(asTyped("roundlot controls set --account {name} --order-quantity {orderQuantity} --reason {reason} --yes"))
  )
  .add(
    HttpApiEndpoint.post("decide", "/api/v1/decisions")
      .setHeaders(idempotent)
      .setPayload(said(Documents.DecisionRequest))
      .addSuccess(Documents.DecisionDocument)
      .middleware(Trading)
      .pipe(asTyped("roundlot decide --symbol {symbol} --side {side} --quantity {quantity}"))
  )
  .add(
    HttpApiEndpoint.post("audit", "/api/v1/audit")
      .setHeaders(idempotent)
      .setPayload(body({ anchor: text }))
      .addSuccess(Documents.JobDocument)
      .middleware(Operating)
      .pipe(asTyped("roundlot audit --anchor {anchor}"))
  )
