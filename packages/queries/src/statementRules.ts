import { Decimal, type Fill, Instant, type Side } from "@roundlot/core"

/** An execution as a broker's file has it, its cancels and corrections settled. */
export interface Stated {
  readonly line: number
  readonly item: number
  /** What the books know it by; none where the file has no such id. */
  readonly execId: string | undefined
  /** The broker's. */
  readonly orderId: string | undefined
  readonly symbol: string
  readonly side: Side.Side
  readonly quantity: Decimal.Decimal
  readonly price: Decimal.Decimal
  readonly fee: Decimal.Decimal | undefined
  readonly feeCurrency: string | undefined
  readonly at: Instant.Instant | undefined
  /** It counts no more: the books have none like it, or one of no shares. */
  readonly isUndone: boolean
}

/** A canonical fill, as the books have it. */
export interface Booked {
  readonly id: Fill.Fill["id"]
  readonly execId: string
  /** Of its order: ours, and all that the broker has given it. */
  readonly order: string
  readonly brokerOrderIds: ReadonlyArray<string>
  readonly symbol: string
  readonly side: Side.Side
  readonly quantity: Decimal.Decimal
  readonly price: Decimal.Decimal | undefined
  readonly fee: Decimal.Decimal | undefined
  readonly feeCurrency: string | undefined
  readonly at: Instant.Instant
  /** The file covers the time at which it was executed. */
  readonly isCovered: boolean
}

/** A figure that two say of one execution. */
export interface Figure {
  readonly figure: "symbol" | "side" | "quantity" | "price" | "fee"
  readonly statement: string
  readonly books: string | null
}

/** A difference between a file and the books. By `subject` its execution is known again in the next file (STMT-5). */
export type Difference =
  | { readonly kind: "missing_in_books"; readonly subject: string; readonly stated: Stated }
  | { readonly kind: "missing_in_statement"; readonly subject: string; readonly booked: Booked }
  | {
      readonly kind: "differs"
      readonly subject: string
      readonly stated: Stated
      readonly booked: Booked
      readonly figures: ReadonlyArray<Figure>
    }

/** What a comparison came to. */
export interface Compared {
  readonly differences: ReadonlyArray<Difference>
  /** Pairs that agree. */
  readonly agreed: number
  /** Subjects of what is no difference: executions that agree, and rows that have a fill. */
  readonly settled: ReadonlySet<string>
  /** Of all pairs: those of which the file says a fee and the books know none yet. */
  readonly feesUnknown: number
}

/**
 * STMT-1: an execution is found by the broker's id of it. Where the file has none, by order, symbol, side, quantity and price, those of the
 * same second first; then what is left of an order is held against what is left of it, as the same with another figure. Each row and each
 * fill is used once, so that equal executions count each. `unread` are ids of rows that cannot be read: their fills are not missing.
 */
export const compare = (
  stated: ReadonlyArray<Stated>,
  booked: ReadonlyArray<Booked>,
  unread: ReadonlySet<string> = new Set()
): Compared => {
  const orders = new Map(booked.flatMap(({ brokerOrderIds, order }) => brokerOrderIds.map((id) => [id, order])))
  const orderOf = ({ orderId }: Stated) => (orderId === undefined ? undefined : orders.get(orderId))
  const left = { stated: stated.toSorted(byTimeAndPlace), booked: booked.toSorted(byTime) }
  const pairs = stepsOf(orderOf).flatMap((keys) => paired(left, keys))
  return concluded(pairs, left, unread, subjectsOf(stated))
}

/** By what each row is known again: the broker's id of its execution, else order and figures, with its number among equal rows. */
const subjectsOf = (stated: ReadonlyArray<Stated>): ReadonlyMap<Stated, string> => {
  const counts = new Map<string, number>()
  return new Map(
    stated
      .toSorted((a, b) => a.item - b.item)
      .map((row) => {
        const subject = subjectOf(row)
        const count = (counts.get(subject) ?? 0) + 1
        counts.set(subject, count)
        return [row, count === 1 ? subject : `${subject} #${count}`]
      })
  )
}

