import { Effect, type Scope } from "effect"
import { connect, createServer, type Socket } from "node:net"
import type { PlacedLie, Vocabulary } from "./Lie.ts"
import { lieOf, type Mind, type Post } from "./Mind.ts"
import { shifted, times } from "./rewrite.ts"

/** Fields of a message, by their places: its number is the first. */
interface Message {
  readonly name: string
  readonly ordered?: ReadonlyArray<number>
  readonly filled?: ReadonlyArray<number>
  readonly executed?: ReadonlyArray<number>
  readonly prices?: ReadonlyArray<number>
  readonly times?: ReadonlyArray<number>
  readonly symbols?: ReadonlyArray<number>
  readonly sides?: ReadonlyArray<number>
  readonly statuses?: ReadonlyArray<number>
  readonly accounts?: ReadonlyArray<number>
  readonly ids?: ReadonlyArray<number>
  /** Where the client's id of the order stands. */
  readonly orderId?: number
}

/** Messages of version 193, server to client, by the protocol's documentation. */
const messages: { readonly [number: string]: Message } = {
  1: { name: "TICK_PRICE", prices: [4] },
  4: { name: "ERROR", orderId: 2 },
  9: { name: "NEXT_VALID_ID", ids: [2] },
  3: { name: "ORDER_STATUS", ordered: [4], filled: [3], prices: [5, 8], statuses: [2], orderId: 1 },
  5: {
    name: "OPEN_ORDER",
    ordered: [14],
    prices: [16],
    symbols: [3, 11],
    sides: [13],
    statuses: [93],
    accounts: [20],
    orderId: 1
  },
  10: { name: "CONTRACT_DATA", symbols: [2, 10] },
  15: { name: "MANAGED_ACCTS", accounts: [2] },
  11: {
    name: "EXECUTION_DATA",
    filled: [24],
    executed: [19],
    prices: [20, 25],
    times: [15],
    symbols: [4, 12],
    sides: [18],
    accounts: [16],
    orderId: 2
  },
  46: { name: "TICK_STRING", times: [4] },
  49: { name: "CURRENT_TIME", times: [2] },
  52: { name: "CONTRACT_DATA_END" },
  53: { name: "OPEN_ORDER_END" },
  55: { name: "EXECUTION_DATA_END" },
  57: { name: "TICK_SNAPSHOT_END" },
  59: { name: "COMMISSION_REPORT", prices: [3] },
  61: { name: "POSITION", ordered: [14], prices: [15], symbols: [4, 12], accounts: [2] },
  62: { name: "POSITION_END" },
  63: { name: "ACCOUNT_SUMMARY", prices: [5], accounts: [3] },
  64: { name: "ACCOUNT_SUMMARY_END" },
  101: { name: "COMPLETED_ORDER", ordered: [13], prices: [15], symbols: [2, 10], sides: [12], accounts: [19] },
  102: { name: "COMPLETED_ORDER_END" }
}

const SEND = "PLACE_ORDER"
const CANCEL = "CANCEL_ORDER"
/** Requests that change something, by their numbers. */
const writes: ReadonlyMap<string, string> = new Map([
  ["3", SEND],
  ["4", CANCEL]
])

/**
 * Requests that only end another, or say how the next is meant: `cancelMktData`, `reqMarketDataType`, `cancelAccountSummary` and
 * `cancelPositions`. One thing that is asked is one request, as at the others.
 */
const PARTS_OF_ONE: ReadonlyArray<string | undefined> = ["2", "59", "63", "64"]

/** Does a request change something? */
export const isWrite = (place: string): boolean => place === SEND || place === CANCEL

/** What is said when a client connects, and never afterwards. */
const LOGINS = ["MANAGED_ACCTS", "NEXT_VALID_ID"] as const

