import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import { Schema } from "effect"
import { Reading } from "../Access.ts"
import * as Documents from "../documents/index.ts"
import { needed, only } from "./filters.ts"
import { bySymbol, byName, list, looking, moment, page, query, says } from "./shared.ts"

/** Where every account stands in every symbol. */
export const positions = looking("positions", "Positions of accounts.")
  .add(
    list(
      "/api/v1/positions",
      query({ ...page, account: only.account, symbol: only.symbol, ...moment }),
      Documents.PositionPage
    ).pipe(
      says(
        "List positions",
        "Positions by account and symbol, in signed shares, with the next order or why none is due."
      )
    )
  )
  .add(
    HttpApiEndpoint.get("show", "/api/v1/positions/:symbol")
      .setPath(bySymbol)
      .setUrlParams(query({ account: only.account, ...moment }))
      .addSuccess(Documents.PositionDetail)
      .pipe(
        says(
          "Show a position",
          "One position with its open lots, live orders, open breaks and the order that comes next."
        )
      )
  )
  .add(
    HttpApiEndpoint.get("residuals", "/api/v1/positions/:symbol/residuals")
      .setPath(bySymbol)
      .setUrlParams(query({ account: only.account, since: needed("From when on: a date or an ISO 8601 time.") }))
      .addSuccess(Documents.ResidualHistoryDocument)
      .pipe(
        says(
          "List a position's residuals",
          "The residual over time, change by change, of the newest 20,000 entries of the account at most."
        )
      )
  )
  .add(
    HttpApiEndpoint.get("preview", "/api/v1/positions/:symbol/preview")
      .setPath(bySymbol)
      .setUrlParams(
        query({
          account: only.account,
          side: needed("`buy` or `sell`."),
          quantity: needed("Quantity in shares, a decimal above zero."),
          ...moment
        })
      )
      .addSuccess(Documents.NextDocument)
      .pipe(
        says("Preview a trade", "Returns the order that would follow a trade, or why none would. Nothing is written.")
      )
  )
  .middleware(Reading)

/** What the owners of trades have. */
export const owners = looking("owners", "Beneficial owners of trades.")
  .add(
    HttpApiEndpoint.get("positions", "/api/v1/owners/:owner/positions")
      .setPath(Schema.Struct({ owner: needed("The beneficial owner, as trades name it.") }))
      .setUrlParams(query({ ...page, account: only.account, symbol: only.symbol, ...moment }))
      .addSuccess(Documents.OwnerPositionPage)
      .pipe(
        says(
          "List the positions of an owner",
          "Shares ordered and executed for the owner, by account and symbol; empty for an unknown owner."
        )
      )
  )
  .middleware(Reading)

/** Whose trades and orders they are. */
export const accounts = looking("accounts", "Trading accounts.")
  .add(
    list(
      "/api/v1/accounts",
      query({ ...page, ...moment, account: only.account, broker: only.broker, environment: only.environment }),
      Documents.AccountPage
    ).pipe(says("List accounts", "Accounts with their policies: lots, limits, direction, how orders are executed."))
  )
  .add(
    HttpApiEndpoint.get("show", "/api/v1/accounts/:name")
      .setPath(byName)
      .setUrlParams(query(moment))
      .addSuccess(Documents.AccountDetail)
      .pipe(says("Show an account", "One account with its policies, its trading state and the states that were set."))
  )
  .middleware(Reading)

/** The symbols that came up. */
export const instruments = looking("instruments", "Known symbols.")
  .add(
    list(
      "/api/v1/instruments",
      query({ ...page, ...moment, account: only.account, symbol: only.symbol, status: only.status }),
      Documents.InstrumentPage
    ).pipe(
      says("List instruments", "Symbols as each account trades them: lot, tick, and whether the broker knows them.")
    )
  )
  .middleware(Reading)
