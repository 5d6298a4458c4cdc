import type { Audit } from "@roundlot/core"
import type { audit as proof } from "@roundlot/core/ledger"
import { journal, past, payloads, why } from "@roundlot/queries"
import * as Options from "@effect/cli/Options"
import { Effect, Ref, Stream } from "effect"
import { KeptAnchor, proveBooks } from "@roundlot/daemon"
import * as flags from "../terminal/flags.ts"
import { Output } from "../terminal/Output.ts"
import * as Verb from "../terminal/Verb.ts"
import { reading } from "../within.ts"
import * as detail from "../terminal/detail.ts"
import * as Progress from "../terminal/Progress.ts"

const lineOf = ({ account, seq, what, where }: proof.Finding): string => {
  const first = account === undefined || seq === undefined || where.startsWith("journal") ? "" : ` (${account}/${seq})`
  return `  ${where}: ${what}${first}`
}

const provenBy = (kept: KeptAnchor.KeptAnchor | undefined, isSince: boolean): ReadonlyArray<string> => {
  const unread = "What came before it was not read: 'roundlot audit' proves all."
  if (kept === undefined) return isSince ? [unread] : []
  const by = kept.signature === undefined ? "not signed" : "signed"
  const held = `Held to the anchor of ${kept.at} (position ${kept.position}, ${by})`
  return [isSince ? `${held}. ${unread}` : `${held}: nothing before it was changed or cut.`]
}

const units = { journals: "entries", tables: "rows" } as const

/** A line at the terminal for each step of an audit, with a time of its own. */
const telling = Effect.gen(function* () {
  const output = yield* Output
  const current = yield* Ref.make<{ readonly step: string; readonly line: Progress.Progress } | undefined>(undefined)
  return ({ done, of, step }: Audit.Progress): Effect.Effect<void> =>
    Effect.gen(function* () {
      const before = yield* Ref.get(current)
      const line = before?.step === step ? before.line : yield* Progress.make("Auditing", units[step])
      if (line !== before?.line) yield* Ref.set(current, { step, line })
      yield* line.at({ done, total: of })
    }).pipe(Effect.provideService(Output, output))
})

/** `audit`. */
export const audit = Verb.make({
  name: "audit",
  summary:
    "prove the books from the journal: every table, the conservation rules, the hash chains; exit code 3 on findings",
  examples: [
    ["roundlot audit", "0 findings is what you want"],
    ["roundlot audit --anchor 812:9f86…", "nothing before it was changed or cut since you wrote it down"],
    ["roundlot audit --since-anchor", "only what came after the newest anchor"]
  ],
  flags: {
    ...flags.place,
    anchor: flags.text("anchor", "POSITION:HASH that 'journal head' printed earlier"),
    sinceAnchor: Options.boolean("since-anchor").pipe(
      Options.withDescription("Read only what came after the anchor, or after the newest that the daemon wrote")
    )
  },
  run: ({ anchor, sinceAnchor: isSince, ...where }) =>
    Effect.gen(function* () {
      const given = yield* KeptAnchor.anchorOf(anchor)
      return yield* reading(where, (settings) =>
        Effect.gen(function* () {
          const { answer, look } = yield* Output
          const { archived, entries, findings, kept, ok } = yield* proveBooks.proveBooks(
            { given, isSince, tell: yield* telling },
            settings
          )
          if (!ok) yield* look
          const gone =
            archived === 0 ? [] : [`${archived} payloads are archived: their hashes stay, their bytes are gone.`]
          const lines = ok
            ? [
                isSince
                  ? `The books agree with ${entries} new entries since the anchor, no findings.`
                  : `The books agree with the journal: ${entries} entries, no findings.`,
                ...provenBy(kept, isSince)
              ]
            : [`${findings.length} findings in ${entries} entries:`, ...findings.map(lineOf)]
          const anchored = kept === undefined ? null : { position: kept.position, hash: kept.hash, at: kept.at }
          yield* answer(
            { ok, entries, findings, archived, anchor: anchored, sinceAnchor: isSince },
            [...lines, ...gone].join("\n")
          )
        })
      )
    })
})

/** `journal head`. */
export const journalHead = Verb.make({
  name: "journal head",
  summary: "show the newest entry and its hash: keep it, and audit --anchor proves everything before it",
  flags: { ...flags.place, asOf: flags.asOf },
  run: ({ asOf, ...where }) =>
    reading(where, () =>
      Effect.gen(function* () {
        const { answer } = yield* Output
        const head = yield* past.seenOfJournals(asOf, journal.head)
        yield* answer(head, `${head.position}:${head.hash}`)
      })
    )
})

/** `journal show`. */
export const journalShow = Verb.make({
  name: "journal show",
  summary: "show an entry",
  examples: [["roundlot journal show paper/12", "the account's twelfth entry"]],
  flags: { ...flags.place, id: flags.id("ACCOUNT/NUMBER") },
  run: ({ id, ...where }) =>
    reading(where, () =>
      Effect.gen(function* () {
        const { answer } = yield* Output
        const entry = yield* journal.show(id)
        yield* answer(entry, (screen) => detail.format(entry, screen))
      })
    )
})

/** `journal why`. */
export const journalWhy = Verb.make({
  name: "journal why",
  summary: "trace the causes of an entry or a record: to the bytes, the source and the person",
  examples: [
    ["roundlot journal why F3", "where the price of a fill comes from"],
    ["roundlot journal why O5", "an order's average price: its fills, and why it was made"],
    ["roundlot journal why paper/12", "the account's twelfth entry"]
  ],
  flags: { ...flags.place, id: flags.id("ACCOUNT/NUMBER, or a record: F3, O5, T12, D6, S4, A9, B2, G3, P8") },
  run: ({ id, ...where }) =>
    reading(where, () =>
      Effect.gen(function* () {
        const { answer } = yield* Output
        const document = yield* why.show(id)
        yield* answer(document, why.tree(document))
      })
    )
})

/** `payloads show`. */
export const payloadsShow = Verb.make({
  name: "payloads show",
  summary: "show the raw bytes of a request, a response or a report",
  examples: [["roundlot payloads show P8", "what a broker said, as it said it"]],
  flags: { ...flags.place, id: flags.id("The payload, P8") },
  run: ({ id, ...where }) =>
    reading(where, () =>
      Effect.gen(function* () {
        const { answer } = yield* Output
        const { body, ...wire } = yield* payloads.show(id)
        yield* answer({ ...wire, body }, (screen) =>
          [detail.format(wire, screen), ...(body === null ? [] : [body])].join("\n\n")
        )
      })
    )
})

/** `journal export`. */
export const journalExport = Verb.make({
  name: "journal export",
  summary: "export every entry as its canonical line, in feed order",
  examples: [["roundlot journal export > journal.jsonl", "what the hashes are made of"]],
  flags: { ...flags.place, account: flags.ofAccount, asOf: flags.asOf },
  run: ({ account, asOf, ...where }) =>
    reading(where, () =>
      Effect.gen(function* () {
        const { raw } = yield* Output
        const { lines } = yield* past.seenOfJournals(asOf, journal.exported(account))
        yield* Stream.runForEach(lines, raw)
      })
    )
})
