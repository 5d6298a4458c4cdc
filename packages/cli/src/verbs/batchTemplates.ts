import * as Args from "@effect/cli/Args"
import { Templates } from "@roundlot/core/ledger"
import { templates as views } from "@roundlot/queries"
import { Effect, Option } from "effect"
import { accountNames } from "@roundlot/commands"
import * as detail from "../terminal/detail.ts"
import * as flags from "../terminal/flags.ts"
import { Output } from "../terminal/Output.ts"
import * as Verb from "../terminal/Verb.ts"
import * as confirm from "../terminal/confirm.ts"
import { changing } from "../rehearsal.ts"
import { making } from "../within.ts"
import * as terms from "./batchTerms.ts"
import { listed, shown } from "./listOutput.ts"

const name = Args.text({ name: "NAME" }).pipe(Args.withDescription("Name of the template"))

/** `batches templates save`. */
export const templatesSave = Verb.make({
  name: "batches templates save",
  summary: "save a template of batches; the same name replaces it",
  examples: [
    [
      "roundlot batches templates save venue --source venue --decimal comma --dates dmy --zone Europe/Berlin",
      "then 'batches submit FILE --name N --template venue'"
    ]
  ],
  flags: { ...flags.place, name, ...terms.ofBatch, ...terms.ofFile, dryRun: confirm.dryRun },
  run: ({ dryRun, ...asked }) =>
    changing(
      dryRun,
      asked,
      () =>
        Effect.gen(function* () {
          const { answer } = yield* Output
          const before = dryRun ? yield* Effect.option(Templates.find(asked.name)) : Option.none()
          const document = views.documentOf(
            yield* Templates.save(asked.name, yield* terms.termsOf(asked), accountNames.ACTOR)
          )
          if (dryRun)
            return yield* confirm.show(
              `The template ${asked.name} would be ${Option.isNone(before) ? "new" : "replaced"}:`,
              Option.match(before, { onNone: () => ({}), onSome: (known) => ({ ...views.documentOf(known) }) }),
              { ...document }
            )
          yield* answer(document, (screen) => detail.format(document, screen))
        }),
      making
    )
})

/** `batches templates list`. */
export const templatesList = Verb.make({
  name: "batches templates list",
  summary: "list templates",
  examples: [["roundlot batches templates list", "all of them"]],
  flags: flags.view,
  run: (asked) => listed(asked, views.list, views.table)
})

/** `batches templates show`. */
export const templatesShow = Verb.make({
  name: "batches templates show",
  summary: "show a template",
  examples: [["roundlot batches templates show venue", "its terms"]],
  flags: { ...flags.view, name },
  run: (asked) => shown(asked, Effect.map(Templates.find(asked.name), views.documentOf))
})

/** `batches templates delete`. */
export const templatesDelete = Verb.make({
  name: "batches templates delete",
  summary: "delete a template; batches submitted with it stay",
  examples: [["roundlot batches templates delete venue", "its name is free again"]],
  flags: { ...flags.place, name, dryRun: confirm.dryRun },
  run: ({ dryRun, ...asked }) =>
    changing(dryRun, asked, () =>
      Effect.gen(function* () {
        const { answer } = yield* Output
        const document = views.documentOf(yield* Templates.remove(asked.name))
        if (dryRun)
          return yield* confirm.show(
            `The template ${asked.name} would be deleted:`,
            { ...document, status: "saved" },
            { ...document, status: "deleted" }
          )
        yield* answer(document, `Template ${asked.name} deleted.`)
      })
    )
})
