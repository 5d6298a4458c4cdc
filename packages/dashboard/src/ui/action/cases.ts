import type { Documents } from "@roundlot/api"
import { Effect } from "effect"
import type { Api } from "../../api/client.ts"
import { breakOf, type Seen } from "../../api/records.ts"
import type { Action } from "./Action.ts"
import { rehearsal } from "./halting.ts"
import { type Wish, command, aboutOf } from "./command.ts"
import { texts } from "../../words/text/caseActions.ts"

/** When a break changed last: by its last entry. */
export const changedAt = ({ history, openedAt }: Documents.BreakDetail): string => history.at(-1)?.at ?? openedAt

const dated = (found: Seen<Documents.BreakDetail>) => ({ ...found, updatedAt: changedAt(found) })

const ofBreak = aboutOf("break", (id) => (api) => Effect.map(breakOf(id)(api), dated))

const changesNothing = [texts.caseStaysOpen]

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
  verb: texts.acknowledge({ id }),
  will: [texts.noFurtherAlerts({ severity })],
  willNot: changesNothing,
  cli: (reason) => `roundlot cases acknowledge ${typedId(id)} --reason ${reason}`,
  ...command(id, (api, wish) => api.controls.acknowledgeCase(wish))
})

/** Says who owns a case. */
export const assignCase = ({ id, owner }: OpenCase): Action => ({
  verb: texts.assign({ id }),
  asks: { term: "owner", label: texts.owner },
  will: [owner === null ? texts.caseGetsOwner : texts.caseChangesOwner({ owner })],
  willNot: changesNothing,
  cli: (reason, said) => `roundlot cases assign ${typedId(id)} --to ${said === "" ? "NAME" : said} --reason ${reason}`,
  ...command(id, (api, wish, said) =>
    api.controls.assignCase({ ...wish, payload: { ...wish.payload, to: said === "" ? "unassigned" : said } })
  )
})

/** Puts a note on record: its reason. */
export const noteCase = ({ id }: OpenCase): Action => ({
  verb: texts.noteOn({ id }),
  will: [texts.reasonIsNoted],
  willNot: changesNothing,
  cli: (reason) => `roundlot cases note ${typedId(id)} --reason ${reason}`,
  ...command(id, (api, wish) => api.controls.noteCase(wish))
})

/** Closes a break: somebody has judged it. */
export const dismissBreak = (found: Seen<Documents.BreakDetail>): Action => {
  const { holds, id, kind, symbol, version } = found
  return {
    ...ofBreak(dated(found), dismissBreak),
    verb: texts.resolve({ id }),
    typed: symbol ?? kind,
    will: [texts.breakCloses({ kind }), holds === "nothing" ? texts.itBlocksNothing : texts.tradingResumes({ holds })],
    willNot: [texts.booksStay],
    cli: (reason) => `roundlot breaks resolve ${id} --reason ${reason} --yes`,
    ...command(id, (api, wish) => api.controls.resolveBreak(wish), version)
  }
}

/** What a difference between books and broker is booked as. */
const bookedAs = {
  base: {
    verb: texts.bookAsExternal,
    will: texts.bookedAsExternal,
    willNot: texts.residualStays
  },
  hedged: {
    verb: texts.bookAsFill,
    will: texts.bookedAsFill,
    willNot: texts.targetStays
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
    verb: verb({ signed, symbol }),
    about: { entity: `position/${symbol}`, account, seenAt },
    isDangerous: true,
    typed: signed,
    ...(as === "hedged" ? { asks: { term: "paidPrice", label: texts.price, isOptional: true } } : {}),
    will: [texts.isBookedOn({ signed, symbol, account, will }), texts.breakClosesOnAgreement],
    willNot: [willNot, texts.addsEntry],
    cli: (reason, said) =>
      `roundlot positions adjust ${symbol} --account ${account} --as ${as} --by ${by}${said === "…" ? "" : ` --price ${said}`} --reason ${reason} --yes`,
    run: (api, reason, key, said) => ask(api, { reason }, said, key),
    rehearse: (api, said) => ask(api, rehearsal, said)
  }
}
