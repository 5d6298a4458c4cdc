import { shown } from "@roundlot/api/text"
import { Decimal, Instant } from "@roundlot/core"
import { Either, Option, Schema } from "effect"
import { type JsonItem, type JsonRow, readRows } from "./jsonItems.ts"
import { type Contents, decimalOf, type Execution, groupsOf, priceOf } from "./Statement.ts"
import { dateIn, dateOf, NEW_YORK } from "./statementTime.ts"
import type { Fault } from "./StatementUnreadable.ts"

/** Alpaca's account activities, as `GET /v2/account/activities` answers them. */
export const readActivities = (json: string): Either.Either<Contents, Fault> =>
  Either.map(readRows(json, { rowOf, idField: "id", readOf }), (contents) => ({
    ...contents,
    executions: withoutSharedIds(contents.executions)
  }))

const text = Schema.optional(Schema.NullOr(Schema.String))

/** What is read of an activity; its numbers are texts. */
const Activity = Schema.parseJson(
  Schema.Struct({
    activity_type: Schema.String,
    id: text,
    order_id: text,
    symbol: text,
    side: text,
    qty: text,
    cum_qty: text,
    price: text,
    transaction_time: text,
    date: text
  })
)

interface Row extends JsonRow {
  readonly activity: typeof Activity.Type | undefined
  readonly kind: string
  readonly isExecution: boolean
}

const decode = Schema.decodeUnknownOption(Activity)

const FILL = "FILL"
/** Rows of the stream of events, whose corrections replace rows of theirs: not what the list of activities has. */
const EVENT = "TRD"
const OPTION = /^[A-Z.]{1,6}\d{6}[CP]\d{8}$/
const PAIR = /\//

const rowOf = (item: JsonItem): Row => {
  const activity = Option.getOrUndefined(decode(item.exact))
  const at = Instant.parse(activity?.transaction_time ?? "")
  const type = activity?.activity_type ?? ""
  const asset = assetOf(activity?.symbol ?? "")
  const kind = type === FILL && asset !== undefined ? `${type} ${asset}` : type
  return {
    item,
    activity,
    id: activity?.id ?? undefined,
    execId: activity && execIdOf(activity),
    account: undefined,
    kind,
    isExecution: activity === undefined || kind === FILL || kind === EVENT,
    date: at === undefined ? dateOf(activity?.date ?? "") : dateIn(at, NEW_YORK)
  }
}

/** What a symbol is of, where it is no stock's. */
const assetOf = (symbol: string): string | undefined => {
  if (OPTION.test(symbol)) return "option"
  return PAIR.test(symbol) ? "crypto" : undefined
}

/** As the books have it: the order, and its total after this execution. */
const execIdOf = ({ cum_qty, order_id }: typeof Activity.Type): string | undefined => {
  const total = decimalOf("cum_qty", cum_qty ?? undefined)
  return Either.isRight(total) && order_id ? `${order_id}/${Decimal.format(total.right)}` : undefined
}

const sides = { buy: "buy", sell: "sell", sell_short: "sell" } as const
const isSide = Schema.is(Schema.Literal("buy", "sell", "sell_short"))

const readOf = (row: Row): Either.Either<Execution | string, string> =>
  row.isExecution ? executionOf(row) : Either.right(row.kind)

const executionOf = ({ activity, execId, item: { item, line } }: Row): Either.Either<Execution, string> =>
  Either.gen(function* () {
    if (activity === undefined)
      return yield* Either.left("is not an activity: it has no activity_type, or values of wrong types")
    if (activity.activity_type === EVENT)
      return yield* Either.left("is an event of the stream: give the list of /v2/account/activities")
    const { cum_qty, order_id, price, qty, side, symbol, transaction_time } = activity
    const at = Instant.parse(transaction_time ?? "")
    if (!symbol) return yield* Either.left("has no symbol")
    if (!order_id) return yield* Either.left("has no order_id")
    if (!isSide(side)) return yield* Either.left(`side "${shown(side ?? "")}" is not a side`)
    if (at === undefined) return yield* Either.left(`transaction_time "${shown(transaction_time ?? "")}" is not a time`)
    const quantity = yield* decimalOf("qty", qty ?? undefined)
    if (!Decimal.isPositive(quantity)) return yield* Either.left(`qty "${Decimal.format(quantity)}" is not above zero`)
    yield* decimalOf("cum_qty", cum_qty ?? undefined)
    return {
      line,
      item,
      execId,
      orderId: order_id,
      symbol,
      side: sides[side],
      quantity,
      price: yield* priceOf("price", price ?? undefined),
      fee: undefined,
      feeCurrency: undefined,
      at,
      isUndone: false
    }
  })

/** After a bust a total comes a second time: it is then the id of no single execution, and their figures decide. */
const withoutSharedIds = (executions: ReadonlyArray<Execution>): ReadonlyArray<Execution> => {
  const sharing = groupsOf(executions, ({ execId }) => execId)
  return executions.map((each) => ((sharing.get(each.execId)?.length ?? 0) > 1 ? { ...each, execId: undefined } : each))
}