const subjectOf = ({ at, execId, orderId, price, quantity, side, symbol }: Stated): string =>
  execId ??
  [
    orderId,
    at === undefined ? undefined : Instant.format(at),
    side,
    Decimal.format(quantity),
    symbol,
    Decimal.format(price)
  ]
    .filter((part) => part !== undefined)
    .join(" ")

type Pair = readonly [stated: Stated, booked: Booked]

/** What has no other yet. */
interface Left {
  stated: ReadonlyArray<Stated>
  booked: ReadonlyArray<Booked>
}

/** By what rows and fills are equal; nothing where one is not looked for so. */
interface Keys {
  readonly stated: (row: Stated) => string | undefined
  readonly booked: (fill: Booked) => string | undefined
}

/** The ways in which a row finds its fill, the surest first. A fill that the file does not cover is no other day's by its figures alone. */
const stepsOf = (orderOf: (row: Stated) => string | undefined): ReadonlyArray<Keys> => {
  const ofOrder = (figures: ReadonlyArray<Named>, isMeant: (row: Stated) => boolean, isAnyDay: boolean): Keys => ({
    stated: (row) => {
      const order = row.execId === undefined && isMeant(row) ? orderOf(row) : undefined
      return order === undefined ? undefined : keyOf(figures, order, row)
    },
    booked: (fill) => (isAnyDay || fill.isCovered ? keyOf(figures, fill.order, fill) : undefined)
  })
  const ofNoOrder: Keys = {
    stated: (row) => {
      const isOfNone = row.orderId === undefined || (row.isUndone && orderOf(row) === undefined)
      return row.execId === undefined && row.at !== undefined && isOfNone ? keyOf(SAME_SECOND, "", row) : undefined
    },
    booked: (fill) => keyOf(SAME_SECOND, "", fill)
  }
  return [
    { stated: ({ execId }) => execId, booked: ({ execId }) => execId },
    ofOrder(SAME_SECOND, () => true, true),
    ofNoOrder,
    ofOrder(SAME, isCounting, false),
    ofOrder(SAME, ({ isUndone }) => isUndone, true),
    ...LOOSE.map((figures) => ofOrder(figures, isCounting, false))
  ]
}

const isCounting = ({ isUndone }: Stated): boolean => !isUndone

const byTimeAndPlace = (a: Stated, b: Stated): number => Number((a.at ?? 0n) - (b.at ?? 0n)) || a.item - b.item
const byTime = (a: Booked, b: Booked): number => Number(a.at - b.at) || (a.id < b.id ? -1 : 1)

/** Pairs what is equal, in the order of time, and leaves what has no other. */
const paired = (left: Left, keys: Keys): ReadonlyArray<Pair> => {
  const waiting = new Map<string, Array<Booked>>()
  for (const fill of left.booked.toReversed()) {
    const key = keys.booked(fill)
    if (key === undefined) continue
    const alike = waiting.get(key)
    if (alike === undefined) waiting.set(key, [fill])
    else alike.push(fill)
  }
  const pairs: Array<Pair> = []
  const rows = left.stated.filter((row) => {
    const key = keys.stated(row)
    const fill = key === undefined ? undefined : waiting.get(key)?.pop()
    if (fill !== undefined) pairs.push([row, fill])
    return fill === undefined
  })
  const used = new Set(pairs.map(([, fill]) => fill))
  left.stated = rows
  left.booked = left.booked.filter((fill) => !used.has(fill))
  return pairs
}

const SECOND = 1_000_000n

const figureTexts = {
  symbol: ({ symbol }: Stated | Booked) => symbol,
  side: ({ side }: Stated | Booked): string => side,
  quantity: ({ quantity }: Stated | Booked) => Decimal.format(quantity),
  price: ({ price }: Stated | Booked) => (price === undefined ? "" : Decimal.format(price)),
  second: ({ at }: Stated | Booked) => (at === undefined ? "" : String(at / SECOND))
}

type Named = keyof typeof figureTexts

