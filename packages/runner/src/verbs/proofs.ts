import { Audit, type audit as proof } from "@roundlot/core"
import { Effect, Stream } from "effect"
import * as flags from "../cli/flags.ts"
import { Output } from "../cli/Output.ts"
import * as Verb from "../cli/Verb.ts"
import { reading } from "../cli/within.ts"
import * as detail from "../cli/detail.ts"
import { anchorOf } from "../views/anchor.ts"
import * as journal from "../views/journal.ts"
import * as past from "../views/past.ts"

const lineOf = ({ account, seq, what, where }: proof.Finding): string => {
  const first = account === undefined || seq === undefined || where.startsWith("journal") ? "" : ` (${account}/${seq})`
  return `  ${where}: ${what}${first}`
}

/** `audit`. */
export const audit = Verb.make({
  name: "audit",
  summary:
    "prove the books from the journal: every table, the conservation rules, the hash chains; exit code 3 on findings",
  examples: [
    ["roundlot audit", "0 findings is what you want"],
    ["roundlot audit --anchor 812:9f86…", "nothing before it was changed or cut since you wrote it down"]
  ],
  flags: { ...flags.place, anchor: flags.text("anchor", "POSITION:HASH that 'journal head' printed earlier") },
  run: ({ anchor, ...where }) =>
    Effect.gen(function* () {
      const since = yield* anchorOf(anchor)
      return yield* reading(where, () =>
        Effect.gen(function* () {
          const { answer, look } = yield* Output
          const { archived, entries, findings, ok } = yield* Audit.run(since)
          if (!ok) yield* look
          const gone =
            archived === 0 ? [] : [`${archived} payloads are archived: their hashes stay, their bytes are gone.`]
          const told = ok
            ? [`The books agree with the journal: ${entries} entries, no findings.`]
            : [`${findings.length} findings in ${entries} entries:`, ...findings.map(lineOf)]
          yield* answer({ ok, entries, findings, archived }, [...told, ...gone].join("\n"))
        })
      )
    })
})

/** `journal head`. */
export const journalHead = Verb.make({
  name: "journal head",
  summary: "the newest place of the journal and its hash: write it down, and audit --anchor proves what came before",
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
  summary: "one entry with its body",
  examples: [["roundlot journal show paper/12", "the account's twelfth entry"]],
  flags: { ...flags.place, id: flags.id("ACCOUNT/NUMBER") },
  run: ({ id, ...where }) =>
    reading(where, () =>
      Effect.gen(function* () {
        const { answer } = yield* Output
        const entry = yield* journal.show(id)
        yield* answer(entry, detail.format(entry))
      })
    )
})

/** `journal export`. */
export const journalExport = Verb.make({
  name: "journal export",
  summary: "every entry as its canonical line, in feed order",
  examples: [["roundlot journal export > journal.jsonl", "what the hashes are made of"]],
  flags: { ...flags.place, account: flags.ofAccount },
  run: ({ account, ...where }) =>
    reading(where, () =>
      Effect.gen(function* () {
        const { raw } = yield* Output
        yield* journal.exportLines(account).pipe(Stream.runForEach(raw))
      })
    )
})
