import type { TradeRepository } from "@roundlot/core/adapter"
import { type Template, Templates } from "@roundlot/core/ledger"
import { Effect } from "effect"

/** Terms but for those that say nothing. */
export const given = (terms: Template.TemplateTerms): Template.TemplateTerms =>
  Object.fromEntries(Object.entries(terms).filter(([, value]) => value !== undefined))

/** Terms over those of a template, where one is named. */
export const over = (
  template: string | undefined,
  terms: Template.TemplateTerms
): Effect.Effect<
  Template.TemplateTerms,
  Templates.NoTemplate | TradeRepository.StoreError,
  TradeRepository.TradeRepository
> =>
  template === undefined
    ? Effect.succeed(terms)
    : Effect.map(Templates.find(template), (found) => ({ ...found.terms, ...given(terms) }))