const SAME: ReadonlyArray<Named> = ["symbol", "side", "quantity", "price"]
const SAME_SECOND: ReadonlyArray<Named> = [...SAME, "second"]
/** One figure differs, or more do. */
const LOOSE: ReadonlyArray<ReadonlyArray<Named>> = [...SAME.map((one) => SAME.filter((each) => each !== one)), []]

const keyOf = (figures: ReadonlyArray<Named>, order: string, of: Stated | Booked): string =>
  [order, ...figures.map((figure) => figureTexts[figure](of))].join("\n")

const concluded = (
  pairs: ReadonlyArray<Pair>,
  left: Left,
  unread: ReadonlySet<string>,
  subjects: ReadonlyMap<Stated, string>
): Compared => {
  const ofRow = (row: Stated): string => subjects.get(row) ?? subjectOf(row)
  const judged = pairs.map(([row, fill]) => {
    return { subject: fill.execId, stated: row, booked: fill, figures: figuresOf(row, fill) }
  })
  const differing = judged.filter(({ figures }) => figures.length > 0)
  const inBooks = left.stated.filter(({ isUndone, quantity }) => !isUndone && !Decimal.isZero(quantity))
  const inStatement = left.booked.filter(
    ({ execId, isCovered, quantity }) => isCovered && !Decimal.isZero(quantity) && !unread.has(execId)
  )
  const ofRows: ReadonlyArray<Difference & { readonly stated: Stated }> = [
    ...differing.map((each) => ({ kind: "differs" as const, ...each })),
    ...inBooks.map((stated) => ({ kind: "missing_in_books" as const, subject: ofRow(stated), stated }))
  ]
  return {
    differences: [
      ...ofRows.toSorted((a, b) => a.stated.item - b.stated.item),
      ...inStatement.map((booked) => ({ kind: "missing_in_statement" as const, subject: booked.execId, booked }))
    ],
    agreed: pairs.length - differing.length,
    settled: new Set(
      judged.flatMap(({ figures, stated, subject }) => [
        ...(figures.length === 0 ? [subject] : []),
        ...(ofRow(stated) === subject ? [] : [ofRow(stated)])
      ])
    ),
    feesUnknown: pairs.filter(([row, fill]) => row.fee !== undefined && fill.fee === undefined).length
  }
}

/** What a file says otherwise than the books. Of an execution that counts for nothing only that matters. */
const figuresOf = (row: Stated, fill: Booked): ReadonlyArray<Figure> => {
  const quantity = row.isUndone ? Decimal.zero : row.quantity
  const isGone = Decimal.isZero(quantity) || Decimal.isZero(fill.quantity)
  return [
    ...(isGone ? [] : textual("symbol", row.symbol, fill.symbol)),
    ...(isGone ? [] : textual("side", row.side, fill.side)),
    ...exact("quantity", quantity, fill.quantity),
    ...(isGone ? [] : exact("price", row.price, fill.price)),
    ...(isGone ? [] : feesOf(row, fill))
  ]
}

const textual = (figure: Figure["figure"], statement: string, books: string): ReadonlyArray<Figure> =>
  statement === books ? [] : [{ figure, statement, books }]

const exact = (
  figure: Figure["figure"],
  statement: Decimal.Decimal,
  books: Decimal.Decimal | undefined
): ReadonlyArray<Figure> =>
  books !== undefined && Decimal.equals(statement, books)
    ? []
    : [{ figure, statement: Decimal.format(statement), books: books === undefined ? null : Decimal.format(books) }]

/** A fee that the books do not know yet is no difference; one in another currency is. */
const feesOf = (row: Stated, fill: Booked): ReadonlyArray<Figure> => {
  if (row.fee === undefined || fill.fee === undefined) return []
  const isOther =
    row.feeCurrency !== undefined && fill.feeCurrency !== undefined && row.feeCurrency !== fill.feeCurrency
  if (!isOther) return exact("fee", row.fee, fill.fee)
  return textual(
    "fee",
    `${Decimal.format(row.fee)} ${row.feeCurrency ?? ""}`,
    `${Decimal.format(fill.fee)} ${fill.feeCurrency ?? ""}`
  )
}
