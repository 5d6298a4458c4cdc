import { Context } from "effect"

/** Variables by name. */
export type Variables = Readonly<Record<string, string | undefined>>

/** The variables of the process. */
export class Environment extends Context.Tag("roundlot/Environment")<Environment, Variables>() {}
