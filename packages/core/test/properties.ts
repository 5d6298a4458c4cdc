import { FastCheck as fc } from "effect"

/** The first seed of a property's values, where ROUNDLOT_PROPERTY_SEED does not say another. */
const USUAL = 20_260_101

const wanted = Number(process.env["ROUNDLOT_PROPERTY_SEED"] ?? USUAL)

/** From which seed on properties are tried: the same for each run of the same sources, so that what was proven of them stays so. */
export const seed = Number.isInteger(wanted) ? wanted : USUAL

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed })
