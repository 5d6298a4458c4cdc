import { Effect, Schema } from "effect"
import { TemplateTable, type Template, type TemplateTerms } from "../records/Template.ts"
import { Need } from "../books/Need.ts"
import { Clock } from "../ports/Clock.ts"
import type { Entropy } from "../ports/Entropy.ts"
import type { StoreError, TradeRepository, WriteError } from "../ports/TradeRepository.ts"
import { change } from "./operational.ts"
import * as Reads from "./Reads.ts"

/** A name that a template cannot have. */
export class TemplateNameRefused extends Schema.TaggedError<TemplateNameRefused>()("TemplateNameRefused", {
  name: Schema.String
}) {
  override get message() {
    return `'${this.name}' is not a valid template name: use up to 64 letters, digits and '._-', starting with a letter or digit`
  }
}

/** There is no template of this name. */
export class NoTemplate extends Schema.TaggedError<NoTemplate>()("NoTemplate", { name: Schema.String }) {
  override get message() {
    return `template '${this.name}' does not exist`
  }
}

const TEMPLATES = "_templates"
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

/** Keeps how batches of a kind are submitted; under a name that is taken it takes the other's place. */
export const save = (
  name: string,
  terms: TemplateTerms,
  actor: string
): Effect.Effect<Template, TemplateNameRefused | WriteError, TradeRepository | Clock | Entropy> =>
  Effect.gen(function* () {
    if (!NAME.test(name)) return yield* new TemplateNameRefused({ name })
    const savedAt = yield* Effect.flatMap(Clock, (clock) => clock.now)
    const template: Template = { name, terms, savedAt, savedBy: actor, deletedAt: undefined }
    return yield* change(TEMPLATES, [Need.TemplateByName({ name })], ({ ops_templates }) => {
      ops_templates.put(template)
      return template
    })
  })

/** Forgets a template; what was submitted by it stays. */
export const remove = (
  name: string
): Effect.Effect<Template, NoTemplate | WriteError, TradeRepository | Clock | Entropy> =>
  Effect.gen(function* () {
    const deletedAt = yield* Effect.flatMap(Clock, (clock) => clock.now)
    const removed = yield* change(TEMPLATES, [Need.TemplateByName({ name })], ({ ops_templates }) => {
      const known = ops_templates.get(name)
      if (known === undefined || known.deletedAt !== undefined) return undefined
      ops_templates.put({ ...known, deletedAt })
      return known
    })
    return removed ?? (yield* new NoTemplate({ name }))
  })

const kept = [{ column: "deletedAt", in: [null] }]

/** All templates, by name. */
export const all: Effect.Effect<ReadonlyArray<Template>, StoreError, TradeRepository> = Reads.all(TemplateTable, {
  where: kept
})

/** The template of a name. */
export const find = (name: string): Effect.Effect<Template, NoTemplate | StoreError, TradeRepository> =>
  Effect.flatMap(Reads.first(TemplateTable, { where: [{ column: "name", in: [name] }, ...kept] }), (found) =>
    found === undefined ? Effect.fail(new NoTemplate({ name })) : Effect.succeed(found)
  )
