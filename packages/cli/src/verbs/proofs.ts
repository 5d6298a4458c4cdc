import type { Audit } from "@roundlot/core"
import type { audit as proof } from "@roundlot/core/ledger"
import { journal, past, payloads, text, why } from "@roundlot/queries"
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
  const unread = "Earlier entries were not read; 'roundlot audit' checks all."
  if (kept === undefined) return isSince ? [unread] : []
  const by = kept.signature === undefined ? "not signed" : "signed"
  const held = `Checked against the anchor of ${kept.at} (position ${kept.position}, ${by})`
  return [isSince ? `${held}. ${unread}` : `${held}: no earlier entry was changed or removed.`]
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
    "audit the books against the journal: all tables, conservation rules and hash chains; exit code 3 on findings",
  examples: [
    ["roundlot audit", "full audit; expect 0 findings"],
    ["roundlot audit --anchor 812:9f86…", "also check that no earlier entry was changed or removed"],
    ["roundlot audit --since-anchor", "only entries after the newest anchor"]
  ],
  flags: {
    ...flags.place,
    anchor: flags.text("anchor", "POSITION:HASH printed earlier by 'journal head'"),
    sinceAnchor: Options.boolean("since-anchor").pipe(
      Options.withDescription("Check only entries after the anchor, or after the newest anchor of the daemon")
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
            archived === 0
              ? []
              : [
                  `${archived === 1 ? "1 payload is" : `${archived} payloads are`} archived: the hashes stay, the bytes are gone.`
                ]
          const lines = ok
            ? [
                isSince
                  ? `The books agree with ${entries} new entries since the anchor, no findings.`
                  : `The books agree with the journal: ${entries} entries, no findings.`,
                ...provenBy(kept, isSince)
              ]
            : [
                `${text.counted(findings.length, "finding")} in ${entries === 1 ? "1 entry" : `${entries} entries`}:`,
                ...findings.map(lineOf)
              ]
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
  summary: "show the newest entry and its hash; keep it for audit --anchor, which checks everything before it",
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
  examples: [["roundlot journal show paper/12", "entry 12 of account paper"]],
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
  summary: "trace the causes of an entry or a record, to raw bytes, source and person",
  examples: [
    ["roundlot journal why F3", "origin of a fill's price"],
    ["roundlot journal why O5", "fills behind an order's average price, and its cause"],
    ["roundlot journal why paper/12", "entry 12 of account paper"]
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
  examples: [["roundlot payloads show P8", "a broker's message, as received"]],
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
  summary: "export all entries as canonical lines, in feed order",
  examples: [["roundlot journal export > journal.jsonl", "the input of the hashes"]],
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
