import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import { Schema } from "effect"
import { Operating, Reading, Trading } from "../Access.ts"
import * as Documents from "../documents/index.ts"
import {
  acting,
  asTyped,
  body,
  byId,
  byName,
  idempotent,
  look,
  moment,
  page,
  query,
  said,
  says,
  text,
  versioned
} from "./shared.ts"
import { setState, on, onSymbol, held } from "./commanding.ts"
import { only, word } from "./filters.ts"

/** What an operator orders. Each with its reason on record; with `dryRun` it is told what would follow, and nothing is written. */
export const controls = acting(
  "controls",
  "Commands of operators. Each is recorded with its `reason`; `dryRun` only previews the impact."
)
  .add(
    HttpApiEndpoint.get("list", "/api/v1/controls")
      .setUrlParams(query(moment))
      .addSuccess(Documents.ControlPage)
      .middleware(Reading)
      .pipe(says("List trading controls", "Active trading states, for everything, accounts and symbols."))
  )
  .add(
    HttpApiEndpoint.get("approvals", "/api/v1/approvals")
      .setUrlParams(
        query({ ...page, account: only.account, status: word("Only `waiting`, `approved`, `rejected` or `expired`.") })
      )
      .addSuccess(Documents.ApprovalPage)
      .middleware(Reading)
      .pipe(says("List approval requests", "Operations that one person requested and that another has to approve."))
  )
  .add(
    look("showApproval", "/api/v1/approvals/:id", Documents.ApprovalDocument)
      .middleware(Reading)
      .pipe(
        says(
          "Show an approval request",
          "What it would do, the state of the books at the request, the requester and the deadline."
        )
      )
  )
  .add(
    on("grantApproval", "/api/v1/approvals/:id/approve", "roundlot approvals approve {id}", {}).pipe(
      says(
        "Approve a request",
        "Carries out what another person requested. 409 for its requester, without a token, once it is decided or expired, and with `code` `BooksMoved` where the books have changed since."
      )
    )
  )
  .add(
    on("rejectApproval", "/api/v1/approvals/:id/reject", "roundlot approvals reject {id}", {}).pipe(
      says("Reject a request", "The operation is not carried out. Its requester can withdraw it this way.")
    )
  )
  .add(
    setState("halt", "roundlot halt --cancel-open {cancelOpen}", {
      /** Ask for the end of our open orders within it too; their positions are held until resumed. */
      cancelOpen: Schema.optional(Schema.Boolean)
    }).pipe(
      says(
        "Halt trading",
        "Stops new orders for a symbol, an account or, without either, everything; `cancelOpen` cancels open ones."
      )
    )
  )
  .add(
    setState("resume", "roundlot resume", {
      /** End a restriction that stands again after a halt, too; a resume alone comes to that. */
      lifts: Schema.optional(Schema.Boolean)
    }).pipe(
      says(
        "Resume trading",
        "Ends a halt or another state of a symbol, an account or everything. The state from before a halt applies again; due orders are sent where it lets them."
      )
    )
  )
  .add(
    setState("observe", "roundlot controls set --state observe", {}).pipe(
      says("Observe only", "Keeps the books and sends no orders; due orders are only recorded.")
    )
  )
  .add(
    setState("reduce", "roundlot controls set --state reduce", {}).pipe(
      says("Reduce only", "Sends only orders that reduce a holding.")
    )
  )
  .add(
    setState("approve", "roundlot controls set --state approve", {}).pipe(
      says("Require approval", "Holds each order for approval by a person.")
    )
  )
  .add(
    on("cancelOrder", "/api/v1/orders/:id/cancel", "roundlot orders cancel {id}", {}).pipe(
      says(
        "Cancel an order",
        "Asks the broker to cancel an order and holds its position until resumed. 409 where it has ended."
      )
    )
  )
  .add(
    on("approveOrder", "/api/v1/orders/:id/approve", "roundlot orders approve {id} --quantity {quantity}", {
      /** The shares that are meant: another order is not approved by mistake. */
      quantity: Documents.Decimal
    }).pipe(says("Approve an order", "Approves a held order. 409 if `quantity` differs from the order's, in shares."))
  )
  .add(
    on("resolveOrder", "/api/v1/orders/:id/resolve", "roundlot orders resolve {id} --as {as}", {
      /** The broker's id of the order in doubt, where it has it. */
      as: text,
      /** The broker never got it. */
      notPlaced: Schema.optional(Schema.Boolean),
      /** It has ended there, as the broker's newest evidence says; refused where nothing says so. */
      ended: Schema.optional(Schema.Boolean)
    }).pipe(
      says(
        "Resolve an unconfirmed order",
        "Resolves an unconfirmed order: placed under a broker's id (`as`), never placed, or ended. 409 where evidence contradicts it."
      )
    )
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
    ).pipe(says("Accept a held report", "Books a broker report held as implausible."))
  )
  .add(
    on("voidOrder", "/api/v1/orders/:id/void", "roundlot orders void {id} --execution {execution} --yes", {
      /** The executions that count for nothing. */
      execution: Schema.optional(Schema.Array(Schema.String))
    }).pipe(
      says("Void executions", "Removes executions of an order that never took place at the broker from the books.")
    )
  )
  .add(
    on("retryOrder", "/api/v1/orders/:id/retry", "roundlot orders retry {id} --yes", {}).pipe(
      says(
        "Re-submit an ended order",
        "Creates the due order in place of an ended one. 409 if that one is live, unconfirmed or filled, if nothing is due, and for direct orders."
      )
    )
  )
  .add(
    HttpApiEndpoint.post("recheckOrder", "/api/v1/orders/:id/recheck")
      .setPath(byId)
      .setHeaders(idempotent)
      .addSuccess(Documents.JobDocument)
      .middleware(Operating)
      .pipe(
        asTyped("roundlot orders recheck {id}"),
        says("Refresh an order", "Queues a job that reads the order from the broker now.")
      )
  )
  .add(
    on("resolveBreak", "/api/v1/breaks/:id/resolve", "roundlot breaks resolve {id} --yes", {}).pipe(
      says("Close a break", "Closes a break manually. 409 if it closes automatically.")
    )
  )
  .add(
    on("acknowledgeCase", "/api/v1/cases/:id/acknowledge", "roundlot cases acknowledge {id}", {}).pipe(
      says("Acknowledge a case", "Marks a case as seen: no further alerts until its severity rises.")
    )
  )
  .add(
    on("assignCase", "/api/v1/cases/:id/assign", "roundlot cases assign {id} --to {to}", {
      /** Who sees to it. */
      to: Schema.NonEmptyString.pipe(Schema.maxLength(100))
    }).pipe(says("Assign a case", "Sets the owner of a case."))
  )
  .add(
    on("noteCase", "/api/v1/cases/:id/note", "roundlot cases note {id}", {}).pipe(
      says("Note on a case", "Adds a note (`reason`) to a case.")
    )
  )
  .add(
    HttpApiEndpoint.post("identifyLots", "/api/v1/fills/:id/lots")
      .setPath(byId)
      .setHeaders(idempotent)
      .setPayload(
        body({
          ...Documents.command,
          /** Of each lot the fill that opened it, and its shares; none: by the account's method again. */
          lots: Schema.Array(Schema.Struct({ openedBy: Schema.String, quantity: Documents.Decimal }))
        })
      )
      .addSuccess(Documents.DoneDocument)
      .middleware(Operating)
      .pipe(
        asTyped("roundlot fills identify {id} --reason {reason}"),
        says(
          "Identify lots",
          "Identifies the tax lots that a fill closes. 409 where they are not open when it executes."
        )
      )
  )
  .add(
    on("reverseTrade", "/api/v1/trades/:id/reverse", "roundlot trades reverse {id}", {}).pipe(
      says("Reverse a trade", "Reverses a counted trade by one of the opposite side; an order unwinds executed shares.")
    )
  )
  .add(
    on("dismissTrade", "/api/v1/trades/:id/dismiss", "roundlot trades dismiss {id}", {}).pipe(
      says("Dismiss a trade", "Dismisses a quarantined trade: it is never counted.")
    )
  )
  .add(
    on("releaseTrade", "/api/v1/trades/:id/release", "roundlot trades release {id} --symbol {symbol}", {
      /** The symbol to count it in: a trade without a mapping needs it. */
      symbol: text
    }).pipe(says("Release a trade", "Counts a quarantined trade, in `symbol` where it has no mapping."))
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
    ).pipe(
      says(
        "Adjust a position",
        "Adjusts the books to the broker by signed shares: as external holding (`base`) or as our fill (`hedged`)."
      )
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
    ).pipe(
      says(
        "Book a split",
        "Books a split, `to` shares for `from`. 409 while an order of the symbol is live or a fill waits for its order."
      )
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
    ).pipe(
      says(
        "Rename a symbol",
        "Books a symbol change, effective from `since`. 409 while an order of either is live, a fill waits for its order, or the new symbol has a position."
      )
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
    ).pipe(
      says(
        "Write off a residual",
        "Writes off residual shares that can never trade. 409 while an order is live, and for more than the residual."
      )
    )
  )
  .add(
    onSymbol("confirmInstrument", "/api/v1/instruments/:symbol/confirm", "roundlot instruments confirm {symbol}", {
      /** Orders are for multiples of so many shares. */
      lot: Schema.optional(Documents.Decimal),
      /** Limit prices are multiples of so many dollars. */
      tick: Schema.optional(Documents.Decimal)
    }).pipe(
      says("Confirm an instrument", "Confirms an unknown symbol with its lot and tick; trades held for it are counted.")
    )
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
      .pipe(
        asTyped("roundlot accounts adopt --account {name} --reason {reason} --yes"),
        says("Adopt holdings", "Declares the opening balance of an account, in signed shares by symbol.")
      )
  )
  .add(
    HttpApiEndpoint.put("setLimits", "/api/v1/accounts/:name/limits")
      .setPath(byName)
      .setHeaders(versioned)
      .setPayload(said(Documents.LimitsRequest))
      .addSuccess(Schema.Union(Documents.AccountDetail, Documents.RehearsedLimits))
      .middleware(Operating)
      .pipe(
        asTyped("roundlot controls set --account {name} --order-quantity {orderQuantity} --reason {reason} --yes"),
        says(
          "Set limits",
          "Sets limits of an account: shares, dollars, orders a minute; `none` lifts one. Raising or lifting needs a `reason` (409 without). `dryRun` counts the positions that would be released or held."
        )
      )
  )
  .add(
    HttpApiEndpoint.put("setOrderPolicy", "/api/v1/accounts/:name/order")
      .setPath(byName)
      .setHeaders(idempotent)
      .setPayload(said(Documents.OrderPolicyRequest))
      .addSuccess(Documents.AccountDetail)
      .middleware(Operating)
      .pipe(
        asTyped("roundlot accounts add {name} --session {session} --time-in-force {timeInForce} --reason {reason}"),
        says(
          "Set order policy",
          "Sets order terms of an account for orders without their own. 409 if the configuration names the account."
        )
      )
  )
  .add(
    HttpApiEndpoint.post("decide", "/api/v1/decisions")
      .setHeaders(idempotent)
      .setPayload(said(Documents.DecisionRequest))
      .addSuccess(Schema.Union(Documents.DecisionDocument, Documents.RehearsedDecision))
      .middleware(Trading)
      .pipe(
        asTyped("roundlot decide --symbol {symbol} --side {side} --quantity {quantity}"),
        says(
          "Decide on an order",
          "Sends one direct order, in shares or dollars, and waits up to `waitSeconds` for its outcome."
        )
      )
  )
  .add(
    HttpApiEndpoint.post("audit", "/api/v1/audit")
      .setHeaders(idempotent)
      .setPayload(body({ anchor: text }))
      .addSuccess(Documents.JobDocument)
      .middleware(Operating)
      .pipe(
        asTyped("roundlot audit --anchor {anchor}"),
        says("Audit the books", "Queues a job that audits the books against the journal; its result has the findings.")
      )
  )
  .add(
    HttpApiEndpoint.get("anchors", "/api/v1/audit/anchors")
      .addSuccess(Documents.AnchorsDocument)
      .middleware(Reading)
      .pipe(says("List anchors", "The newest 100 anchors of the journal, and the file that they are written to."))
  )
