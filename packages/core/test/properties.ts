import { FastCheck as fc } from "effect"

/** The first seed of a property's values, where ROUNDLOT_PROPERTY_SEED does not say another. */
const USUAL = 20_260_101

const wanted = Number(process.env["ROUNDLOT_PROPERTY_SEED"] ?? USUAL)

/** From which seed on properties are tried: the same for each run of the same sources, so that what was proven of them stays so. */
export const seed = Number.isInteger(wanted) ? wanted : USUAL

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed })

/** `npm test` tries a part of the histories, `npm run verify` all. */
const share = process.env["ROUNDLOT_TIER"] === "test" ? 0.15 : 1

/** How many runs a property has: its own number, a part of it in `npm test`, or more where ROUNDLOT_PROPERTY_RUNS says so. */
export const runs = (usual: number): { readonly numRuns: number } => {
  const wanted = Number(process.env["ROUNDLOT_PROPERTY_RUNS"] ?? "0")
  return { numRuns: Math.max(Math.ceil(usual * share), Number.isInteger(wanted) ? wanted : 0) }
}

/** What all runs of a property come to at least, so that it is known to have tried something; of a part of them a smaller number. */
export const atLeast = (usual: number): number => (share === 1 ? usual : Math.floor((usual * share) / 2))
