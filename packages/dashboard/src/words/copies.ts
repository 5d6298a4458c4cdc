import { askedBy, type Usual, usualCases } from "./usual.ts"

/** What a page shows, in other programs' words: its address, a command line, and a route of the API. */
export interface Copies {
  readonly link: string
  readonly cli?: string
  readonly curl?: string
  /** What is read for it: the JSON that the daemon answers. */
  readonly route?: string
}

/** A list: its route, its verb, and which parameters of its address both know. */
interface List {
  readonly route: string
  readonly verb: string
  readonly filters: ReadonlyArray<string>
  /** By which parameter its route takes another moment, where it does. */
  readonly moment?: "asOf"
  /** Of what only a part is shown where the address says nothing. */
  readonly usual?: Readonly<Record<string, Usual>>
}

const period = ["since", "until"]
const ofTrade = ["account", "symbol", "side", "status", ...period]

/** The pages that are lists. */
const lists: Readonly<Record<string, List>> = {
  attention: {
    route: "breaks",
    verb: "breaks list",
    filters: ["account", "symbol", "kind", "standing", "status", "holds"],
    usual: { status: usualCases },
    moment: "asOf"
  },
  positions: { route: "positions", verb: "positions list", filters: ["account", "symbol"], moment: "asOf" },
  trades: {
    route: "trades",
    verb: "trades list",
    filters: [...ofTrade, "source", "sourceId", "owner"],
    moment: "asOf"
  },
  orders: { route: "orders", verb: "orders list", filters: [...ofTrade, "origin", "tradeId", "code"], moment: "asOf" },
  fills: {
    route: "fills",
    verb: "fills list",
    filters: ["account", "symbol", "side", "orderId", "tradeId", "execId", "canonical", ...period],
    moment: "asOf"
  },
  decisions: {
    route: "decisions",
    verb: "decisions list",
    filters: ["account", "symbol", "strategy", "status", "code", ...period],
    moment: "asOf"
  },
  attempts: {
    route: "attempts",
    verb: "attempts list",
    filters: ["account", "symbol", "strategy", "httpStatus", "brokerOrderId"],
    moment: "asOf"
  },
  batches: { route: "batches", verb: "batches list", filters: ["account", "status", "mode", "q"], moment: "asOf" },
  journal: { route: "journal", verb: "journal list", filters: ["account", "entity", "tag", "actor"], moment: "asOf" }
}

/** Pages that are neither a list nor a record. */
const others: Readonly<Record<string, readonly [route: string, verb: string]>> = {
  "/": ["overview", "doctor"],
  "/ops": ["controls", "controls show"]
}

/** Records whose routes and verbs take another moment. */
const remembered: ReadonlySet<string> = new Set([
  "breaks",
  "orders",
  "trades",
  "fills",
  "decisions",
  "attempts",
  "batches",
  "positions"
])