/** What TWS says, and which words it has for where an order stands. */
export const tws: Vocabulary = {
  send: SEND,
  places: [
    SEND,
    CANCEL,
    "ORDER_STATUS",
    "OPEN_ORDER",
    "EXECUTION_DATA",
    "POSITION",
    "COMPLETED_ORDER",
    "ERROR",
    "OPEN_ORDER_END",
    "EXECUTION_DATA_END"
  ],
  otherPlaces: [
    "CONTRACT_DATA",
    "CURRENT_TIME",
    "COMMISSION_REPORT",
    "CONTRACT_DATA_END",
    "POSITION_END",
    "COMPLETED_ORDER_END",
    ...LOGINS,
    "ACCOUNT_SUMMARY",
    "ACCOUNT_SUMMARY_END",
    "TICK_PRICE",
    "TICK_STRING",
    "TICK_SNAPSHOT_END"
  ],
  // A live account, another one of play money, several, and none.
  accounts: ["U7654321", "DU7654321", "DU7654321,U7654321", ""],
  // Used before, none at all, of what a person entered, beyond what TWS counts to, and no number.
  ids: ["1", "0", "-1", "2147483647", "4000000000000", "none"],
  words: [
    "ApiPending",
    "PendingSubmit",
    "PendingCancel",
    "PreSubmitted",
    "Submitted",
    "ApiCancelled",
    "Cancelled",
    "Filled",
    "Inactive",
    "ANewWord"
  ]
}

const words = new Set(tws.words)
const otherSides = new Map([
  ["BUY", "SELL"],
  ["SELL", "BUY"],
  ["BOT", "SLD"],
  ["SLD", "BOT"]
])
const NUMBER = /^-?\d+(\.\d+)?$/
const COMPLETED = "101"
const STATUS_FROM = 50
const TIME = /^\d{8}[ -]/
/** Between the filled quantity of a completed order and its time. */
const BACK_FROM_TIME = 7

/** The fields of a completed order stand where they do by what is before them: its status is a known word, its time looks like one. */
const shapeOf = (fields: ReadonlyArray<string>): Message | undefined => {
  const known = messages[fields[0] ?? ""]
  if (known === undefined || fields[0] !== COMPLETED) return known
  const status = fields.findIndex((field, i) => i > STATUS_FROM && words.has(field))
  const time = fields.findIndex((field, i) => i > STATUS_FROM && TIME.test(field))
  return { ...known, statuses: [status], times: [time], filled: [time - BACK_FROM_TIME] }
}

const A_DAY_MS = 86_400_000

const liedTime = (text: string, by: Parameters<typeof shifted>[1]): string => {
  const [, day, rest] = /^(\d{8})(.*)$/s.exec(text) ?? []
  if (day === undefined) return NUMBER.test(text) ? String(Math.floor(shifted(Number(text) * 1000, by) / 1000)) : text
  const ms = Date.parse(`${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}T12:00:00Z`)
  // A time that another lie has spoilt already stays as it is.
  if (Number.isNaN(ms)) return text
  const moved =
    by === "a day later" ? ms + A_DAY_MS : by === "a day earlier" ? ms - A_DAY_MS : by === "thousandth" ? 0 : 4e12
  return new Date(moved).toISOString().slice(0, 10).replaceAll("-", "") + (rest ?? "")
}

const changed = (
  fields: ReadonlyArray<string>,
  at: ReadonlyArray<number> | undefined,
  change: (text: string) => string
): ReadonlyArray<string> => fields.map((field, i) => (at?.includes(i) === true && field !== "" ? change(field) : field))

const scaled = (by: bigint) => (text: string) => (NUMBER.test(text) ? times(text, by) : text)

const negated = (text: string): string => (text.startsWith("-") ? text.slice(1) : text === "0" ? text : `-${text}`)

