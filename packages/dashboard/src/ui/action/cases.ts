import type { Documents } from "@roundlot/api"
import { Effect } from "effect"
import type { Api } from "../../api/client.ts"
import { breakOf, type Seen } from "../../api/records.ts"
import type { Action } from "./Action.ts"
import { rehearsal } from "./halting.ts"
import { type Wish, command, aboutOf } from "./command.ts"

/** When a break changed last: by its last entry. */
export const changedAt = ({ history, openedAt }: Documents.BreakDetail): string => history.at(-1)?.at ?? openedAt

const dated = (found: Seen<Documents.BreakDetail>) => ({ ...found, updatedAt: changedAt(found) })

const ofBreak = aboutOf("break", (id) => (api) => Effect.map(breakOf(id)(api), dated))

const changesNothing = ["The case stays open and keeps blocking."]

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
  will: [`No further alerts until its severity is above ${severity}.`],
  willNot: changesNothing,
  cli: (reason) => `roundlot cases acknowledge ${typedId(id)} --reason ${reason}`,
  ...command(id, (api, wish) => api.controls.acknowledgeCase(wish))
})

/** Says who owns a case. */
export const assignCase = ({ id, owner }: OpenCase): Action => ({
  verb: `Assign ${id}`,
  asks: { term: "owner", label: "Owner" },
  will: [owner === null ? "The case gets an owner." : `The case moves from ${owner} to another owner.`],
  willNot: changesNothing,
  cli: (reason, said) => `roundlot cases assign ${typedId(id)} --to ${said === "" ? "NAME" : said} --reason ${reason}`,
  ...command(id, (api, wish, said) =>
    api.controls.assignCase({ ...wish, payload: { ...wish.payload, to: said === "" ? "nobody yet" : said } })
  )
})

/** Puts a note on record: its reason. */
export const noteCase = ({ id }: OpenCase): Action => ({
  verb: `Note on ${id}`,
  will: ["The reason is added as a note, with your name and the time."],
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
      holds === "nothing" ? "It blocks nothing." : `Trading it blocked (${holds}) resumes: due orders are sent.`
    ],
    willNot: ["Positions, orders and fills stay unchanged."],
    cli: (reason) => `roundlot breaks resolve ${id} --reason ${reason} --yes`,
    ...command(id, (api, wish) => api.controls.resolveBreak(wish), version)
  }
}

/** What a difference between books and broker is booked as. */
const bookedAs = {
  base: {
    verb: "is not ours",
    will: "Booked as an external holding: no order follows.",
    willNot: "Trades, target and residual stay unchanged."
  },
  hedged: {
    verb: "is ours",
    will: "Booked as our fill: the residual changes by as much.",
    willNot: "Trades and target stay unchanged."
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
      "The break closes when the next reconciliation agrees."
    ],
    willNot: [willNot, "No entry is changed. This adds one."],
    cli: (reason, said) =>
      `roundlot positions adjust ${symbol} --account ${account} --as ${as} --by ${by}${said === "…" ? "" : ` --price ${said}`} --reason ${reason} --yes`,
    run: (api, reason, key, said) => ask(api, { reason }, said, key),
    rehearse: (api, said) => ask(api, rehearsal, said)
  }
}