/** What a shell takes for one word. */
export const quoted = (text: string): string =>
  /^[\w.:@/+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`

const dashed = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

const flagOf = (name: string, value: string): string =>
  name === "canonical" ? " --canonical" : ` --${dashed(name)} ${quoted(value)}`

const questionOf = (asked: ReadonlyArray<readonly [string, string]>): string => {
  const text = new URLSearchParams(asked.map(([name, value]) => [name, value])).toString()
  return text === "" ? "" : `?${text}`
}

/** What is asked, by a route and by a verb; a verb that cannot ask it is absent. */
interface Asking {
  readonly route: string
  readonly cli: string | undefined
}

const listAsked = ({ filters, moment, route, usual = {}, verb }: List, search: URLSearchParams): Asking => {
  const asked = filters.flatMap((name) => {
    const value = askedBy((other) => search.get(other) ?? "", name, usual[name])
    return value === "" ? [] : [[name, value] as const]
  })
  const asOf = search.get("asOf") ?? ""
  const isPast = asOf !== "" && moment !== undefined
  // The flag says that revisions are left out; none says that nothing else is shown.
  const isReplaced = search.get("canonical") === "false"
  const direction = search.get("sort") === "oldest" || search.get("sort") === "status" ? "oldest" : "newest"
  const sort = search.get("sort") === "status" ? [["sort", "status"] as const] : []
  const isGravest = route === "breaks" && (search.get("sort") ?? "") === ""
  const direct = isGravest ? [["sort", "severity"] as const] : [["order", direction] as const, ...sort]
  const newest = route === "positions" ? [] : direct
  const past = isPast ? [[moment, asOf] as const] : []
  const flags = newest.map(([name, value]) => flagOf(name, value)).join("")
  // The journal's verb goes forward only.
  const order = route === "journal" ? "" : flags
  return {
    route: `${route}${questionOf([...asked, ...newest, ...past])}`,
    cli: isReplaced
      ? undefined
      : `${verb}${[...asked, ...past].map(([name, value]) => flagOf(name, value)).join("")}${order}`
  }
}

const recordAsked = (path: ReadonlyArray<string>, search: URLSearchParams): Asking | undefined => {
  const [page = "", first = "", second] = path
  const kind = lists[page]?.route ?? ""
  const asOf = search.get("asOf") ?? ""
  const past = asOf === "" || !remembered.has(kind) ? [] : [["asOf", asOf] as const]
  const then = past.length === 0 ? "" : ` --as-of ${quoted(asOf)}`
  const cliOf = (words: string): string => `${words}${then}`
  if (kind === "positions" && second !== undefined) {
    const account = decodeURIComponent(first)
    return {
      route: `positions/${second}${questionOf([["account", account], ...past])}`,
      cli: cliOf(`positions show ${quoted(decodeURIComponent(second))} --account ${quoted(account)}`)
    }
  }
  if (kind === "journal" && second !== undefined) {
    const entry = `${decodeURIComponent(first)}/${second}`
    return { route: `accounts/${first}/entries/${second}`, cli: `journal show ${quoted(entry)}` }
  }
  if (kind === "breaks" && !/^B\d+$/i.test(first)) {
    const [question, flags] = /^[OT]\d+$/i.test(first) && asOf !== "" ? [questionOf([["asOf", asOf]]), then] : ["", ""]
    return { route: `cases/${first}${question}`, cli: `cases show ${quoted(decodeURIComponent(first))}${flags}` }
  }
  if (!/^[A-Z]\d+$/.test(first)) return undefined
  const isPart = kind === "batches" && ["errors", "results"].includes(second ?? "")
  return {
    route: `${kind}/${first}${isPart ? `/${second}` : ""}${questionOf(past)}`,
    cli: cliOf(`${kind} show ${first}`)
  }
}

/** The report on profit or slippage of a period: of today where the address says nothing. */
const reportAsked = ([, account, symbol]: ReadonlyArray<string>, search: URLSearchParams): Asking => {
  const of = (name: string): string => search.get(name) ?? ""
  const isSlippage = account === "slippage" && symbol === undefined
  const report = isSlippage ? "slippage" : "profit"
  const from = of("from") === "" && of("to") === "" ? "today" : of("from")
  const asked = Object.entries({
    account: account === undefined || isSlippage ? of("account") : decodeURIComponent(account),
    symbol: decodeURIComponent(symbol ?? ""),
    from: from === "all" ? "" : from,
    to: of("to"),
    method: isSlippage ? "" : of("method"),
    asOf: of("asOf")
  }).filter(([, value]) => value !== "")
  return {
    route: `reports/${report}${questionOf(asked)}`,
    cli: `report ${report}${asked.map(([name, value]) => flagOf(name, value)).join("")}`
  }
}

const askedAt = (path: string, search: URLSearchParams): Asking | undefined => {
  const other = others[path]
  if (other !== undefined) return { route: other[0], cli: other[1] }
  const parts = path.split("/").slice(1)
  if (parts[0] === "why") {
    const of = parts.slice(1).map(decodeURIComponent).join("/")
    return { route: `journal/why${questionOf([["of", of]])}`, cli: `journal why ${quoted(of)}` }
  }
  if (parts[0] === "ops" && parts[1] === "accounts" && parts[2] !== undefined) {
    return { route: `accounts/${parts[2]}`, cli: `accounts show ${quoted(decodeURIComponent(parts[2]))}` }
  }
  if (parts[0] === "profit") return reportAsked(parts, search)
  const list = lists[parts[0] ?? ""]
  if (list === undefined) return undefined
  return parts.length === 1 ? listAsked(list, search) : recordAsked(parts, search)
}

/** What the page at an address is in other programs' words: a page that reads nothing of its own has its link alone. */
export const copiesOf = (origin: string, path: string, search: string): Copies => {
  const link = `${origin}${path}${search === "" ? "" : `?${search}`}`
  const asked = askedAt(path, new URLSearchParams(search))
  if (asked === undefined) return { link }
  const route = `/api/v1/${asked.route}`.replaceAll("'", "%27")
  return {
    link,
    ...(asked.cli === undefined ? {} : { cli: `npx roundlot ${asked.cli}` }),
    curl: `curl -s -H "Authorization: Bearer $ROUNDLOT_TOKEN" '${origin}${route}'`,
    route
  }
}