const oneLie = (
  fields: ReadonlyArray<string>,
  shape: Message,
  { lie }: PlacedLie,
  mind: Mind
): ReadonlyArray<string> => {
  const { executed = [], filled = [], ordered = [] } = shape
  switch (lie.what) {
    case "quantity": {
      const at = lie.of === "all" ? [...ordered, ...filled, ...executed] : lie.of === "filled" ? filled : executed
      return changed(fields, at, scaled(lie.by))
    }
    case "negated":
      return changed(fields, [...ordered, ...filled, ...executed], negated)
    case "price":
      return changed(fields, shape.prices, scaled(lie.by))
    case "symbol":
      return changed(fields, shape.symbols, mind.otherThan)
    case "side":
      return changed(fields, shape.sides, (side) => otherSides.get(side) ?? side)
    case "time":
      return changed(fields, shape.times, (time) => liedTime(time, lie.by))
    case "word":
      return changed(fields, shape.statuses, () => lie.word)
    case "account":
      return changed(fields, shape.accounts, () => lie.number)
    case "id":
      return changed(fields, shape.ids, () => lie.is)
    default:
      return fields
  }
}

const LENGTH_BYTES = 4
const NUL = "\u0000"

/** A message with its length. */
const framed = (fields: ReadonlyArray<string>): Buffer => {
  const body = Buffer.from(fields.map((field) => `${field}${NUL}`).join(""), "utf8")
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeUInt32BE(body.length)
  return Buffer.concat([length, body])
}

/** Takes bytes apart into messages; `opening` bytes come before the first. */
const splitter = (opening: number, onOpening: (bytes: Buffer) => void, onMessage: (body: Buffer) => void) => {
  let rest: Buffer = Buffer.alloc(0)
  let isOpen = opening === 0
  return (bytes: Buffer): void => {
    rest = Buffer.concat([rest, bytes])
    if (!isOpen) {
      if (rest.length < opening) return
      onOpening(rest.subarray(0, opening))
      rest = rest.subarray(opening)
      isOpen = true
    }
    while (rest.length >= LENGTH_BYTES && rest.length >= LENGTH_BYTES + rest.readUInt32BE()) {
      const end = LENGTH_BYTES + rest.readUInt32BE()
      onMessage(rest.subarray(LENGTH_BYTES, end))
      rest = rest.subarray(end)
    }
  }
}

const fieldsOf = (body: Buffer): ReadonlyArray<string> => body.toString("utf8").split(NUL).slice(0, -1)

const ORDER_REF = 26
/** What asks for open orders, of this client or of all, and what ends the answer. */
const LISTINGS = ["5", "16"]
const OPEN_ORDER_END = "53"
const API_BYTES = 4
/** What TWS says to an order instead of taking it, by the status that a broker over HTTP would say it with. */
const codes: { readonly [status: number]: readonly [code: string, words: string] } = {
  400: ["201", "Order rejected - reason:Insufficient buying power"],
  401: ["321", "Error validating request: the API interface is currently in Read-Only mode."],
  403: ["203", "The security is not available or allowed for this account."],
  404: ["200", "No security definition has been found for the request"],
  409: ["103", "Duplicate order id"],
  422: ["201", "Order rejected - reason:invalid"],
  429: ["100", "Max rate of messages per second has been exceeded"],
  500: ["10328", "Connection lost, order data could not be resolved"],
  502: ["154", "Orders cannot be transmitted for a halted security"]
}

/** The id of an error that is about no order. */
const NO_ORDER = "-1"

const errorTo = (orderId: string, status: number): ReadonlyArray<string> => {
  const [code, text] = codes[status] ?? ["201", "Order rejected"]
  return ["4", "2", orderId, code, text, ""]
}

