import { Schema } from "effect"

/**
 * The beneficial owner of a trade, by the identifier that its caller has for it: 1 to 64 letters, digits, `-`, `_`, `.` and `:`. An
 * identifier only: no name, no address, nothing else of a person.
 */
export const OwnerId = Schema.String.pipe(
  Schema.pattern(/^[A-Za-z0-9._:-]{1,64}$/, {
    message: () => "an owner has letters, digits, '-', '_', '.' and ':', 1 to 64"
  }),
  Schema.brand("OwnerId")
)

/** The beneficial owner of a trade. */
export type OwnerId = typeof OwnerId.Type

/** Is a text an owner as this program writes them? */
export const isOwnerId = Schema.is(OwnerId)