/** One connection: what the client says goes on, but for orders that are refused; what TWS says is told with lies. */
const seat = (mind: Mind, ours: Socket, theirs: Socket): void => {
  const denied = new Set<string>()
  let isListing = false
  const kept: Array<() => void> = []
  const wasLying = mind.isLying
  const tell = (fields: ReadonlyArray<string>) => {
    mind.world.heard()
    if (!ours.destroyed) ours.write(framed(fields))
  }
  const sent = (fields: ReadonlyArray<string>, body: Buffer): void => {
    const write = writes.get(fields[0] ?? "")
    if (!PARTS_OF_ONE.includes(fields[0])) mind.ask(write ?? `request ${fields[0]}`)
    if (LISTINGS.includes(fields[0] ?? "")) isListing = true
    if (write === undefined) return void theirs.write(withLength(body))
    const orderId = fields[1] ?? ""
    const post: Post = { clientOrderId: fields[ORDER_REF], atMs: mind.world.nowMs(), status: undefined }
    if (write === SEND) mind.posts.push(post)
    const lies = mind.about(write)
    const answer = lieOf(lies, "answer")
    const refused = lieOf(lies, "refused though placed")
    if (answer === undefined) theirs.write(withLength(body))
    if (refused !== undefined) denied.add(orderId)
    if (answer?.body === "theirs") tell(errorTo(orderId, answer.status))
    if (refused !== undefined) tell(errorTo(orderId, refused.status))
  }
  const heard = (fields: ReadonlyArray<string>): void => {
    // What is said at a login alone is lied about at the next one: the line is cut once.
    if (mind.isLying && !wasLying && mind.isAbout(LOGINS)) return void ours.destroy()
    if (fields[0] === OPEN_ORDER_END) isListing = false
    const shape = shapeOf(fields)
    if (shape === undefined) return tell(fields)
    const isDenied = shape.orderId !== undefined && denied.has(fields[shape.orderId] ?? "")
    // What is asked for is answered: an order that no answer ever shows would look like one that was refused.
    if (mind.isLying && isDenied && !isListing) return
    const lies = mind.about(shape.name)
    const message = lies.reduce((before, told) => oneLie(before, shape, told, mind), fields)
    const answer = lieOf(lies, "answer")
    const about = shape.orderId === undefined ? NO_ORDER : (fields[shape.orderId] ?? NO_ORDER)
    if (answer?.body === "theirs") return tell(errorTo(about, answer.status))
    if (lieOf(lies, "truncated") !== undefined || answer !== undefined) return
    const late = lieOf(lies, "late")
    if (late !== undefined) return mind.world.after(late.ms, () => tell(message))
    if (lieOf(lies, "reordered") !== undefined && kept.length === 0) return void kept.push(() => tell(message))
    tell(message)
    if (lieOf(lies, "repeated") !== undefined) tell(message)
    for (const each of kept.splice(0)) each()
  }
  pipe(mind, ours, theirs, sent, heard)
}

const withLength = (body: Buffer): Buffer => {
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeUInt32BE(body.length)
  return Buffer.concat([length, body])
}

type Heard = (fields: ReadonlyArray<string>, body: Buffer) => void

const pipe = (mind: Mind, ours: Socket, theirs: Socket, sent: Heard, heard: Heard): void => {
  let isOpening = true
  const toThem = splitter(
    API_BYTES,
    (bytes) => void theirs.write(bytes),
    (body) => {
      // The first is the range of versions, which is no message.
      if (isOpening) theirs.write(withLength(body))
      else sent(fieldsOf(body), body)
      isOpening = false
    }
  )
  const toUs = splitter(
    0,
    () => undefined,
    (body) => heard(fieldsOf(body), body)
  )
  for (const [from, to, take] of [
    [ours, theirs, toThem],
    [theirs, ours, toUs]
  ] as const) {
    from.setNoDelay(true)
    from.on("data", (bytes: Buffer) => {
      mind.world.heard()
      take(bytes)
    })
    from.on("error", () => undefined)
    from.on("close", () => {
      mind.world.heard()
      to.destroy()
    })
  }
}

/** Stands between a client and a simulated TWS, and lies. Its port. */
export const make = (host: string, port: number, mind: Mind): Effect.Effect<number, never, Scope.Scope> =>
  Effect.gen(function* () {
    const open = new Set<Socket>()
    const server = createServer((ours) => {
      const theirs = connect({ host, port })
      open.add(ours).add(theirs)
      seat(mind, ours, theirs)
    })
    yield* Effect.acquireRelease(
      Effect.async<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void))),
      () =>
        Effect.sync(() => {
          for (const each of open) each.destroy()
          server.close()
        })
    )
    const address = server.address()
    return address !== null && typeof address === "object" ? address.port : 0
  })
